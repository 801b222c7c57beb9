"""Packs and unpacks the messages of the schema, for whoever has memory for both at a time."""

from corolle.wire.errors import FrameError
from corolle.wire.packer import encode, legal_range
from corolle.wire.unpacker import unpack

__all__ = ("FrameError", "encode", "legal_range", "unpack")

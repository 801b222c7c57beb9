"""Unpacks the messages of the schema."""

from corolle.wire.bits import BitReader
from corolle.wire.errors import FrameError
from corolle.wire.fields import printable, scaled


def unpack(message, payload: bytes) -> dict:
    """The values of one message, by field name. FrameError when `payload` is not such a message."""
    reader = BitReader(payload)
    values = {}
    for field in message.fields:
        values[field.name] = _take_text(reader, field) if field.limit else _take(reader, field)
    left = 8 * len(payload) - reader.position
    if left > 7:
        raise FrameError("length")
    if reader.take(left):
        raise FrameError("padding")
    return values


def _take(reader, field):
    raw = reader.take(field.bits)
    if field.optional and raw == (1 << field.bits) - 1:
        return None
    return scaled(field, raw)


def _take_text(reader, field) -> str:
    length = reader.take(field.bits)
    if length > field.limit:
        raise FrameError(field.name)
    text = bytes(reader.take(8) for _ in range(length))
    if not printable(text):
        raise FrameError(field.name)
    return text.decode()

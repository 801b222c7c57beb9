"""Settings over LoRaWAN: what is wanted goes down, what is run comes up, both on one FPort.

    down  set   pairs                          tell   from 1
    up          hash 4 | total 1 | from 1 | pairs
    pair        mark 2 | value 3, with sign

Little-endian. A mark is taken from a setting's name, so that versions whose tables differ understand each
other. The answer to a set has no pairs; that to a tell has those that are not at their default, in the
table's order, from the one of that place on; `total` is how many there are.
"""

import struct
from binascii import crc32

from corolle.wire.compat import const
from corolle.wire.errors import FrameError

PORT = const(32)
MOST_PAIRS = const(9)  # in an answer: it fits at the slowest data rate
_PAIR_BYTES = const(5)
_HEAD = const("<IBB")
_HEAD_BYTES = const(6)


def mark(name: str) -> int:
    """16 bits of a setting's name."""
    return crc32(name.encode()) & 0xFFFF


def pack_pairs(pairs) -> bytes:
    """`pairs` are (name, value)."""
    packed = b""
    for name, value in pairs:
        packed += struct.pack("<HI", mark(name), value & 0xFFFFFF)[:_PAIR_BYTES]
    return packed


def unpack_pairs(packed: bytes) -> list:
    """(mark, value) each. FrameError "length"."""
    if len(packed) % _PAIR_BYTES:
        raise FrameError("length")
    pairs = []
    for start in range(0, len(packed), _PAIR_BYTES):
        number, value = struct.unpack("<HI", packed[start : start + _PAIR_BYTES] + b"\0")
        pairs.append((number, value - 0x1000000 if value & 0x800000 else value))
    return pairs


def pack_answer(hash32: int, total: int, first: int, pairs) -> bytes:
    """What a unit runs."""
    return struct.pack(_HEAD, hash32, total, first) + pack_pairs(pairs)


def unpack_answer(payload: bytes) -> tuple:
    """(hash, total, from, pairs). FrameError "length"."""
    if len(payload) < _HEAD_BYTES:
        raise FrameError("length")
    hash32, total, first = struct.unpack(_HEAD, payload[:_HEAD_BYTES])
    return hash32, total, first, unpack_pairs(payload[_HEAD_BYTES:])

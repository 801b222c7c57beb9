"""One record of a canopy's sanitary log: 32 bytes, the same in its flash, on the air and in the gateway.

Arrete du 7 aout 2017 (misting of the public): what is done to the installation and what is found is kept in
a "fichier sanitaire". Each record carries a link made of the link before it and of its own contents, so one
that is changed, left out or put in afterwards breaks the chain from there on.
"""

import struct
from collections import namedtuple
from hashlib import sha256

from corolle.wire.compat import const
from corolle.wire.errors import FrameError

PORT = const(13)
RECORD_BYTES = const(32)

# What a record tells, and its value is:
#   purged, misting ended: water in dL; purge put off: minutes waited; drained, drain due, disinfection due:
#   days without use; water warm, water cool: tenths of a degree; lab result, lab stop, lab lifted: CFU/L;
#   log broken: the first number that is wrong or gone; others: 0.
# As in words.py a code is a word's place, for ever.
SANITARY = (
    "|log begun|purged|purge put off|misting begun|misting ended|drained|disinfection due|cleaned|water warm|"
    "water cool|sampled|sampling due|lab result|lab stop|lab lifted|ban|ban lifted|supply refused|"
    "log broken|log accepted|drain due"
)

_LAYOUT = const("<IIBBH12s8s")
_HEAD_BYTES = const(24)  # all but the link
_LINK_BYTES = const(8)
_AUTHOR_BYTES = const(12)
_TOP = const(65535)

# number: from 1. time_s: unix, 0 unknown. code: place in SANITARY. flags: 0. author: text. chain: the link.
Record = namedtuple("Record", ("number", "time_s", "code", "flags", "value", "author", "chain"))


def first_link(dev_eui: str) -> bytes:
    """What record 1 is linked to; `dev_eui` in 16 digits. ValueError when it is something else."""
    digits = dev_eui.lower()
    if len(digits) != 16 or any(digit not in "0123456789abcdef" for digit in digits):
        raise ValueError(f"{dev_eui!r} is not a DevEUI of 16 hexadecimal digits")
    return sha256(b"corolle sanitary " + digits.encode()).digest()[:_LINK_BYTES]


def link(previous: bytes, head: bytes) -> bytes:
    """The link of a record with such a head (24 bytes, or the whole record) to the one before it."""
    return sha256(previous + head[:_HEAD_BYTES]).digest()[:_LINK_BYTES]


def pack(number: int, time_s: int, code: int, value: int, author: str, previous: bytes) -> bytes:
    """A record linked to `previous`; a value beyond 65535 stands as that.

    ValueError: an author that is not printable ASCII of at most 12 bytes.
    """
    text = author.encode()
    if len(text) > _AUTHOR_BYTES or not _printable(text):
        raise ValueError(f"author = {author!r} is not printable ASCII of at most {_AUTHOR_BYTES}")
    value = min(max(value, 0), _TOP)
    head = struct.pack(_LAYOUT, number, time_s, code, 0, value, text, b"")[:_HEAD_BYTES]
    return head + link(previous, head)


def unpack(record: bytes) -> Record:
    """The fields of a record, whatever its link. FrameError when it is none of this version."""
    if len(record) != RECORD_BYTES:
        raise FrameError("length")
    number, time_s, code, flags, value, padded, chain = struct.unpack(_LAYOUT, record)
    text = padded.rstrip(b"\0")
    if not number or flags or not code or not _printable(text):
        raise FrameError("unknown structure")
    return Record(number, time_s, code, flags, value, text.decode(), chain)


def _printable(text: bytes) -> bool:
    return all(32 <= byte < 127 for byte in text)

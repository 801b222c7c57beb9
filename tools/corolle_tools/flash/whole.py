"""Whether an image file is whole: a download that was cut off would leave a board that never starts.

By ESP-IDF's "App Image Format" and "Partition Tables", as its bootloader checks them itself.
"""

import hashlib
import struct
from collections.abc import Iterator

_TABLE_AT = 0x8000
_ENTRY = struct.Struct("<HBBII")  # magic, type, subtype, offset, size; a label and flags follow
_ENTRY_BYTES, _ENTRY_MAGIC, _APP = 32, 0x50AA, 0
_ENTRIES = 95  # and one for their sum
_IMAGE_MAGIC = 0xE9
_SEGMENTS_AT, _HASHED_AT, _HEAD_BYTES = 1, 23, 24
_SEGMENT = struct.Struct("<II")  # where it is loaded, and its length
_BLOCK_BYTES = 16  # padded to, the last byte being the checksum
_HASH_BYTES = 32


def damage(content: bytes, offset: int) -> str:
    """What is wrong with a file that is written at an offset of the flash; "" when it is whole.

    It begins with the bootloader; a partition table and what that names as programs follow.
    """
    programs = list(_programs(content, offset))
    if not programs:
        return f"has no partition table at 0x{_TABLE_AT:x}: a program alone, as for updates, or cut off"
    for at in (offset, programs[0]):  # the second slot of a board that is updated over the air is empty
        if not _ends_well(content, at - offset):
            return (
                f"is cut off or damaged: what stands at 0x{at:x} does not end as it should. Download it again"
            )
    return ""


def _programs(content: bytes, offset: int) -> Iterator[int]:
    """Where the partition table has programs."""
    table = _TABLE_AT - offset
    for at in range(table, table + _ENTRIES * _ENTRY_BYTES, _ENTRY_BYTES):
        if at + _ENTRY.size > len(content):
            return
        magic, kind, _, begins, _ = _ENTRY.unpack_from(content, at)
        if magic != _ENTRY_MAGIC:
            return
        if kind == _APP:
            yield begins


def _ends_well(content: bytes, begin: int) -> bool:
    """Whether all segments of a program are there, and its own hash behind them is theirs."""
    head = content[begin : begin + _HEAD_BYTES]
    if len(head) < _HEAD_BYTES or head[0] != _IMAGE_MAGIC:
        return False
    at = begin + _HEAD_BYTES
    for _ in range(head[_SEGMENTS_AT]):
        if at + _SEGMENT.size > len(content):
            return False
        at += _SEGMENT.size + _SEGMENT.unpack_from(content, at)[1]
    end = begin + ((at - begin) // _BLOCK_BYTES + 1) * _BLOCK_BYTES
    if not head[_HASHED_AT]:
        return end <= len(content)
    return content[end : end + _HASH_BYTES] == hashlib.sha256(content[begin:end]).digest()

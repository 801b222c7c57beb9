"""A second copy of what waits for the city, apart from the database: one damaged page loses none of it.

Records of committed messages are appended to segments, synchronised before anybody is told that a message is
stored. A segment goes when the city has all that is in it.
"""

import os
import re
import sqlite3
import struct
from binascii import crc32
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import msgspec

from corolle_gateway.store.messages import LANES
from corolle_gateway.writing import write_all

FOLDER = "journal"
_SEGMENT_BYTES = 2_000_000
_LEAST_SEGMENTS = 4  # of which the limit has room
_HEAD = struct.Struct("<II")  # length and CRC-32 of what follows
_MOST_BYTES = 1 << 20  # of a record: what says more is none
_NEVER = 1 << 62  # above every number that a message may have

_NAME = re.compile(r"[0-9]{12}-[0-9]+")
_LANES = sorted(set(LANES.values()))
_encode = msgspec.msgpack.Encoder().encode


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A message as the database has it."""

    id: int
    unit: str
    kind: str
    key: str | None
    time_s: float
    body: bytes


class _Segment(msgspec.Struct):
    """A file of the journal."""

    path: Path
    last_id: int = 0
    length: int = 0


_decode = msgspec.msgpack.Decoder(Row).decode


class Journal:
    """Written by the store's writer alone, one thread at a time. Beyond `max_bytes` the oldest of it goes."""

    def __init__(self, folder: Path, max_bytes: int):
        """OSError when the folder cannot be made or read."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._max_bytes = max_bytes
        self._segment_bytes = min(_SEGMENT_BYTES, max_bytes // _LEAST_SEGMENTS)
        self._segments = deque(_found(folder))
        self._file = -1
        self._pending: list[bytes] = []
        self._pending_id = 0

    def drop(self) -> None:
        """What was heard of since the last flush is not committed."""
        self._pending.clear()
        self._pending_id = 0

    def flush(self, db: sqlite3.Connection) -> None:
        """What was heard of is committed: it is on the disk when this returns. OSError."""
        if not self._pending:
            return
        records, last_id = b"".join(self._pending), self._pending_id
        self.drop()
        if self._file < 0 or self._segments[-1].length + len(records) > self._segment_bytes:
            self._begin(db)
        segment = self._segments[-1]
        try:
            write_all(self._file, records)
            os.fdatasync(self._file)
        except OSError:
            self._take_back(segment)
            raise
        segment.length += len(records)
        segment.last_id = max(segment.last_id, last_id)

    def close(self) -> None:
        """Nothing more is written."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def note(self, number: int, *more: str | float | bytes | None) -> None:
        """Hear of a message that is put into the database, or said better there; its columns."""
        packed = _encode((number, *more))
        self._pending.append(_HEAD.pack(len(packed), crc32(packed)) + packed)
        self._pending_id = max(self._pending_id, number)

    def _take_back(self, segment: _Segment) -> None:
        """Of half a record nothing stays: what follows it nobody would find."""
        try:
            os.ftruncate(self._file, segment.length)
        except OSError:
            self.close()

    def _begin(self, db: sqlite3.Connection) -> None:
        """Begin a segment, and let go of those that nobody needs any more."""
        self.close()
        number = _number(self._segments[-1].path) + 1 if self._segments else 1
        last_id = max((segment.last_id for segment in self._segments), default=0)
        path = self._folder / f"{number:012}-{last_id}"
        first_unsent = _first_unsent(db)
        kept = sum(segment.length for segment in self._segments)
        while self._segments and (
            self._segments[0].last_id < first_unsent or kept + self._segment_bytes > self._max_bytes
        ):
            gone = self._segments.popleft()
            gone.path.unlink(missing_ok=True)
            kept -= gone.length
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._segments.append(_Segment(path))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the file's name is to survive a power cut as well
        finally:
            os.close(folder)


def segments(folder: Path) -> list[Path]:
    """The segments of a journal, older ones first; a name is a number, and the last message before it."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name)) if folder.is_dir() else []


def rows(folder: Path) -> Iterator[Row]:
    """All messages that can be read, as they were committed; of a number the last counts."""
    for path in segments(folder):
        yield from _rows(_read(path))


def rows_after(folder: Path, number: int) -> list[Row]:
    """Those above a number, which stand at the end."""
    found: list[Row] = []
    for path in reversed(segments(folder)):
        later = [row for row in _rows(_read(path)) if row.id > number]
        if not later:
            break
        found = later + found
    return found


def _rows(data: bytes) -> Iterator[Row]:
    at = 0
    while at + _HEAD.size <= len(data):
        length, crc = _HEAD.unpack_from(data, at)
        packed = data[at + _HEAD.size : at + _HEAD.size + length]
        if not 0 < length <= _MOST_BYTES or len(packed) < length or crc32(packed) != crc:
            return
        yield _decode(packed)
        at += _HEAD.size + length


def _read(path: Path) -> bytes:
    """Nothing, where the disk does not give it back."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _found(folder: Path) -> Iterator[_Segment]:
    """The segments of earlier runs. Of the last one alone it takes reading to know what is in it."""
    paths = segments(folder)
    for path, following in pairwise(paths):
        last_id = int(following.name.partition("-")[2])
        yield _Segment(path, last_id, path.stat().st_size)
    for path in paths[-1:]:
        data = _read(path)
        yield _Segment(path, max((row.id for row in _rows(data)), default=0), len(data))


def _first_unsent(db: sqlite3.Connection) -> int:
    found = [
        db.execute("SELECT min(message) FROM outbox WHERE lane = ?", (lane,)).fetchone()[0] for lane in _LANES
    ]
    return min((number for number in found if number is not None), default=_NEVER)

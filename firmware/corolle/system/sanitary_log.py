"""The sanitary log in flash: hash-chained records, appended and never changed, over any power cut.

A segment is a file of at most 127 records behind the link of the record before its first: with its 8 bytes
just within a flash block of 4 KB, and a chain that can be proved alone once older segments are gone. One
append is one write and one close; littlefs makes that atomic, and where a file system does not, what is torn
off at the end is cut at the next boot.
"""

import asyncio
import os

from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.sanitary_record import RECORD_BYTES, SANITARY, first_link, link, pack, unpack
from corolle.wire.words import code_of

_HEAD_BYTES = const(8)
_RECORDS = const(127)
_SPARE_BYTES = const(65536)  # of flash, for all else that is kept
_ENOSPC = const(28)
_IN_WORK = const("/torn")


class SanitaryLog:
    """`number` is the last record's, 0 while there is none. OSError: what is kept cannot be read.

    Beyond `segments` the oldest segment goes, if the gateway has it: `acknowledged` is the last number known
    to be there. If it has not, all is kept until the flash is nearly full.
    """

    def __init__(self, folder: str, dev_eui: str, segments: int = 64):
        self._folder = folder
        self._segments = segments
        self._oldest = self._newest = 0
        self.acknowledged = 0
        self.number = 0
        self._chain = first_link(dev_eui)
        self._unsure = False  # whether the last record was written
        try:
            os.mkdir(folder)
        except OSError:
            pass  # it is there already, or _find() will say what is wrong with the flash
        self._find()

    @property
    def first(self) -> int:
        """The number of the oldest record kept."""
        return self._oldest * _RECORDS + 1

    def append(self, time_s: int, word: str, value: int, author: str) -> bytes:
        """Write a record; what was written. After a power cut at any moment it is there whole, or not at all.

        OSError: the flash refuses, or is nearly full (ENOSPC). ValueError: no such word, or no such author.
        """
        if self._unsure:
            self._find()
        record = pack(self.number + 1, time_s, code_of(SANITARY, word), value, author, self._chain)
        segment, place = divmod(self.number, _RECORDS)
        if not place:
            self._make_room(segment)
        self._unsure = True
        with open(self._path(segment), "ab") as file:
            file.write(record if place else self._chain + record)
        self._unsure = False
        self._newest = segment
        self.number += 1
        self._chain = record[-_HEAD_BYTES:]
        return record

    def read(self, number: int) -> bytes | None:
        """A record as it stands in flash; None when it is not kept, or not written yet."""
        if not self.first <= number <= self.number:
            return None
        place = number - 1
        try:
            with open(self._path(place // _RECORDS), "rb") as file:
                file.seek(_HEAD_BYTES + place % _RECORDS * RECORD_BYTES)
                record = file.read(RECORD_BYTES)
        except OSError:
            return None
        return record if len(record) == RECORD_BYTES else None

    def skip(self, number: int) -> None:
        """Records up to that number were written and are gone: go on behind it, in a new segment.

        Theirs are never given again: two records of one number would contradict each other for ever.
        """
        segment = (number + _RECORDS - 1) // _RECORDS
        if not self.number:
            self._oldest = segment
        self.number = segment * _RECORDS

    async def verify(self, after: int = 0) -> int | None:
        """Walk all that is kept; the first number whose record is wrong or gone, None if there is none.

        What is wrong up to the number `after` is known and passed over.
        """
        segment, chain = max(self._oldest, after // _RECORDS), b""
        while segment * _RECORDS < self.number:
            last = min(self.number, (segment + 1) * _RECORDS)
            number, chain = self._verify_segment(segment, last, chain, after)
            if number:
                return number
            await asyncio.sleep(0)
            segment += 1
            if segment < self._oldest:
                segment, chain = self._oldest, b""  # what was to come next has gone meanwhile
        return None

    def _verify_segment(self, segment: int, last: int, chain: bytes, after: int) -> tuple:
        """(0, the last link), or (the first wrong number, b"")."""
        number = segment * _RECORDS + 1
        try:
            with open(self._path(segment), "rb") as file:
                head = file.read(_HEAD_BYTES)
                if chain and head != chain:
                    return number, b""
                chain = head
                while number <= last:
                    record = file.read(RECORD_BYTES)
                    if number > after and not _follows(record, number, chain):
                        return number, b""
                    chain = record[-_HEAD_BYTES:]
                    number += 1
        except OSError:
            return number, b""
        return 0, chain

    def _find(self) -> None:
        """Where the log stands, from the names of the segments and the last of them alone."""
        found = False
        for entry in os.ilistdir(self._folder):
            if entry[0].isdigit():
                segment = int(entry[0])
                self._oldest = min(self._oldest, segment) if found else segment
                self._newest = max(self._newest, segment)
                found = True
        if found:
            self._read_end()

    def _read_end(self) -> None:
        """Take the newest segment's end, without what was torn."""
        path = self._path(self._newest)
        size = os.stat(path)[6]
        count = min((size - _HEAD_BYTES) // RECORD_BYTES, _RECORDS)
        if count <= 0:
            os.remove(path)  # it had only been opened
            if self._newest > self._oldest:
                self._newest -= 1
                self._read_end()
            return
        whole = _HEAD_BYTES + count * RECORD_BYTES
        if size != whole:
            self._cut(path, whole)
        with open(path, "rb") as file:
            file.seek(whole - _HEAD_BYTES)
            self._chain = file.read(_HEAD_BYTES)
        self.number = self._newest * _RECORDS + count

    def _cut(self, path: str, size: int) -> None:
        """Shorten a file: by a copy that takes its place, so a power cut finds one or the other."""
        with open(path, "rb") as file:
            content = file.read(size)
        with open(self._folder + _IN_WORK, "wb") as file:
            file.write(content)
        os.rename(self._folder + _IN_WORK, path)

    def _make_room(self, segment: int) -> None:
        """Before a new segment: let go what the gateway has; OSError when the flash is nearly full."""
        while segment - self._oldest >= self._segments and (self._oldest + 1) * _RECORDS <= self.acknowledged:
            try:
                os.remove(self._path(self._oldest))
            except OSError:
                pass  # it was lost before; where the flash refuses, the record to come will tell
            self._oldest += 1
        flash = os.statvfs(self._folder)
        if flash[0] * flash[3] < _SPARE_BYTES:
            raise OSError(_ENOSPC)

    def _path(self, segment: int) -> str:
        return f"{self._folder}/{segment:06d}"


def _follows(record: bytes, number: int, chain: bytes) -> bool:
    """Whether a record is this one and hangs on that link."""
    try:
        return unpack(record).number == number and record[-_HEAD_BYTES:] == link(chain, record)
    except FrameError:
        return False

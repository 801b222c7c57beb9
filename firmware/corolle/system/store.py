"""What must survive a power cut: small records in flash, each in two copies with a checksum.

A copy is replaced by one write and one close: littlefs makes that atomic, and where the file system does not,
the other copy is whole. Only when the first copy has been written is the second touched.
"""

import os
import struct
from binascii import crc32

from corolle.wire.compat import const

_HEAD = const("<2sIII")  # magic, serial number, length, checksum over serial, length and payload
_HEAD_BYTES = const(14)
_MAGIC = const(b"C1")
_COPIES = const(("a", "b"))


class Store:
    """Records by name in one folder. Flash wears: save what changes by the hour, not by the second."""

    def __init__(self, folder: str = "/data", log=None):
        self._folder = folder
        self._log = log  # is told of each record that is read and damaged
        self.corrupt = 0  # copies that were read and found damaged
        self.restored = 0  # records that were read from one copy because the other was damaged
        try:
            os.mkdir(folder)
        except OSError:
            pass  # it is there already, or save() will say what is wrong with the flash

    def load(self, name: str) -> bytes | None:
        """The newest valid copy of a record; None when there is none."""
        serial, payload, damaged = self._newest(name)
        if damaged and serial:
            self.restored += 1
        if damaged and self._log:
            self._log("store", level="warn", record=name, restored=int(serial > 0))
        return payload

    def save(self, name: str, payload: bytes, lasting: bool = True) -> None:
        """Replace a record: after a power cut at any moment it is the old one or the new one.

        What need not be `lasting` is written once, over the older copy: half the work and half the wear, but
        should that copy ever be damaged, the record is the one before.

        Raises OSError when the flash refuses; the record is then still the old one or already the new one.
        """
        copies = [self._read(name, copy)[0] for copy in _COPIES]
        serial = (max(copies) + 1) & 0xFFFFFFFF
        record = _seal(serial, payload)
        older = 0 if copies[0] <= copies[1] else 1
        for copy in (older, 1 - older) if lasting else (older,):
            with open(self._path(name, _COPIES[copy]), "wb") as file:
                file.write(record)

    def _newest(self, name: str) -> tuple:
        newest, record, damaged = 0, b"", 0
        for copy in _COPIES:
            serial, content, broken = self._read(name, copy)
            damaged += broken
            if serial > newest:
                newest, record = serial, content
        self.corrupt += damaged
        return newest, record[_HEAD_BYTES:] if newest else None, damaged

    def _read(self, name: str, copy: str) -> tuple:
        """(serial, record, 0), or (0, None, 1) when damaged, (0, None, 0) when there is no such copy."""
        try:
            with open(self._path(name, copy), "rb") as file:
                length = file.seek(0, 2)  # to read without it grows a buffer, piece by piece
                file.seek(0)
                record = file.read(length)
        except OSError:
            return 0, None, 0
        return _unseal(record)

    def _path(self, name: str, copy: str) -> str:
        return self._folder + "/" + name + "." + copy


def _seal(serial: int, payload: bytes) -> bytes:
    return struct.pack(_HEAD, _MAGIC, serial, len(payload), _checksum(serial, payload)) + payload


def _unseal(record: bytes) -> tuple:
    if len(record) < _HEAD_BYTES:
        return 0, None, 1
    magic, serial, length, checksum = struct.unpack_from(_HEAD, record)
    payload = memoryview(record)[_HEAD_BYTES:]
    if magic != _MAGIC or length != len(payload) or checksum != _checksum(serial, payload):
        return 0, None, 1
    return serial, record, 0


def _checksum(serial: int, payload: bytes | memoryview) -> int:
    """In two steps: a record of a kilobyte is not to be copied for it."""
    return crc32(payload, crc32(struct.pack("<II", serial, len(payload))))

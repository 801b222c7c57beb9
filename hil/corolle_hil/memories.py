"""What a board keeps: flash and NVS for ever, the real-time clock and its memory while power is on."""

import json
import os
from pathlib import Path

_BLOCK_BYTES = 4096
_EIO = 5
_ERASED = bytes([0xFF])


class Flash:
    """The partition of the file system, in a file of its own.

    Programming only clears bits and erasing sets a whole block, as in NOR flash, so a file system
    that forgot to erase shows. The file holds the inverse: erased flash is a hole in it.

    `cut_at_write`: the write (counted from 0 at power-on) in whose middle power fails; None: never.
    """

    def __init__(self, path: Path, blocks: int = 256):
        self.blocks = blocks
        self.writes = 0
        self.erases = 0
        self.cut_at_write: int | None = None
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, blocks * _BLOCK_BYTES)

    def read(self, place: int, n: int) -> tuple[int, bytes]:
        """(0, bytes), or (errno, nothing) beyond the end."""
        if place + n > self.blocks * _BLOCK_BYTES:
            return _EIO, b""
        return 0, _inverse(os.pread(self._file, n, place))

    def write(self, place: int, data: bytes) -> int:
        """Program; returns 0, or an errno beyond the end and after a power cut."""
        if place + len(data) > self.blocks * _BLOCK_BYTES or self._is_cut():
            return _EIO
        if self.cut_at_write is not None and self.writes == self.cut_at_write:
            data = data[: len(data) // 2]
        self.writes += 1
        programmed = int.from_bytes(os.pread(self._file, len(data), place)) | int.from_bytes(_inverse(data))
        os.pwrite(self._file, programmed.to_bytes(len(data)), place)
        return 0

    def erase(self, block: int) -> int:
        """Set all bits of a block; returns 0 or an errno."""
        if not 0 <= block < self.blocks or self._is_cut():
            return _EIO
        self.erases += 1
        os.pwrite(self._file, bytes(_BLOCK_BYTES), block * _BLOCK_BYTES)
        return 0

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)

    def _is_cut(self) -> bool:
        return self.cut_at_write is not None and self.writes > self.cut_at_write


def _inverse(data: bytes) -> bytes:
    n = len(data)
    return (int.from_bytes(data) ^ int.from_bytes(_ERASED * n)).to_bytes(n)


class Nvs:
    """Non-volatile storage: what was set is written at commit."""

    def __init__(self, path: Path):
        self._path = path
        self._kept = json.loads(path.read_text()) if path.exists() else {}
        self._set = dict(self._kept)

    def get(self, key: str) -> bytes | None:
        """The value, its kind in the first byte; None when there is none."""
        value = self._set.get(key)
        return None if value is None else bytes.fromhex(value)

    def set(self, key: str, value: bytes) -> None:
        """Change a value, kept from the next commit on."""
        self._set[key] = value.hex()

    def erase(self, key: str) -> bool:
        """Forget a value; says whether there was one."""
        return self._set.pop(key, None) is not None

    def commit(self) -> None:
        """Write, all or nothing."""
        fresh = self._path.with_suffix(".new")
        fresh.touch(0o600)
        fresh.write_text(json.dumps(self._set))
        fresh.rename(self._path)
        self._kept = dict(self._set)

    def restart(self) -> None:
        """A reset: what was not committed is gone."""
        self._set = dict(self._kept)


class RtcDomain:
    """The real-time clock and 2,048 bytes beside it: over every reset, but not over a power cut."""

    def __init__(self) -> None:
        self.memory = b""
        self._offset_us = 0

    def power_on(self, now_us: int) -> None:
        """Power came back: the clock begins at 2000-01-01, the memory is empty."""
        self.memory = b""
        self._offset_us = -now_us

    def set(self, now_us: int, since_2000_us: int) -> None:
        """Set the clock."""
        self._offset_us = since_2000_us - now_us

    def read(self, now_us: int) -> int:
        """Microseconds since 2000."""
        return now_us + self._offset_us


def copy_flash(source: Path, target: Path) -> None:
    """Copy a flash's file, holes and all."""
    content = source.read_bytes()
    handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.ftruncate(handle, len(content))
    for place in range(0, len(content), _BLOCK_BYTES):
        block = content[place : place + _BLOCK_BYTES]
        if block.strip(b"\0"):
            os.pwrite(handle, block, place)
    os.close(handle)

"""The street's time for programs beside it: 16 bytes in a file that both map into memory."""

import mmap
import os
import struct
from pathlib import Path

_LAYOUT = "<dd"  # unix seconds, street seconds in a real second


class ClockFile:
    """Writes the street's time where the gateway's clock reads it; its `speed` may change (0: held)."""

    def __init__(self, path: Path, speed: float):
        self.speed = speed
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(handle, struct.calcsize(_LAYOUT))
        self._map = mmap.mmap(handle, struct.calcsize(_LAYOUT))
        os.close(handle)

    def publish(self, unix_us: int) -> None:
        """It is `unix_us` in the street."""
        # In one copy: pack_into clears the bytes first, and who reads them then is in 1970.
        self._map[:] = struct.pack(_LAYOUT, unix_us / 1e6, self.speed)

    def close(self) -> None:
        """Time stands still."""
        self._map.close()

"""A street's time that a benchmark makes go faster than life, and hold while the gateway is busy."""

import mmap
import struct
import time
from pathlib import Path

_FIELDS = struct.Struct("<dd")  # unix seconds, and street seconds in a real second
_LONGEST_STEP_S = 0.05  # real seconds: who was kept from running has no time to make up for


class StreetTime:
    """The file that a gateway reads as `clock.file`. Time goes on at each pass(), and only there."""

    def __init__(self, path: Path, start_s: float, speed: float):
        path.write_bytes(_FIELDS.pack(start_s, speed))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _FIELDS.size)
        self.path = path
        self.speed = speed
        self.now_s = start_s
        self._passed_s = time.monotonic()

    def go_on(self, held: bool) -> None:
        """Let the time since the last call go by, or none of it (`held`)."""
        real_s = time.monotonic()
        if not held:
            self.now_s += min(real_s - self._passed_s, _LONGEST_STEP_S) * self.speed
        self._passed_s = real_s
        _FIELDS.pack_into(self._map, 0, self.now_s, 0.0 if held else self.speed)

    def close(self) -> None:
        """Time ends."""
        self._map.close()

"""A street's time that a benchmark makes go faster than life, and hold while the gateway is busy."""

import time
from pathlib import Path

from corolle_hil.clockfile import ClockFile

_LONGEST_STEP_S = 0.05  # real seconds: who was kept from running has no time to make up for


class StreetTime:
    """The file that a gateway reads as `clock.file`. Time goes on at each go_on(), and only there."""

    def __init__(self, path: Path, start_s: float, speed: float):
        self.path = path
        self.now_s = start_s
        self.speed = speed
        self._file = ClockFile(path, speed)
        self._passed_s = time.monotonic()
        self._publish(held=False)

    def go_on(self, held: bool) -> None:
        """Let the time since the last call go by, or none of it (`held`)."""
        real_s = time.monotonic()
        if not held:
            self.now_s += min(real_s - self._passed_s, _LONGEST_STEP_S) * self.speed
        self._passed_s = real_s
        self._publish(held)

    def close(self) -> None:
        """Time ends."""
        self._file.close()

    def _publish(self, held: bool) -> None:
        self._file.speed = 0.0 if held else self.speed
        self._file.publish(round(self.now_s * 1e6))

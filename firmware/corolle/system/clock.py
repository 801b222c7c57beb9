"""What time it is, and how far that can be trusted: a worse source never overrules a better one."""

import time

from corolle.wire.compat import const

UNKNOWN = const(0)  # qualities: never set
KEPT = const(1)  # kept by the RTC over a reset
NETWORK = const(2)  # told by the network

_BORN_S = const(1767225600)  # 2026-01-01: before this firmware no clock can be right
_END_S = const(4102444800)  # 2100-01-01
_REBASE_MS = const(1 << 28)  # half of what a difference of ticks can span
_STEP_S = const(2)  # a change of this much is told, less is drift


class Clock:
    """Unix time in whole seconds: a float of 32 bits cannot hold it.

    `rtc` is machine.RTC(): after a power cut it begins at 2000, so a later year has been set by somebody.
    Functions in `on_step` get the seconds by which the time stepped: whoever sleeps until a moment must look.
    """

    def __init__(self, rtc):
        self._rtc = rtc
        # The ESP32 counts from 2000, other ports from 1970.
        self._epoch_s = 946684800 if time.gmtime(0)[0] == 2000 else 0
        self._base = 0, time.ticks_ms()  # milliseconds of uptime at these ticks
        self.on_step: list = []
        self.refused = 0  # times offered that no clock can show
        self.quality = KEPT if self.now() >= _BORN_S else UNKNOWN

    @property
    def known(self) -> bool:
        """Whether the time may be used to decide."""
        return self.quality > UNKNOWN

    def now(self) -> int:
        """Unix seconds; while the clock is unknown they count from 2000, but they count."""
        return time.time() + self._epoch_s

    def now_or_none(self) -> int | None:
        """Unix seconds, or None while the clock is unknown."""
        return self.now() if self.known else None

    def set(self, unix_s: int, us: int = 0, quality: int = NETWORK) -> bool:
        """Take a time from a source; False when it is worse than what we have, or impossible."""
        if not _BORN_S <= unix_s < _END_S:
            self.refused += 1
            return False
        if quality < self.quality:
            return False
        step_s = unix_s - self.now()
        year, month, day, hour, minute, second, weekday = time.gmtime(unix_s - self._epoch_s)[:7]
        self._rtc.datetime((year, month, day, weekday, hour, minute, second, us))
        first = not self.known
        self.quality = quality
        if first or abs(step_s) >= _STEP_S:
            for told in self.on_step:
                told(step_s)
        return True

    def uptime_s(self) -> int:
        """Seconds since the boot, whatever the time of day does. To be called once in three days."""
        base_ms, base_ticks = self._base
        ticks = time.ticks_ms()
        since_ms = time.ticks_diff(ticks, base_ticks)
        if since_ms > _REBASE_MS:
            # One assignment: a timer's callback may ask too, in the middle of this.
            self._base = base_ms + since_ms, ticks
        return (base_ms + since_ms) // 1000

    def stamp(self) -> str:
        """The time as ISO 8601 in UTC, "-" while it is unknown."""
        return iso(self.now(), self._epoch_s) if self.known else "-"


def iso(unix_s: int, epoch_s: int) -> str:
    """Unix seconds as 2026-07-14T19:40:03Z; `epoch_s` is what the port's time.gmtime counts from."""
    year, month, day, hour, minute, second = time.gmtime(unix_s - epoch_s)[:6]
    return f"{year}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}Z"

"""Time from the network: DeviceTimeReq after the start and once a day (LoRaWAN 1.0.4, 5.9)."""

import time

from corolle.wire.compat import const

_DAY_MS = const(86_400_000)
_HOUR_MS = const(3_600_000)
_FIRST_RETRY_MS = const(60_000)
_GPS_EPOCH_S = const(315_964_800)  # 1980-01-06
_LEAP_SECONDS = const(18)  # GPS is ahead of UTC by so much since 2017


class NetworkTime:
    """When to ask, and what an answer means. Asking rides on every uplink until it is answered;
    it gets one of its own after a minute, then ever less often."""

    def __init__(self, on_time):
        self._on_time = on_time
        self.end = None  # tick of the end of the uplink that asked last
        self.ask_soon()

    def ask_soon(self) -> None:
        """The session is new, or the node is: without a clock a lamp knows no night."""
        self.wanted = True
        self._due = time.ticks_ms()
        self._retry_ms = _FIRST_RETRY_MS

    def due_ms(self) -> int:
        """Time until an uplink is to be made for this alone; 0 is now."""
        left_ms = max(time.ticks_diff(self._due, time.ticks_ms()), 0)
        self.wanted = self.wanted or not left_ms
        return left_ms

    def asked(self, end) -> None:
        """An uplink that asks ended at tick `end`."""
        self.end = end
        self._due = time.ticks_add(time.ticks_ms(), self._retry_ms)
        self._retry_ms = min(2 * self._retry_ms, _HOUR_MS)

    def answered(self, gps_s: int, fraction: int) -> None:
        """The answer is the time at the end of the uplink, with 1/256 s; one not asked for is ignored."""
        if self.end is None:
            return
        ms = fraction * 1000 // 256 + time.ticks_diff(time.ticks_ms(), self.end)
        self.end = None
        self.wanted = False
        self._due = time.ticks_add(time.ticks_ms(), _DAY_MS)
        self._retry_ms = _FIRST_RETRY_MS
        if self._on_time is not None:
            self._on_time(gps_s + _GPS_EPOCH_S - _LEAP_SECONDS + ms // 1000, ms % 1000)

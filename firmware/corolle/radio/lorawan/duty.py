"""Duty cycle: how long a node may still send in each sub-band (EN 300 220-2: observed over one hour).

A bucket for each sub-band holds half of an hour's allowance and fills with the other half, so that no hour,
wherever it begins, sees more than the whole.
"""

import time

from corolle.wire.compat import const
from corolle.wire.eu868 import SUB_BANDS, sub_band

_HOUR_MS = const(3_600_000)


class DutyCycle:
    """Accounts for time on air. After a start each bucket is half full: what was sent before is not known."""

    def __init__(self):
        self._left_us = [self._full_us(band) // 2 for band in range(len(SUB_BANDS))]
        self._tick = time.ticks_ms()
        self._off_factor = 0  # of the network's own limit, DutyCycleReq
        self._silent_ms = 0

    def limit(self, exponent: int) -> None:
        """Keep the aggregated duty cycle below 1 / 2**exponent (LoRaWAN 1.0.4, 5.4); 0 lifts the limit."""
        self._off_factor = (1 << exponent) - 1
        if not exponent:
            self._silent_ms = 0

    def wait_ms(self, freq_hz: int, airtime_us: int) -> int | None:
        """Time until a frame may be sent there: 0 is now, None is never."""
        band = sub_band(freq_hz)
        if band is None or airtime_us > self._full_us(band):
            return None
        self._fill()
        missing_us = max(airtime_us - self._left_us[band], 0)
        return max(-(-missing_us * 2 * SUB_BANDS[band][2] // 1000), self._silent_ms)

    def spend(self, freq_hz: int, airtime_us: int) -> None:
        """A frame was sent."""
        self._fill()
        band = sub_band(freq_hz)
        if band is not None:
            self._left_us[band] -= airtime_us
        self._silent_ms = airtime_us * self._off_factor // 1000

    def _full_us(self, band: int) -> int:
        return _HOUR_MS * 1000 // SUB_BANDS[band][2] // 2

    def _fill(self) -> None:
        now = time.ticks_ms()
        elapsed_ms = time.ticks_diff(now, self._tick)
        self._tick = now
        self._silent_ms = max(self._silent_ms - elapsed_ms, 0)
        for band in range(len(SUB_BANDS)):
            gained_us = elapsed_ms * 1000 // (2 * SUB_BANDS[band][2])
            self._left_us[band] = min(self._left_us[band] + gained_us, self._full_us(band))

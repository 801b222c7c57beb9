"""When a node asks to join, and how fast: a street whose mains come back does not join in step."""

import time

from corolle.wire.compat import const

_FIRST_WITHIN_MS = const(8_000)
_HOUR_MS = const(3_600_000)
_FASTEST = const(5)


class JoinPace:
    """The attempts at one activation; `rng(n)` gives n random bytes."""

    def __init__(self, rng):
        self._rng = rng
        self._attempt = 0
        self._elapsed_ms = 0  # since the first attempt; bounded, for ticks wrap
        self._tick = time.ticks_ms()

    def first_ms(self) -> int:
        """How long to wait before the first attempt."""
        return self._random(_FIRST_WITHIN_MS)

    def next_data_rate(self) -> int:
        """For the next attempt: from fast to slow, and around."""
        data_rate = _FASTEST - self._attempt % (_FASTEST + 1)
        self._attempt += 1
        return data_rate

    def pause_ms(self, airtime_us: int) -> int:
        """Retransmission back-off of clause 7: 1 % of the first hour, 0.1 % of ten more, then 0.01 %."""
        now = time.ticks_ms()
        self._elapsed_ms = min(self._elapsed_ms + time.ticks_diff(now, self._tick), 100 * _HOUR_MS)
        self._tick = now
        share = 100 if self._elapsed_ms < _HOUR_MS else 1000 if self._elapsed_ms < 11 * _HOUR_MS else 10_000
        pause_ms = airtime_us * share // 1000
        return pause_ms + self._random(pause_ms // 2 + 1)

    def _random(self, below: int) -> int:
        return int.from_bytes(self._rng(4), "little") % below

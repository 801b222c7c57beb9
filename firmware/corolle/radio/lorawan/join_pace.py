"""When a node asks to join, and how fast: a street whose mains come back does not join in step.

In memory while the node joins.
"""

import time

from corolle.wire.compat import const

_FIRST_WITHIN_MS = const(8_000)
_HOUR_MS = const(3_600_000)
_FASTEST = const(5)
_LONG_MS = const(100 * _HOUR_MS)


class JoinPace:
    """The attempts at one activation; `rng(n)` gives n random bytes."""

    def __init__(self, rng):
        self._rng = rng
        self._attempt = 0
        self._elapsed_ms = 0  # since the first attempt
        self._tick = time.ticks_ms()

    def first_ms(self) -> int:
        """How long to wait before the first attempt."""
        return random(self._rng, _FIRST_WITHIN_MS)

    def next_data_rate(self) -> int:
        """For the next attempt: from fast to slow, and around."""
        data_rate = _FASTEST - self._attempt % (_FASTEST + 1)
        self._attempt += 1
        return data_rate

    def pause_ms(self, airtime_us: int) -> int:
        """How long to wait after an attempt of so much time on air."""
        self._elapsed_ms, self._tick = elapsed(self._elapsed_ms, self._tick)
        return back_off_ms(self._elapsed_ms, airtime_us, self._rng)


def back_off_ms(elapsed_ms: int, airtime_us: int, rng) -> int:
    """Retransmission back-off of clause 7: 1 % of the first hour, 0.1 % of ten more, then 0.01 %."""
    share = 100 if elapsed_ms < _HOUR_MS else 1000 if elapsed_ms < 11 * _HOUR_MS else 10_000
    pause_ms = airtime_us * share // 1000
    return pause_ms + random(rng, pause_ms // 2 + 1)


def elapsed(elapsed_ms: int, tick) -> tuple:
    """(time since the first attempt, now); bounded, for ticks wrap."""
    now = time.ticks_ms()
    return min(elapsed_ms + time.ticks_diff(now, tick), _LONG_MS), now


def random(rng, below: int) -> int:
    """At random, from 0 on."""
    return int.from_bytes(rng(4), "little") % below

"""When a node asks or tells again what nobody has answered: units of one street are not to do so in step."""

import time

from corolle.wire.compat import const

_FIRST_WITHIN_MS = const(8_000)
_HOUR_MS = const(3_600_000)
_FASTEST = const(5)
_FIRST_RETRY_MS = const(40_000)
_LAST_RETRY_MS = const(2_560_000)
_GROUP_WITHIN_MS = const(60_000)  # what a whole street has heard is not answered by all at once


class BackOff:
    """Retransmission back-off of clause 7, since the first attempt; `rng(n)` gives n random bytes."""

    def __init__(self, rng):
        self._rng = rng
        self._elapsed_ms = 0  # since the first attempt; bounded, for ticks wrap
        self._tick = time.ticks_ms()

    def pause_ms(self, airtime_us: int) -> int:
        """1 % of the first hour may be sent, 0.1 % of ten more, then 0.01 %: until the next attempt."""
        now = time.ticks_ms()
        self._elapsed_ms = min(self._elapsed_ms + time.ticks_diff(now, self._tick), 100 * _HOUR_MS)
        self._tick = now
        share = 100 if self._elapsed_ms < _HOUR_MS else 1000 if self._elapsed_ms < 11 * _HOUR_MS else 10_000
        pause_ms = airtime_us * share // 1000
        return pause_ms + self._random(pause_ms // 2 + 1)

    def _random(self, below: int) -> int:
        return int.from_bytes(self._rng(4), "little") % below


class JoinPace(BackOff):
    """The attempts at one activation."""

    def __init__(self, rng):
        super().__init__(rng)
        self._attempt = 0

    def first_ms(self) -> int:
        """How long to wait before the first attempt."""
        return self._random(_FIRST_WITHIN_MS)

    def next_data_rate(self) -> int:
        """For the next attempt: from fast to slow, and around."""
        data_rate = _FASTEST - self._attempt % (_FASTEST + 1)
        self._attempt += 1
        return data_rate


class RetryPace(BackOff):
    """The attempts at an acknowledgement. Pauses double, from about a minute to about an hour."""

    def __init__(self, rng):
        super().__init__(rng)
        self.answered()

    def left_ms(self) -> int:
        """Time until the next attempt; 0 is now."""
        return max(time.ticks_diff(self._due, time.ticks_ms()), 0)

    def failed(self, airtime_us: int) -> None:
        """An attempt that took so much time on air was in vain."""
        if not self._retry_ms:  # the first one: the hours of clause 7 begin
            self._elapsed_ms, self._tick = 0, time.ticks_ms()
        self._retry_ms = min(2 * self._retry_ms or _FIRST_RETRY_MS, _LAST_RETRY_MS)
        pause_ms = max(self._retry_ms + self._random(self._retry_ms), self.pause_ms(airtime_us))
        self._due = time.ticks_add(time.ticks_ms(), pause_ms)

    def answered(self) -> None:
        """The network acknowledges: the next attempt is now, and a pause after it is the shortest again."""
        self._retry_ms = 0
        self._due = time.ticks_ms()

    def heard(self, by_all: bool) -> None:
        """The network is there again: the next attempt is now. The pause after it is no shorter for that."""
        within_ms = min(_GROUP_WITHIN_MS, self.left_ms()) if by_all else 0
        self._due = time.ticks_add(time.ticks_ms(), self._random(within_ms + 1))

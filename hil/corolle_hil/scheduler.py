"""Discrete-event time: what happens next, and when it may."""

import heapq
import random
import selectors
from collections.abc import Callable
from typing import Any

from corolle_hil.pace import FlatOut, Pace


class Handle:
    """One thing that is going to happen; `cancel()` and it will not."""

    __slots__ = ("args", "fn", "t_us")

    def __init__(self, t_us: int, fn: Callable[..., Any], args: tuple):
        self.t_us = t_us
        self.fn: Callable[..., Any] | None = fn
        self.args = args

    def cancel(self) -> None:
        """Take it back. Harmless when it has already happened."""
        self.fn = None
        self.args = ()


class Scheduler:
    """The street's time: integer microseconds since the street began.

    The clock moves only from one happening to the next, and `pace` says how far it may go at a
    given moment of real time; so a watched street and a replayed night are one code path.

    Args:
        epoch_us: Unix time of the street's beginning, in microseconds.
        seed: what every random stream of the street derives from.
        pace: real time, faster, or as fast as it goes (the default).
    """

    def __init__(self, epoch_us: int = 0, seed: int = 0, pace: Pace | None = None):
        self.now_us = 0
        self.epoch_us = epoch_us
        self._seed = seed
        self._pace = pace or FlatOut()
        self._queue: list[tuple[int, int, Handle]] = []
        self._order = 0
        self._selector = selectors.DefaultSelector()
        self._readers = 0
        self._stopped = False
        self._until_us: int | None = None  # as far as this run goes

    @property
    def unix_us(self) -> int:
        """The street's UTC, in microseconds since 1970."""
        return self.epoch_us + self.now_us

    def at(self, t_us: int, fn: Callable[..., Any], *args: Any) -> Handle:
        """Call `fn(*args)` at `t_us`; a moment already gone means now. Equal times keep their order."""
        handle = Handle(max(t_us, self.now_us), fn, args)
        self._order += 1
        heapq.heappush(self._queue, (handle.t_us, self._order, handle))
        return handle

    def after(self, delay_us: int, fn: Callable[..., Any], *args: Any) -> Handle:
        """Call `fn(*args)` in `delay_us` microseconds of street time."""
        return self.at(self.now_us + delay_us, fn, *args)

    def leap(self, t_us: int) -> bool:
        """Go straight to `t_us`, when nothing at all happens before; else stay, and say so.

        For whoever waits most of the time: to queue, to leave and to be called back costs more than the leap.
        """
        next_us = self._next_us()
        if self._readers or self._stopped or (next_us is not None and next_us <= t_us):
            return False
        if self._until_us is not None and self._until_us < t_us:
            return False
        self.now_us = max(self.now_us, self._pace.allow(self.now_us, t_us)[0])
        return self.now_us >= t_us

    def catch_up(self, t_us: int) -> None:
        """Live up to `t_us`: somebody has gone ahead to there, to whom nothing before makes a difference."""
        while (next_us := self._next_us()) is not None and next_us <= t_us and not self._stopped:
            self.now_us = max(self.now_us, next_us)
            self._run_due()
        self.now_us = max(self.now_us, t_us)

    def quiet_until_us(self) -> int:
        """Before that moment nothing happens; it is now where a pace or a socket may bring something."""
        if self._readers or not isinstance(self._pace, FlatOut):
            return self.now_us
        until_us = _earlier(self._next_us(), self._until_us)
        return self.now_us if until_us is None else until_us

    def rng(self, name: str) -> random.Random:
        """A random stream of its own for `name`, the same for the same street seed."""
        return random.Random(f"{self._seed}/{name}")

    def hold(self, limit_us: int, real_s: float) -> None:
        """Let street time not pass `limit_us` until `real_s` seconds of real time have gone by."""
        self._pace.hold(limit_us, real_s)

    def add_reader(self, sock: Any, fn: Callable[[], None]) -> None:
        """Call `fn()`, at the current moment, whenever the real socket is readable."""
        self._selector.register(sock, selectors.EVENT_READ, fn)
        self._readers += 1

    def remove_reader(self, sock: Any) -> None:
        """Forget the socket."""
        self._selector.unregister(sock)
        self._readers -= 1

    def stop(self) -> None:
        """Let `run` return before the next happening. May be called from another thread."""
        self._stopped = True

    def run(self, until_us: int | None = None) -> None:
        """Live until `until_us` (for ever without), or until `stop()`."""
        self._stopped = False
        self._until_us = until_us
        self._pace.start(self.now_us)
        while not self._stopped:
            next_us = self._next_us()
            if next_us is None and until_us is None and not self._readers:
                return
            target_us = _earlier(next_us, until_us)
            if not self._reach(target_us):
                continue
            if until_us is not None and self.now_us >= until_us and (next_us is None or next_us > until_us):
                return
            self._run_due()

    def _next_us(self) -> int | None:
        while self._queue and self._queue[0][2].fn is None:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def _reach(self, target_us: int | None) -> bool:
        """Move the clock towards `target_us` as far as the pace allows; say whether it is there."""
        allowed_us, wait_s = self._pace.allow(self.now_us, target_us)
        self.now_us = max(self.now_us, allowed_us)
        if self._readers:
            self._read_sockets(wait_s)
        else:
            self._pace.rest(wait_s)
        return target_us is not None and self.now_us >= target_us

    def _read_sockets(self, wait_s: float) -> None:
        readers = self._selector.get_map()
        for key, _ in self._selector.select(wait_s):
            if readers.get(key.fd) is key:  # else one that was called before it has removed it
                key.data()

    def _run_due(self) -> None:
        while self._queue and self._queue[0][0] <= self.now_us and not self._stopped:
            handle = heapq.heappop(self._queue)[2]
            if handle.fn is not None:
                handle.fn(*handle.args)


def _earlier(a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return b if a is None else a
    return min(a, b)

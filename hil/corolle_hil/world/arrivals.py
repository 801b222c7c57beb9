"""Somebody comes: a Poisson process whose rate follows the hour."""

from collections.abc import Callable
from random import Random

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.counts import Rate

_HOUR_US = 3_600_000_000


class Arrivals:
    """Calls `arrive()` for each that comes.

    Args:
        rng: the stream that the waits are drawn from.
        rate: arrivals an hour by Unix time.
    """

    def __init__(self, scheduler: Scheduler, rng: Random, rate: Rate, arrive: Callable[[], None]):
        self._scheduler = scheduler
        self._rng = rng
        self._rate = rate
        self._come = arrive
        self._draw()

    def _draw(self) -> None:
        """Plan the next one, or look again when the hour ends: a Poisson process remembers nothing."""
        left_us = _HOUR_US - self._scheduler.unix_us % _HOUR_US
        rate_h = self._rate(self._scheduler.unix_us / 1e6)
        wait_us = round(self._rng.expovariate(rate_h) * _HOUR_US) if rate_h > 0 else left_us
        if wait_us >= left_us:
            self._scheduler.after(left_us, self._draw)
        else:
            self._scheduler.after(wait_us, self._arrive)

    def _arrive(self) -> None:
        self._come()
        self._draw()

"""The mains at a post: a voltage that is never quite 230 V, dips, and cuts."""

import math
from collections.abc import Callable

from corolle_hil.scheduler import Scheduler

NOMINAL_V = 230.0
# Waves that the voltage is made of: (V, period in s). Evenings load the street, taps of the transformer and
# neighbours do the rest; all of them together stay within the 10 % of EN 50160, 4.2.2.
_WAVES = ((3.5, 86_400.0), (2.5, 5_281.0), (1.2, 611.0), (0.6, 47.3), (0.3, 3.1))


class Mains:
    """One post's supply.

    Args:
        name: whose it is, for its own random stream.
    """

    def __init__(self, scheduler: Scheduler, name: str = "mains"):
        rng = scheduler.rng(f"mains {name}")
        self._scheduler = scheduler
        self._waves = [(v, math.tau / (1e6 * s), rng.uniform(0, math.tau)) for v, s in _WAVES]
        self._cut_until_us = self._dip_until_us = scheduler.now_us
        self._dip_v = NOMINAL_V
        self._watchers: list[Callable[[], None]] = []

    @property
    def voltage_v(self) -> float:
        """Root mean square now."""
        now_us = self._scheduler.now_us
        if now_us < self._cut_until_us:
            return 0.0
        if now_us < self._dip_until_us:
            return self._dip_v
        return NOMINAL_V + sum(v * math.sin(now_us * speed + phase) for v, speed, phase in self._waves)

    def cut(self, duration_us: int) -> None:
        """Nothing comes for so long; a longer cut under way goes on."""
        self._cut_until_us = max(self._cut_until_us, self._scheduler.now_us + duration_us)
        self._change_until(self._cut_until_us)

    def dip(self, voltage_v: float, duration_us: int) -> None:
        """No more than this voltage for so long (EN 50160, 5.3.2: 5 to 90 % of the nominal one).

        Raises ValueError for a voltage that is no dip.
        """
        if not 0 <= voltage_v < NOMINAL_V:
            raise ValueError(f"voltage_v = {voltage_v}: a dip is from 0 to below {NOMINAL_V:g} V")
        self._dip_v = voltage_v
        self._dip_until_us = self._scheduler.now_us + duration_us
        self._change_until(self._dip_until_us)

    def watch(self, fn: Callable[[], None]) -> None:
        """Call `fn()` when a cut or a dip begins or ends."""
        self._watchers.append(fn)

    def _change_until(self, end_us: int) -> None:
        self._tell()
        self._scheduler.at(end_us, self._tell)

    def _tell(self) -> None:
        for fn in self._watchers:
            fn()

"""The air in a luminaire's housing: as warm as the day, the sun on it and its own heat make it."""

from collections.abc import Callable

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.approach import Approach
from corolle_hil.world.climate import Climate

_TAU_US = 30 * 60e6  # an aluminium housing of some kilograms
_STEP_US = 10 * 60_000_000  # the weather changes no faster
_SUN_K_W_M2 = 0.012  # 12 K under the sun of noon
_HEAT_K_W = 0.5  # of all the power that goes in: a luminaire's light is a third of it, and mostly leaves


class Housing:
    """One housing. Its temperature catches up whenever somebody looks.

    Faults: `extra_c` (as much warmer, as with a heat sink full of leaves).

    Args:
        energy_wh: all that went into it so far.
    """

    def __init__(self, scheduler: Scheduler, climate: Climate, energy_wh: Callable[[], float]):
        self.extra_c = 0.0
        self._scheduler = scheduler
        self._climate = climate
        self._energy_wh = energy_wh
        self._done_us = scheduler.now_us
        self._done_wh = energy_wh()
        self._temperature_c = self._settled_c(self._done_us, 0.0)

    @property
    def temperature_c(self) -> float:
        """Temperature now."""
        now_us = self._scheduler.now_us
        if now_us > self._done_us:
            drawn_wh = self._energy_wh() - self._done_wh
            self._catch_up(now_us, drawn_wh * 3.6e9 / (now_us - self._done_us))
            self._done_wh += drawn_wh
        return self._temperature_c

    def _catch_up(self, now_us: int, power_w: float) -> None:
        while self._done_us < now_us:
            next_us = min(now_us, self._done_us + _STEP_US)
            way = Approach(self._settled_c(next_us, power_w), self._temperature_c, self._done_us, _TAU_US)
            self._temperature_c = way.at(next_us)
            self._done_us = next_us

    def _settled_c(self, at_us: int, power_w: float) -> float:
        """Where it would end if all stayed as it is then."""
        weather = self._climate((self._scheduler.epoch_us + at_us) / 1e6)
        sun_k = _SUN_K_W_M2 * weather.radiation_w_m2
        return weather.temperature_c + sun_k + _HEAT_K_W * power_w + self.extra_c

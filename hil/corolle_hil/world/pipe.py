"""Water in a pipe: as warm as air and sun make it while it stands, as cool as the ground once it flows."""

import math
from collections.abc import Callable

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.approach import Approach
from corolle_hil.world.climate import Climate

_TAU_US = 45 * 60e6  # a pipe of 25 mm full of water, in the open
_STEP_US = 10 * 60_000_000  # the weather changes no faster
_SUN_K_W_M2 = 0.012  # 12 K under the sun of noon
# Water from under a street by the day of the year: a metre deep the year's wave lags and is flatter.
_GROUND_MEAN_C, _GROUND_SWING_C, _WARMEST_DAY = 14.5, 6.0, 232
_YEAR_S, _DAY_S = 365.25 * 86_400, 86_400


def mains_c(unix_s: float) -> float:
    """Temperature of the water that the mains deliver, in C."""
    phase = math.tau * (unix_s - _WARMEST_DAY * _DAY_S) / _YEAR_S
    return _GROUND_MEAN_C + _GROUND_SWING_C * math.cos(phase)


class Pipe:
    """The stretch of pipe around the thermometer. It catches up whenever somebody looks.

    Args:
        litres: what has flowed through it so far.
        supply_c: temperature of what flows in, by Unix time.
        volume_l: what stands in the pipe from the ground to the thermometer.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        climate: Climate,
        litres: Callable[[], float],
        supply_c: Callable[[float], float] = mains_c,
        volume_l: float = 1.5,
    ):
        self._scheduler = scheduler
        self._climate = climate
        self._litres = litres
        self._supply_c = supply_c
        self._volume_l = volume_l
        self._done_us = scheduler.now_us
        self._done_l = litres()
        self._temperature_c = self._standing_c(self._unix_s(self._done_us))

    @property
    def temperature_c(self) -> float:
        """Temperature of the water now."""
        now_us = self._scheduler.now_us
        if now_us > self._done_us:
            passed_l = self._litres() - self._done_l
            self._catch_up(now_us, passed_l / (now_us - self._done_us))
            self._done_l += passed_l
        return self._temperature_c

    def _catch_up(self, now_us: int, flow_l_us: float) -> None:
        """Two pulls at once: the open air's, and that of the water that comes."""
        pull_air, pull_flow = 1 / _TAU_US, flow_l_us / self._volume_l
        pull = pull_air + pull_flow
        while self._done_us < now_us:
            next_us = min(now_us, self._done_us + _STEP_US)
            unix_s = self._unix_s(next_us)
            settled_c = (pull_air * self._standing_c(unix_s) + pull_flow * self._supply_c(unix_s)) / pull
            way = Approach(settled_c, self._temperature_c, self._done_us, 1 / pull)
            self._temperature_c = way.at(next_us)
            self._done_us = next_us

    def _standing_c(self, unix_s: float) -> float:
        weather = self._climate(unix_s)
        return weather.temperature_c + _SUN_K_W_M2 * weather.radiation_w_m2

    def _unix_s(self, at_us: int) -> float:
        return (self._scheduler.epoch_us + at_us) / 1e6

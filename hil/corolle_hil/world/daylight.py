"""How light it is outdoors: day, dusk, and a city's night sky. No lamp's own light is in it."""

import math
from bisect import bisect_right

from corolle_hil.scheduler import Scheduler
from corolle_hil.world import sun
from corolle_hil.world.climate import Climate

# Clear sky on level ground: the sun's height in degrees and illuminance in lux (Electro-Optics Handbook,
# RCA 1974, table 6-6, after D. R. E. Brown's natural illumination charts of 1952).
_CLEAR_LX = (
    (-18.0, 6.51e-4),
    (-12.0, 8.31e-3),
    (-6.0, 3.40),
    (-5.0, 10.8),
    (-0.8, 453.0),
    (0.0, 732.0),
    (5.0, 4.76e3),
    (10.0, 1.09e4),
    (15.0, 1.86e4),
    (20.0, 2.73e4),
    (30.0, 4.70e4),
    (40.0, 6.67e4),
    (50.0, 8.50e4),
    (60.0, 1.02e5),
    (70.0, 1.13e5),
    (90.0, 1.24e5),
)
_HEIGHTS = [height for height, _ in _CLEAR_LX]
_LOGARITHMS = [math.log(lux) for _, lux in _CLEAR_LX]
_SKYGLOW_LX = 0.03  # a city's sky with neither sun nor moon
_LOW_DEG = 8.0  # below it a sky's clearness cannot be told from its radiation
_LOOK_S = 7200
_DARKEST_SHARE = 0.08  # of a clear sky's light, under the thickest cloud
_CLOUDS = ((0.05, 97.0), (0.03, 13.0))  # what passes before the sky: (share, period in s)


class Daylight:
    """Light at one place by the street's time; the same at the same moment, however often somebody looks."""

    def __init__(self, scheduler: Scheduler, climate: Climate, place_deg: tuple[float, float]):
        rng = scheduler.rng("daylight")
        self._scheduler = scheduler
        self._climate = climate
        self._place_deg = place_deg
        self._clouds = [(share, math.tau / s, rng.uniform(0, math.tau)) for share, s in _CLOUDS]

    @property
    def lux(self) -> float:
        """Illuminance of level ground now."""
        return self.at(self._scheduler.unix_us / 1e6)

    def at(self, unix_s: float) -> float:
        """Illuminance of level ground at a moment, in lux."""
        height_deg = sun.elevation_deg(unix_s, *self._place_deg)
        flicker = 1 + sum(share * math.sin(unix_s * speed + phase) for share, speed, phase in self._clouds)
        from_sun_lx = clear_lux(height_deg) * self._clearness(unix_s) if height_deg > _HEIGHTS[0] else 0.0
        return (from_sun_lx + _SKYGLOW_LX) * flicker

    def _clearness(self, unix_s: float) -> float:
        """Share of a clear sky's light; while the sun is low, what it was or will be when it is higher."""
        solar_h = (unix_s / 3600 + self._place_deg[1] / 15) % 24
        towards_noon_s = _LOOK_S if solar_h < 12 else -_LOOK_S
        for moment_s in (unix_s, unix_s + towards_noon_s):
            height_deg = sun.elevation_deg(moment_s, *self._place_deg)
            if height_deg >= _LOW_DEG:
                share = self._climate(moment_s).radiation_w_m2 / sun.clear_sky_w_m2(height_deg)
                return max(_DARKEST_SHARE, min(1.0, share))
        return 1.0


def clear_lux(height_deg: float) -> float:
    """Illuminance under a clear sky by the sun's height; its logarithm goes evenly between table values."""
    place = min(max(bisect_right(_HEIGHTS, height_deg), 1), len(_HEIGHTS) - 1)
    low, high = _HEIGHTS[place - 1], _HEIGHTS[place]
    share = (height_deg - low) / (high - low)
    return math.exp(_LOGARITHMS[place - 1] + share * (_LOGARITHMS[place] - _LOGARITHMS[place - 1]))

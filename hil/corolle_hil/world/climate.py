"""The weather at a moment, from whatever source: a scenario or a weather file."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Weather:
    """Outdoor air, rain and sun at one moment, or as the mean of one hour."""

    temperature_c: float
    humidity_pct: float
    wind_m_s: float
    rain_mm_h: float
    radiation_w_m2: float


Climate = Callable[[float], Weather]
"""Weather by Unix time."""

_MINUTES = 2048  # more than a day of them: whoever means a day asks for its hours again and again


def by_the_minute(climate: Climate) -> Climate:
    """The weather as it was at the full minute: within one, all that ask have the same, worked out once."""
    at = lru_cache(_MINUTES)(climate)
    return lambda unix_s: at(unix_s // 60 * 60)


def between(before: Weather, after: Weather, share: float) -> Weather:
    """What lies `share` (0 to 1) of the way between two moments; it rains as hard as in the first's hour."""

    def mix(a: float, b: float) -> float:
        return a + (b - a) * share

    return replace(
        before,
        temperature_c=mix(before.temperature_c, after.temperature_c),
        humidity_pct=mix(before.humidity_pct, after.humidity_pct),
        wind_m_s=mix(before.wind_m_s, after.wind_m_s),
        radiation_w_m2=mix(before.radiation_w_m2, after.radiation_w_m2),
    )


def saturation_kpa(temperature_c: float) -> float:
    """Saturation vapour pressure (FAO-56, equation 11)."""
    return 0.6108 * math.exp(17.27 * temperature_c / (temperature_c + 237.3))


def dew_point_c(temperature_c: float, humidity_pct: float) -> float:
    """Dew point: the same equation, the other way round."""
    logarithm = math.log(max(humidity_pct, 1.0) / 100 * saturation_kpa(temperature_c) / 0.6108)
    return 237.3 * logarithm / (17.27 - logarithm)

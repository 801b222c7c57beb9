"""Rain for a year that lacks it: so much a month, on the month's most humid days."""

from collections import defaultdict
from dataclasses import replace
from statistics import mean

from corolle_hil.world.climate import Weather

Key = tuple[int, int, int]  # month, day, hour

_DAYS_A_MONTH = 30.4
_WET_DAY_MM = 7.0  # of a day on which it rains: Toulouse has 635 mm on 90 days (normals.py)
_WET_HOURS = 4  # a day


def spread(hours: dict[Key, Weather], mm_month: float) -> dict[Key, Weather]:
    """The same hours with so much rain in each month, whatever they had; part of a month has its part.

    It falls in the most humid hours of the most humid days: so it goes with clouds and cool air, as in truth.
    """
    wet: dict[Key, float] = {}
    for days in _by_month(hours).values():
        fallen_mm = mm_month * len(days) / _DAYS_A_MONTH
        count = min(len(days), max(1, round(fallen_mm / _WET_DAY_MM)))
        for keys in sorted(days.values(), key=lambda keys: -mean(hours[key].humidity_pct for key in keys))[
            :count
        ]:
            dampest = sorted(keys, key=lambda key: -hours[key].humidity_pct)[:_WET_HOURS]
            wet |= dict.fromkeys(dampest, fallen_mm / count / len(dampest))
    return {key: replace(weather, rain_mm_h=wet.get(key, 0.0)) for key, weather in hours.items()}


def _by_month(hours: dict[Key, Weather]) -> dict[int, dict[int, list[Key]]]:
    """The hours of each day of each month."""
    months: dict[int, dict[int, list[Key]]] = defaultdict(lambda: defaultdict(list))
    for key in hours:
        months[key[0]][key[1]].append(key)
    return months

"""How roots find the soil: how hard it holds its water, and how warm it is."""

from math import log

from corolle_hil.world.climate import Climate
from corolle_hil.world.planter import Planter

_FIELD_CAPACITY_KPA, _WILTING_KPA = 10.0, 1500.0  # by their definitions: pF 2 and pF 4.2
_HOURS = range(0, 24, 3)


def tension_kpa(planter: Planter, vwc: float) -> float:
    """Soil tension by water content: a power law (Campbell 1974) through field capacity and wilting point.

    Above field capacity it falls evenly to 0 at saturation.
    """
    if vwc >= planter.field_capacity:
        left = (planter.saturation - vwc) / (planter.saturation - planter.field_capacity)
        return _FIELD_CAPACITY_KPA * max(0.0, left)
    share = (planter.field_capacity / max(vwc, 0.01)) ** _exponent(planter)
    return _FIELD_CAPACITY_KPA * share


def soil_c(climate: Climate, unix_s: float) -> float:
    """Temperature of the soil in a planter at half its depth: the mean of the day's air."""
    return sum(climate(unix_s - hour * 3600).temperature_c for hour in _HOURS) / len(_HOURS)


def _exponent(planter: Planter) -> float:
    ratio = planter.field_capacity / planter.wilting_point
    return log(_WILTING_KPA / _FIELD_CAPACITY_KPA) / log(ratio)

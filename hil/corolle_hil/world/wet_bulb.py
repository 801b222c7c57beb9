"""The wet bulb's temperature: as cold as water can make air, and what no mist goes below."""

from corolle_hil.world.climate import saturation_kpa

_PSYCHROMETER = 0.000662  # of a ventilated one, per C (FAO-56, equation 16)
_NEAR_C = 0.001
_WIDEST_C = 60.0  # no air on earth is farther above its wet bulb


def wet_bulb_c(temperature_c: float, humidity_pct: float, pressure_kpa: float = 100.0) -> float:
    """Wet bulb temperature by FAO-56, equation 15, the other way round: found by halving."""
    vapour_kpa = saturation_kpa(temperature_c) * humidity_pct / 100
    low_c, high_c = temperature_c - _WIDEST_C, temperature_c
    while high_c - low_c > _NEAR_C:
        middle_c = (low_c + high_c) / 2
        cooled = _PSYCHROMETER * pressure_kpa * (temperature_c - middle_c)
        if saturation_kpa(middle_c) - cooled < vapour_kpa:
            low_c = middle_c
        else:
            high_c = middle_c
    return (low_c + high_c) / 2

"""What temperature and humidity of the air say together: vapour pressure deficit and wet bulb.

Formulas of FAO Irrigation and Drainage Paper 56 (Allen and others, 1998), chapter 3. Vapour is over
water, also below 0 C, where a bulb of ice would show up to half a degree more.
"""

from math import exp

from corolle.wire.compat import const

_PSYCHROMETER = const(0.000662)  # 1/K: an aspirated psychrometer's (FAO-56, equation 16)
_STEPS = const(5)  # from -30 C to 60 C the rest is below what 32 bits hold


def saturation_kpa(temperature_c: float) -> float:
    """Pressure of saturated vapour (equation 11)."""
    return 0.6108 * exp(17.27 * temperature_c / (temperature_c + 237.3))


def vpd_kpa(temperature_c: float, humidity_pct: float) -> float:
    """Vapour pressure deficit: how much more vapour the air could hold (equations 11 and 17)."""
    return saturation_kpa(temperature_c) * (1 - humidity_pct / 100)


def wet_bulb_c(temperature_c: float, humidity_pct: float, pressure_kpa: float = 101.3) -> float:
    """The temperature down to which evaporating water can cool the air (equation 15, solved for it).

    Newton's method. The equation's left side is convex and its root lies below the air's temperature, so the
    way down from there never steps past it.
    """
    gamma = _PSYCHROMETER * pressure_kpa
    vapour_kpa = saturation_kpa(temperature_c) * humidity_pct / 100
    wet_c = temperature_c
    for _ in range(_STEPS):
        saturated_kpa = saturation_kpa(wet_c)
        slope = 4098 * saturated_kpa / (wet_c + 237.3) ** 2  # equation 13
        wet_c -= (saturated_kpa - vapour_kpa - gamma * (temperature_c - wet_c)) / (slope + gamma)
    return wet_c

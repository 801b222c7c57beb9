"""How much water a well-watered reference grass gives off: FAO-56 Penman-Monteith, hourly."""

import math
from dataclasses import replace

from corolle_hil.world.climate import Weather, saturation_kpa

_ALBEDO = 0.23
_WIND_AT_2_M = 0.748
_STEFAN_BOLTZMANN = 2.043e-10  # MJ m-2 h-1 K-4
_SHADE_OF_SKY = 0.7  # a cloudiness term that hours without sun take over from the afternoon


def reference_mm_h(weather: Weather, clear_sky_w_m2: float, pressure_kpa: float = 100.0) -> float:
    """Reference evapotranspiration of one hour, in mm (FAO-56, equation 53); never below 0.

    `clear_sky_w_m2` is the radiation that a clear sky would give now. The wind is as weather stations measure
    it, at 10 m; equation 47 brings it down to 2 m.
    """
    weather = replace(weather, wind_m_s=weather.wind_m_s * _WIND_AT_2_M)
    received = _mj_m2_h(weather.radiation_w_m2)
    clear = _mj_m2_h(clear_sky_w_m2)
    net = (1 - _ALBEDO) * received - _longwave_loss(weather, received, clear)
    ground = net * (0.1 if received > 0 else 0.5)  # equations 45 and 46
    return penman_monteith_mm_h(weather, net, ground, pressure_kpa)


def penman_monteith_mm_h(weather: Weather, net: float, ground: float, pressure_kpa: float) -> float:
    """Equation 53 from net radiation and ground heat flux, both in MJ m-2 h-1; the wind is at 2 m."""
    temperature_c = weather.temperature_c
    saturation = saturation_kpa(temperature_c)
    deficit = saturation * (1 - weather.humidity_pct / 100)
    slope = 4098 * saturation / (temperature_c + 237.3) ** 2
    gamma = 0.000665 * pressure_kpa
    radiative = 0.408 * slope * (net - ground)
    aerodynamic = gamma * 37 / (temperature_c + 273) * weather.wind_m_s * deficit
    return max(0.0, (radiative + aerodynamic) / (slope + gamma * (1 + 0.34 * weather.wind_m_s)))


def _longwave_loss(weather: Weather, received: float, clear: float) -> float:
    """Equation 39, by the hour."""
    vapour_kpa = saturation_kpa(weather.temperature_c) * weather.humidity_pct / 100
    clearness = min(1.0, received / clear) if clear > 0.05 else _SHADE_OF_SKY
    emitted = _STEFAN_BOLTZMANN * (weather.temperature_c + 273.16) ** 4
    return emitted * (0.34 - 0.14 * math.sqrt(vapour_kpa)) * (1.35 * clearness - 0.35)


def _mj_m2_h(power_w_m2: float) -> float:
    return power_w_m2 * 0.0036

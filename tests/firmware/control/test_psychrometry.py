"""Wet bulb and vapour pressure deficit against what others have published."""

from math import atan, sqrt

from corolle.control.psychrometry import saturation_kpa, vpd_kpa, wet_bulb_c


def _near(one, other, most):
    assert abs(one - other) <= most, (one, other)


def test_saturation_of_the_fao_table():
    """FAO-56, annex 2, table 2.3."""
    for temperature_c, pressure_kpa in ((1, 0.657), (15, 1.705), (24.5, 3.075), (35, 5.624)):
        _near(saturation_kpa(temperature_c), pressure_kpa, 0.002)


def test_deficit_of_the_fao_example():
    """FAO-56, example 19: 28 C and 90 % leave 0.378 kPa, 38 C and 52 % leave 3.180 kPa."""
    _near(vpd_kpa(28, 90), 0.378, 0.001)
    _near(vpd_kpa(38, 52), 3.180, 0.001)
    assert vpd_kpa(20, 100) == 0


def test_wet_bulb_of_the_fao_example():
    """FAO-56, example 4: a psychrometer at 87.9 kPa shows 25.6 C and 19.5 C: the vapour has 1.91 kPa."""
    humidity_pct = 100 * 1.91 / saturation_kpa(25.6)
    _near(wet_bulb_c(25.6, humidity_pct, 87.9), 19.5, 0.05)


def test_wet_bulb_of_published_tables():
    """Army manual TM 5-3610-285-14: 68 F and 62 F are 71 %. Stull (2011): 20 C and 50 % are 13.7 C.

    ISO 5151, condition T1: 27 C and 19 C, which are 47 %.
    """
    _near(wet_bulb_c(20, 71), 16.667, 0.1)
    _near(wet_bulb_c(20, 50), 13.7, 0.15)
    _near(wet_bulb_c(27, 47), 19.0, 0.1)


def _stull_c(temperature_c, humidity_pct):
    """Stull (2011), equation 1: a fit, by its author wrong by -1.0 to +0.65 K."""
    fitted = temperature_c * atan(0.151977 * sqrt(humidity_pct + 8.313659))
    fitted += atan(temperature_c + humidity_pct) - atan(humidity_pct - 1.676331)
    return fitted + 0.00391838 * humidity_pct**1.5 * atan(0.023101 * humidity_pct) - 4.686035


def test_it_is_where_stulls_fit_has_it_within_the_errors_that_stull_found():
    """And a tenth of a degree, by which his psychrometer and ours differ."""
    for temperature_c in range(10, 41, 2):
        for humidity_pct in range(10, 100, 3):
            off = _stull_c(temperature_c, humidity_pct) - wet_bulb_c(temperature_c, humidity_pct)
            assert -1.1 <= off <= 0.75, (temperature_c, humidity_pct, off)


def test_the_equation_holds_wherever_there_is_weather():
    """Equation 15: ea = e(Twet) - gamma (T - Twet), to what 0.01 K are worth."""
    for temperature_c in range(-30, 61, 3):
        for humidity_pct in (0, 1, 5, 20, 50, 80, 99, 100):
            wet_c = wet_bulb_c(temperature_c, humidity_pct)
            gamma = 0.000662 * 101.3
            wanted = saturation_kpa(temperature_c) * humidity_pct / 100
            _near(saturation_kpa(wet_c) - gamma * (temperature_c - wet_c), wanted, 0.01 * gamma)
            assert wet_c <= temperature_c + 0.01


def test_saturated_air_cannot_be_cooled_and_drier_or_thinner_air_more():
    _near(wet_bulb_c(31, 100), 31, 0.0001)
    bulbs = [wet_bulb_c(31, humidity_pct) for humidity_pct in range(0, 101, 5)]
    assert bulbs == sorted(bulbs) and len(set(bulbs)) == len(bulbs)
    assert wet_bulb_c(31, 40, 85.0) < wet_bulb_c(31, 40)

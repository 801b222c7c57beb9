"""Wet bulb and deficit in floats of 32 bits: those of doubles, to a hundredth of a degree and better."""

import float32
from corolle.control import psychrometry

_WEATHER = [(tenth / 10, pct) for tenth in range(-300, 601, 7) for pct in range(0, 101)]


def test_the_wet_bulb_is_within_a_thousandth_of_a_degree():
    singles = float32.load("corolle.control.psychrometry")
    off = [abs(singles.wet_bulb_c(*air) - psychrometry.wet_bulb_c(*air)) for air in _WEATHER]
    assert 0 < max(off) < 0.001


def test_what_psychrometers_show_in_singles():
    """FAO-56, example 4; army manual TM 5-3610-285-14: 68 F and 62 F are 71 %."""
    singles = float32.load("corolle.control.psychrometry")
    humidity_pct = 100 * 1.91 / singles.saturation_kpa(25.6)
    assert abs(singles.wet_bulb_c(25.6, humidity_pct, 87.9) - 19.5) < 0.05
    assert abs(singles.wet_bulb_c(20, 71) - 16.667) < 0.1


def test_the_deficit_is_that_of_doubles_and_of_the_fao_example():
    """FAO-56, example 19."""
    singles = float32.load("corolle.control.psychrometry")
    off = [abs(singles.vpd_kpa(*air) - psychrometry.vpd_kpa(*air)) for air in _WEATHER]
    assert 0 < max(off) < 0.00002
    assert abs(singles.vpd_kpa(28, 90) - 0.378) < 0.001
    assert abs(singles.vpd_kpa(38, 52) - 3.180) < 0.001

"""The wet bulb, against FAO-56."""

import pytest
from corolle_hil.world.wet_bulb import wet_bulb_c


def test_the_psychrometer_of_the_fao_example():
    """FAO-56, example 4: 25.6 C dry, 19.5 C wet, at 1,200 m (87.9 kPa): 1.91 kPa, of 3.28 kPa 58 %."""
    assert wet_bulb_c(25.6, 100 * 1.91 / 3.28, 87.9) == pytest.approx(19.5, abs=0.1)


def test_saturated_air_is_its_own_wet_bulb_and_dry_air_is_far_from_it():
    assert wet_bulb_c(20.0, 100.0) == pytest.approx(20.0, abs=0.01)
    assert wet_bulb_c(35.0, 30.0) == pytest.approx(21.6, abs=0.5)

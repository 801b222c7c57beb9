"""Hourly evapotranspiration against FAO-56, example 19: N'Diaye, 16 degrees north, on a 1 October.

The example gives wind at 2 m and radiation in MJ m-2 h-1; the world speaks of wind at 10 m (equation 47) and
of W/m2. It has no sun of its own at night and takes 0.8 for Rs/Rso, where the world takes 0.7.
"""

from types import ModuleType

import float32
import pytest
from corolle_hil.world import evapotranspiration
from corolle_hil.world.climate import Weather

_AFTERNOON = Weather(38.0, 52.0, 3.3 / 0.748, 0.0, 2.450 / 0.0036)
_CLEAR_W_M2 = 2.658 / 0.0036
_NIGHT = Weather(28.0, 90.0, 1.9 / 0.748, 0.0, 0.0)
_PRESSURE_KPA = 101.2


@pytest.fixture(params=["doubles", "singles"])
def fao(request: pytest.FixtureRequest) -> ModuleType:
    """The formulas, in floats of 64 and of 32 bits."""
    singles = request.param == "singles"
    return float32.load("corolle_hil.world.evapotranspiration") if singles else evapotranspiration


def test_from_the_weather_to_what_the_grass_gives_off(fao: ModuleType):
    assert fao.reference_mm_h(_AFTERNOON, _CLEAR_W_M2, _PRESSURE_KPA) == pytest.approx(0.63, abs=0.005)
    assert fao.reference_mm_h(_NIGHT, 0.0, _PRESSURE_KPA) == pytest.approx(0.0, abs=0.01)


def test_from_net_radiation_to_what_the_grass_gives_off(fao: ModuleType):
    at_2_m = Weather(38.0, 52.0, 3.3, 0.0, 0.0)
    assert fao.penman_monteith_mm_h(at_2_m, 1.749, 0.175, _PRESSURE_KPA) == pytest.approx(0.63, abs=0.005)
    calm = Weather(28.0, 90.0, 1.9, 0.0, 0.0)
    assert fao.penman_monteith_mm_h(calm, -0.100, -0.050, _PRESSURE_KPA) == pytest.approx(0.0, abs=0.005)


def test_the_longwave_loss_of_the_afternoon(fao: ModuleType):
    """Rnl = 0.137 MJ m-2 h-1."""
    assert fao._longwave_loss(_AFTERNOON, 2.450, 2.658) == pytest.approx(0.137, abs=0.001)


def test_singles_and_doubles_agree_in_any_weather():
    singles = float32.load("corolle_hil.world.evapotranspiration")
    for temperature_c in range(-10, 46, 5):
        for humidity_pct in (10, 50, 95):
            for radiation_w_m2 in (0.0, 300.0, 900.0):
                weather = Weather(float(temperature_c), float(humidity_pct), 3.0, 0.0, radiation_w_m2)
                exact = evapotranspiration.reference_mm_h(weather, 950.0)
                assert singles.reference_mm_h(weather, 950.0) == pytest.approx(exact, abs=2e-6)

"""Light outdoors, and the warmth in a luminaire's housing."""

from datetime import UTC, datetime
from statistics import mean

import pytest
from corolle_hil.scheduler import Scheduler
from corolle_hil.world import sun
from corolle_hil.world.climate import Weather
from corolle_hil.world.daylight import Daylight, clear_lux
from corolle_hil.world.housing import Housing
from corolle_hil.world.scenario import TOULOUSE_DEG

MIDNIGHT_S = int(datetime(2026, 7, 13, tzinfo=UTC).timestamp())
HOUR_US = 3_600_000_000


def sky(share):
    """Weather whose sun is this share of a clear sky's."""

    def climate(unix_s):
        clear = sun.clear_sky_w_m2(sun.elevation_deg(unix_s, *TOULOUSE_DEG))
        return Weather(20.0, 50.0, 2.0, 0.0, share * clear)

    return climate


def daylight(share, seed=1):
    return Daylight(Scheduler(MIDNIGHT_S * 1_000_000, seed), sky(share), TOULOUSE_DEG)


def moment_of(height_deg, begin_h=13, end_h=24):
    """When the sun of that afternoon and evening stands so high, in Unix time."""
    low, high = MIDNIGHT_S + begin_h * 3600.0, MIDNIGHT_S + end_h * 3600.0
    for _ in range(40):
        middle = (low + high) / 2
        above = sun.elevation_deg(middle, *TOULOUSE_DEG) > height_deg
        low, high = (middle, high) if above else (low, middle)
    return low


@pytest.mark.parametrize(
    ("height_deg", "lux"), [(-18, 6.51e-4), (-6, 3.40), (0, 732), (30, 4.7e4), (60, 1.02e5)]
)
def test_a_clear_sky_gives_what_the_handbook_says(height_deg, lux):
    assert clear_lux(height_deg) == pytest.approx(lux, rel=1e-6)


def test_between_the_tables_heights_light_grows_steadily():
    lux = [clear_lux(tenth / 10) for tenth in range(-180, 900)]
    assert lux == sorted(lux)


@pytest.mark.parametrize(("height_deg", "low", "high"), [(60, 9e4, 1.1e5), (0, 600, 850), (-6, 3.0, 3.8)])
def test_a_clear_day_and_its_dusk(height_deg, low, high):
    assert low < daylight(1.0).at(moment_of(height_deg)) < high


def test_the_citys_night_is_no_darker_than_its_glow():
    midnight = [daylight(1.0).at(MIDNIGHT_S + second) for second in range(0, 3600, 60)]
    assert mean(midnight) == pytest.approx(0.03, rel=0.1)
    assert min(midnight) > 0.02


@pytest.mark.parametrize("height_deg", [40, 10, 2, -4])
def test_clouds_take_their_share_by_day_and_at_dusk(height_deg):
    moment_s = moment_of(height_deg)
    share = daylight(0.3).at(moment_s) / daylight(1.0).at(moment_s)
    assert share == pytest.approx(0.3, abs=0.02)


def test_it_is_the_same_however_often_somebody_looks():
    often, once = daylight(0.7), daylight(0.7)
    for second in range(0, 86_400, 600):
        often.at(MIDNIGHT_S + second)
    assert often.at(MIDNIGHT_S + 70_000) == once.at(MIDNIGHT_S + 70_000)
    assert daylight(0.7, seed=2).at(MIDNIGHT_S + 70_000) != once.at(MIDNIGHT_S + 70_000)


class Bench:
    """A housing in air of 20 C with a steady power in it."""

    def __init__(self, power_w, radiation_w_m2=0.0):
        self.scheduler = Scheduler(MIDNIGHT_S * 1_000_000)
        weather = Weather(20.0, 50.0, 2.0, 0.0, radiation_w_m2)
        self.housing = Housing(
            self.scheduler, lambda _: weather, lambda: power_w * self.scheduler.now_us / HOUR_US
        )

    def after(self, hours):
        self.scheduler.run(self.scheduler.now_us + round(hours * HOUR_US))
        return self.housing.temperature_c


def test_a_housing_warms_by_half_a_kelvin_a_watt():
    assert Bench(40.0).after(5) == pytest.approx(40.0, abs=0.01)


def test_it_takes_half_an_hour_for_63_percent_of_the_way():
    assert Bench(40.0).after(0.5) == pytest.approx(20 + 20 * 0.632, abs=0.1)


def test_it_is_as_warm_whether_somebody_looks_often_or_once():
    often, once = Bench(40.0), Bench(40.0)
    for _ in range(60):
        often.after(1 / 60)
    assert often.housing.temperature_c == pytest.approx(once.after(1), abs=0.001)


def test_the_sun_and_a_blocked_heat_sink_warm_it():
    assert Bench(0.0, radiation_w_m2=1000.0).after(5) == pytest.approx(32.0, abs=0.1)
    bench = Bench(0.0)
    bench.housing.extra_c = 30.0
    assert bench.after(5) == pytest.approx(50.0, abs=0.01)

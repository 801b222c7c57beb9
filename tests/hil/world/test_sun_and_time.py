"""The sun against published positions, and French local time."""

from datetime import UTC, datetime, timedelta

import pytest
from corolle_hil.world import sun
from corolle_hil.world.local_time import local, to_unix


def unix(*fields):
    return datetime(*fields, tzinfo=UTC).timestamp()


def test_elevation_of_the_solar_position_algorithms_example():
    """Reda and Andreas, NREL/TP-560-34302, appendix A.5: 39.872 degrees before refraction."""
    elevation = sun.elevation_deg(unix(2003, 10, 17, 19, 30, 30), 39.742476, -105.1786)
    assert elevation == pytest.approx(39.872, abs=0.02)


def test_at_the_pole_the_elevation_is_the_declination():
    """Meeus, Astronomical Algorithms, example 25.a: -7.785 degrees on 13 October 1992."""
    assert sun.elevation_deg(unix(1992, 10, 13), 90.0, 0.0) == pytest.approx(-7.785, abs=0.01)


def test_a_clear_sky_gives_nothing_at_night_and_its_most_at_the_zenith():
    assert sun.clear_sky_w_m2(-1.0) == 0.0
    assert sun.clear_sky_w_m2(90.0) == pytest.approx(1037, abs=1)
    assert sun.clear_sky_w_m2(10.0) < sun.clear_sky_w_m2(30.0)


@pytest.mark.parametrize(
    ("utc", "hours"),
    [
        ((2026, 3, 29, 0, 59), 1),
        ((2026, 3, 29, 1, 0), 2),
        ((2026, 10, 25, 0, 59), 2),
        ((2026, 10, 25, 1, 0), 1),
        ((2027, 3, 28, 1, 0), 2),
    ],
)
def test_summer_time_begins_and_ends_at_one_utc_on_the_last_sundays(utc, hours):
    assert local(unix(*utc)).utcoffset() == timedelta(hours=hours)


def test_local_time_comes_back_to_the_same_moment():
    for moment in (unix(2026, 1, 12, 7), unix(2026, 7, 13, 22, 30)):
        assert to_unix(local(moment).replace(tzinfo=None)) == moment

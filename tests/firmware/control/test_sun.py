"""The sun against published figures, in the interpreter's doubles."""

from corolle.control import sun
from corolle.control.calendar import days_of

_TOULOUSE = (43.6045, 1.444)

# Sunrise and sunset at Toulouse in UTC, as PyPI's astral 3.2 has them for a sun 0.833 degrees below the
# horizon. Rounded to the second.
_TOULOUSE_SUN = (
    ((2026, 1, 15), (7, 24, 33), (16, 43, 3)),
    ((2025, 4, 10), (5, 19, 53), (18, 31, 49)),
    ((2026, 3, 20), (5, 57, 40), (18, 6, 24)),
    ((2026, 6, 21), (4, 12, 53), (19, 39, 12)),
    ((2026, 9, 23), (5, 42, 27), (17, 50, 2)),
    ((2026, 12, 21), (7, 24, 16), (16, 20, 19)),
)


def _at(date, time):
    return days_of(*date) * 86400 + time[0] * 3600 + time[1] * 60 + time[2]


def test_toulouse_within_three_seconds():
    for date, rise, down in _TOULOUSE_SUN:
        rise_s, set_s = sun.rise_and_set(_at(date, (12, 0, 0)), *_TOULOUSE)
        assert abs(rise_s - _at(date, rise)) <= 3 and abs(set_s - _at(date, down)) <= 3, date


def test_the_example_of_meeus():
    """Astronomical Algorithms, examples 25.a and 28.b: 1992 October 13, 0 h."""
    from math import degrees

    declination, equation_s = sun._position(_at((1992, 10, 13), (0, 0, 0)))
    assert abs(degrees(declination) - -7.78507) < 0.001
    assert abs(equation_s - (13 * 60 + 42.6)) < 0.5


def test_the_example_of_nrel():
    """NREL/TP-560-34302, appendix A.5: 39.742476 N, 105.1786 W on 2003 October 17, UTC-7.

    Sunrise 06:12:43 that morning; sunset 17:20:19, of the evening before as the report counts days in UTC.
    Topocentric elevation without refraction 39.872046 degrees at 12:30:30.
    """
    place = (39.742476, -105.1786)
    rise_s = sun.rise_and_set(_at((2003, 10, 17), (19, 30, 30)), *place)[0]
    set_s = sun.rise_and_set(_at((2003, 10, 16), (19, 30, 30)), *place)[1]
    assert abs(rise_s - _at((2003, 10, 17), (13, 12, 43))) <= 5
    assert abs(set_s - _at((2003, 10, 17), (0, 20, 19))) <= 5
    assert abs(sun.elevation_deg(_at((2003, 10, 17), (19, 30, 30)), *place) - 39.872046) < 0.005


def test_at_sunrise_the_suns_disc_touches_the_horizon():
    for day in range(0, 365, 10):
        for now_s in sun.rise_and_set((days_of(2026, 1, 1) + day) * 86400 + 43200, *_TOULOUSE):
            assert abs(sun.elevation_deg(now_s, *_TOULOUSE) - -0.833) < 0.01


def test_midnight_sun_and_polar_night():
    june = sun.rise_and_set(_at((2026, 6, 21), (12, 0, 0)), 71.0, 25.8)
    assert abs(june[1] - june[0] - 86400) <= 20  # noon wanders by the equation of time
    december = sun.rise_and_set(_at((2026, 12, 21), (12, 0, 0)), 71.0, 25.8)
    assert december[0] == december[1]

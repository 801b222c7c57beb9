"""The sun against published figures, in the interpreter's doubles and in an ESP32's floats of 32 bits."""

import struct
import sys

from corolle.control.calendar import days_of

_TOULOUSE = (43.6045, 1.444)

# Sunrise and sunset at Toulouse in UTC, as PyPI's astral 3.2 has them: its rise and set are computed
# independently of this code. Rounded to the second.
_TOULOUSE_SUN = (
    ((2026, 1, 15), (7, 24, 50), (16, 42, 46)),
    ((2025, 4, 10), (5, 20, 8), (18, 31, 34)),
    ((2026, 3, 20), (5, 57, 55), (18, 6, 9)),
    ((2026, 6, 21), (4, 13, 11), (19, 38, 55)),
    ((2026, 9, 23), (5, 42, 41), (17, 49, 47)),
    ((2026, 12, 21), (7, 24, 34), (16, 20, 2)),
)


def _at(date, time):
    return days_of(*date) * 86400 + time[0] * 3600 + time[1] * 60 + time[2]


class Float32:
    """A number as an ESP32 computes with it: rounded to 32 bits after each operation."""

    def __init__(self, value):
        value = value.value if isinstance(value, Float32) else value
        self.value = struct.unpack("f", struct.pack("f", value))[0]

    def __add__(self, other):
        return Float32(self.value + _plain(other))

    def __sub__(self, other):
        return Float32(self.value - _plain(other))

    def __rsub__(self, other):
        return Float32(_plain(other) - self.value)

    def __mul__(self, other):
        return Float32(self.value * _plain(other))

    def __truediv__(self, other):
        return Float32(self.value / _plain(other))

    def __rtruediv__(self, other):
        return Float32(_plain(other) / self.value)

    __radd__ = __add__
    __rmul__ = __mul__


def _plain(number):
    """What 32 bits hold of a number, whole or not."""
    return Float32(number).value


class _Math32:
    """`math` on such numbers."""

    def __init__(self):
        import math

        self.pi = Float32(math.pi)
        for name in ("acos", "asin", "atan2", "cos", "radians", "sin", "sqrt", "tan"):
            setattr(self, name, self._rounded(getattr(math, name)))

    def _rounded(self, function):
        return lambda *numbers: Float32(function(*[_plain(number) for number in numbers]))


def _sun(math):
    """The module, computing with another `math`."""
    import builtins

    sys.modules.pop("corolle.control.sun", None)
    if math:
        sys.modules["math"] = math
        builtins.round, builtins.max, builtins.min = _round, _max, _min
    import corolle.control.sun as sun

    return sun


_plain_round, _plain_max, _plain_min = round, max, min


def _round(number):
    return _plain_round(_plain(number) if isinstance(number, Float32) else number)


def _max(one, other):
    return one if _plain(one) >= _plain(other) else other


def _min(one, other):
    return one if _plain(one) <= _plain(other) else other


def _worst_at_toulouse(sun):
    worst_s = 0
    for date, rise, down in _TOULOUSE_SUN:
        rise_s, set_s = sun.rise_and_set(_at(date, (12, 0, 0)), *_TOULOUSE)
        worst_s = _plain_max(worst_s, abs(rise_s - _at(date, rise)), abs(set_s - _at(date, down)))
    return worst_s


def test_toulouse_within_a_minute():
    assert _worst_at_toulouse(_sun(None)) <= 20


def test_toulouse_within_a_minute_in_32_bit_floats():
    assert _worst_at_toulouse(_sun(_Math32())) <= 20


def test_32_bit_floats_cost_under_two_seconds_all_year_and_everywhere():
    places = ((43.6045, 1.444), (65.0, 25.5), (-34.0, 151.2), (52.0, -170.0), (0.0, 0.0))
    moments = [days_of(2026, 1, 1) * 86400 + 5 * 86400 * i + 12345 * i for i in range(73)]
    exact = [_sun(None).rise_and_set(now_s, *place) for place in places for now_s in moments]
    sun = _sun(_Math32())
    rounded = [sun.rise_and_set(now_s, *place) for place in places for now_s in moments]
    worst_s = 0
    for i, (rise_s, set_s) in enumerate(exact):
        worst_s = _plain_max(worst_s, abs(rise_s - rounded[i][0]), abs(set_s - rounded[i][1]))
    assert worst_s <= 2, worst_s


def test_the_example_of_meeus():
    """Astronomical Algorithms, examples 25.a and 28.b: 1992 October 13, 0 h."""
    from math import degrees

    declination, equation_s = _sun(None)._position(_at((1992, 10, 13), (0, 0, 0)))
    assert abs(degrees(declination) - -7.78507) < 0.001
    assert abs(equation_s - (13 * 60 + 42.6)) < 0.5


def test_the_example_of_nrel():
    """NREL/TP-560-34302, appendix A.5: 39.742476 N, 105.1786 W on 2003 October 17, UTC-7.

    Sunrise 06:12:43 that morning; sunset 17:20:19, of the evening before as the report counts days in UTC.
    Topocentric elevation without refraction 39.872046 degrees at 12:30:30.
    """
    sun = _sun(None)
    place = (39.742476, -105.1786)
    rise_s = sun.rise_and_set(_at((2003, 10, 17), (19, 30, 30)), *place)[0]
    set_s = sun.rise_and_set(_at((2003, 10, 16), (19, 30, 30)), *place)[1]
    assert abs(rise_s - _at((2003, 10, 17), (13, 12, 43))) <= 5
    assert abs(set_s - _at((2003, 10, 17), (0, 20, 19))) <= 5
    assert abs(sun.elevation_deg(_at((2003, 10, 17), (19, 30, 30)), *place) - 39.872046) < 0.005


def test_at_sunrise_the_suns_disc_touches_the_horizon():
    sun = _sun(None)
    for day in range(0, 365, 10):
        for now_s in sun.rise_and_set((days_of(2026, 1, 1) + day) * 86400 + 43200, *_TOULOUSE):
            assert abs(sun.elevation_deg(now_s, *_TOULOUSE) - -0.833) < 0.01


def test_midnight_sun_and_polar_night():
    sun = _sun(None)
    june = sun.rise_and_set(_at((2026, 6, 21), (12, 0, 0)), 71.0, 25.8)
    assert abs(june[1] - june[0] - 86400) <= 20  # noon wanders by the equation of time
    december = sun.rise_and_set(_at((2026, 12, 21), (12, 0, 0)), 71.0, 25.8)
    assert december[0] == december[1]

"""Sun times in an ESP32's floats of 32 bits, held against astral over a year.

astral's `elevation` is the judge: its crossings of -0.833 degrees, found by halving, are sunrise and sunset
on every day, however flat the sun's path. astral's own sunrise and sunset come from two passes of a formula,
and near a polar night or day, where a minute of arc is minutes of time, they are a minute off those crossings
or missing; there they are not compared. (Its `sunrise` also takes the sun for 0.79 degrees down instead of
0.833, so it is asked for 90.833 degrees from the zenith.)
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import float32
import pytest
from astral import Observer, SunDirection
from astral.sun import elevation, time_of_transit

_PLACES = {
    "Longyearbyen": (78.22, 15.65),
    "Tromso": (69.65, 18.96),
    "Stockholm": (59.33, 18.07),
    "Toulouse": (43.6045, 1.444),
    "Quito": (-0.18, -78.47),
    "Noumea": (-22.28, 166.46),
    "Ushuaia": (-54.8, -68.3),
}
_HORIZON_DEG = -0.833
_HALF_DAY_S = 43200
_FLAT_S = 3 * 3600  # from here to a polar night or day astral's sunrise is off by itself


def _noons(lon_deg: float, every: int) -> Iterator[tuple[date, int]]:
    """Dates of a year and their mean solar noons in unix seconds."""
    for day in range(0, 365, every):
        on = date(2026, 1, 1) + timedelta(day)
        yield on, (on - date(1970, 1, 1)).days * 86400 + _HALF_DAY_S - int(lon_deg * 240)


def _is_up(observer: Observer, at_s: float) -> bool:
    return elevation(observer, datetime.fromtimestamp(at_s, UTC), with_refraction=False) > _HORIZON_DEG


def _crossing_s(observer: Observer, begin_s: float, end_s: float) -> float | None:
    """When the sun crosses the horizon between two moments, to half a second; None when it does not."""
    up_at_begin = _is_up(observer, begin_s)
    if _is_up(observer, end_s) == up_at_begin:
        return None
    while end_s - begin_s > 0.5:
        middle_s = (begin_s + end_s) / 2
        if _is_up(observer, middle_s) == up_at_begin:
            begin_s = middle_s
        else:
            end_s = middle_s
    return (begin_s + end_s) / 2


def _crossings(place: str, every: int) -> Iterator[tuple[date, int, int, float | None]]:
    """(date, sun's noon, our sunrise or sunset, astral's) of a year."""
    sun = float32.load("corolle.control.sun")
    observer = Observer(*_PLACES[place])
    for on, noon_s in _noons(observer.longitude, every):
        sun_noon_s = noon_s - round(sun._position(noon_s)[1])
        ours = sun.rise_and_set(noon_s, *_PLACES[place])
        for at_s, side in zip(ours, (-1, 1), strict=True):
            far_s = sun_noon_s + side * _HALF_DAY_S
            yield on, sun_noon_s, at_s, _crossing_s(observer, *sorted((sun_noon_s, far_s)))


@pytest.mark.parametrize("place", _PLACES)
def test_every_sunrise_and_sunset_is_where_astral_has_the_sun(place: str):
    compared = 0
    for on, sun_noon_s, at_s, crossing_s in _crossings(place, every=1):
        if crossing_s is None:  # polar night: both at noon; polar day: both half a day off
            from_noon_s = abs(at_s - sun_noon_s)
            assert min(from_noon_s, abs(_HALF_DAY_S - from_noon_s)) <= 60, on
            up = _is_up(Observer(*_PLACES[place]), sun_noon_s)
            assert up == (from_noon_s > _HALF_DAY_S // 2), on
        else:
            assert abs(at_s - crossing_s) <= 5, (on, at_s - crossing_s)
            compared += 1
    assert compared > (240 if abs(_PLACES[place][0]) < 66 else 80)


@pytest.mark.parametrize("place", _PLACES)
def test_astrals_own_sunrise_and_sunset(place: str):
    sun = float32.load("corolle.control.sun")
    observer = Observer(*_PLACES[place])
    compared = 0
    for on, noon_s in _noons(observer.longitude, every=1):
        rise_s, set_s = sun.rise_and_set(noon_s, *_PLACES[place])
        if _FLAT_S < set_s - rise_s < 86400 - _FLAT_S:
            assert _nearest_s(observer, on, SunDirection.RISING, rise_s) <= 60, on
            assert _nearest_s(observer, on, SunDirection.SETTING, set_s) <= 60, on
            compared += 1
    assert compared > (360 if abs(_PLACES[place][0]) < 66 else 100)


def _nearest_s(observer: Observer, on: date, direction: SunDirection, at_s: int) -> float:
    """How far astral's nearest sunrise or sunset is: its dates are UTC's, ours are of the sun."""
    found = []
    for day in (-1, 0, 1):
        try:
            found.append(time_of_transit(observer, on + timedelta(day), 90 - _HORIZON_DEG, direction, False))
        except ValueError:  # how astral tells of no sunrise on that date
            continue
    return min(abs(moment.timestamp() - at_s) for moment in found)


@pytest.mark.parametrize("place", _PLACES)
def test_the_height_of_the_sun(place: str):
    sun = float32.load("corolle.control.sun")
    observer = Observer(*_PLACES[place])
    for hour in range(0, 365 * 24, 41):
        at_s = 1_767_225_600 + hour * 3600 + 7 * hour
        wanted_deg = elevation(observer, datetime.fromtimestamp(at_s, UTC), with_refraction=False)
        assert abs(sun.elevation_deg(at_s, *_PLACES[place]) - wanted_deg) < 0.01


def test_32_bits_cost_two_seconds_at_most():
    import corolle.control.sun as in_doubles

    sun = float32.load("corolle.control.sun")
    for place in _PLACES.values():
        for _, noon_s in _noons(place[1], every=5):
            exact = in_doubles.rise_and_set(noon_s, *place)
            rounded = sun.rise_and_set(noon_s, *place)
            assert all(abs(one_s - other_s) <= 2 for one_s, other_s in zip(exact, rounded, strict=True))

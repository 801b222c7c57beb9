"""A node's nights in floats of 32 bits are those of doubles, but for seconds at sunset and sunrise."""

import float32
import pytest
from corolle.control.night import Night
from corolle.control.schedule import Schedule

_SETTINGS = {
    "on_offset_min": 15,
    "off_offset_min": -15,
    "base_pct": 10,
    "zone_min": 60,
    "summer_time": 1,
    "category": 4,
    "closing_min": 1200,
    "opening_min": 400,
}
_PLACES = ((43.6045, 1.444), (59.33, 18.07), (-22.28, 166.46))
_YEAR_S = range(1_767_225_600, 1_767_225_600 + 365 * 86400, 31 * 3600 + 11)


@pytest.mark.parametrize("place", _PLACES)
def test_a_year_of_answers(place: tuple[float, float]):
    schedule = Schedule("daily: sunset 100, 22:30 60, 00:30 0, sunrise-45 40")
    exact = Night(*place)
    single = float32.load("corolle.control.night").Night(*place)
    for now_s in _YEAR_S:
        for one, other in (
            (exact.span(now_s, _SETTINGS), single.span(now_s, _SETTINGS)),
            (exact.plan(now_s, _SETTINGS, schedule), single.plan(now_s, _SETTINGS, schedule)),
            (exact.curfew(now_s, _SETTINGS), single.curfew(now_s, _SETTINGS)),
        ):
            assert abs(one[1] - other[1]) <= 2
            assert one[0] == other[0] or one[1] - now_s <= 2

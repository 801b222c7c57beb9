"""A node's nights in floats of 32 bits are those of doubles, but for seconds at sunset and sunrise."""

import float32
import pytest
from corolle.control import almanac, dusk

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
    programme = "daily: sunset 100, 22:30 60, 00:30 0, sunrise-45 40"
    dusk32, almanac32 = float32.load("corolle.control.dusk"), float32.load("corolle.control.almanac")
    for now_s in _YEAR_S:
        for one, other in (
            (dusk.span(now_s, place, _SETTINGS), dusk32.span(now_s, place, _SETTINGS)),
            (
                almanac.plan(now_s, place, _SETTINGS, programme),
                almanac32.plan(now_s, place, _SETTINGS, programme),
            ),
            (almanac.curfew(now_s, place, _SETTINGS), almanac32.curfew(now_s, place, _SETTINGS)),
        ):
            assert abs(one[1] - other[1]) <= 2
            assert one[0] == other[0] or one[1] - now_s <= 2

"""The hours of article 2 of the French order of 27 December 2018, category by category."""

from corolle.control.calendar import at_local, days_of
from corolle.control.curfew import CATEGORIES, waits_for_sunset, window
from corolle.wire.words import words

_FRANCE = (60, 1)
_JULY = days_of(2026, 7, 14)
_STREET, _PARK, _HERITAGE, _BUILDING, _CAR_PARK, _SITE = range(6)


def _clock(hours, minutes=0):
    return hours * 60 + minutes


def _hours(category, closing_min, opening_min, days=_JULY):
    """The window in hours of local time since the evening's midnight; None for none."""
    found = window(category, closing_min, opening_min, days, *_FRANCE)
    midnight_s = at_local(days, 0, *_FRANCE)
    return found and tuple([(at_s - midnight_s) / 3600 for at_s in found])


def test_categories_have_their_numbers():
    assert words(CATEGORIES) == ["street", "park", "heritage", "building", "car park", "business site"]
    assert words(CATEGORIES)[_CAR_PARK] == "car park"


def test_an_ordinary_street_has_no_hour():
    for minute in range(0, 1440, 60):
        assert _hours(_STREET, minute, 480) is None


def test_a_park_is_dark_by_one_or_an_hour_after_it_closes_till_the_next_sunset():
    assert _hours(_PARK, _clock(20), _clock(8)) == (21, 36)
    assert _hours(_PARK, _clock(22, 30), _clock(8)) == (23.5, 36)
    assert _hours(_PARK, _clock(0), _clock(8)) == (25, 36)
    assert _hours(_PARK, _clock(1, 30), _clock(8)) == (25, 36)
    assert _hours(_PARK, _clock(20), _clock(5)) == (21, 36)  # no light before it opens


def test_heritage_is_dark_by_one_whatever_closes():
    for closing_min in (_clock(18), _clock(0), _clock(3)):
        assert _hours(_HERITAGE, closing_min, _clock(8)) == (25, 36)


def test_a_building_is_dark_by_one_or_an_hour_after_its_occupation():
    assert _hours(_BUILDING, _clock(18), _clock(8)) == (19, 36)
    assert _hours(_BUILDING, _clock(0), _clock(8)) == (25, 36)
    assert _hours(_BUILDING, _clock(2), _clock(8)) == (25, 36)


def test_a_car_park_is_dark_two_hours_after_the_activity():
    assert _hours(_CAR_PARK, _clock(20), _clock(9)) == (22, 31)
    assert _hours(_CAR_PARK, _clock(23), _clock(9)) == (25, 31)
    assert _hours(_CAR_PARK, _clock(2), _clock(20)) == (28, 31)


def test_a_business_site_is_dark_an_hour_after_the_activity():
    assert _hours(_SITE, _clock(20), _clock(9)) == (21, 31)
    assert _hours(_SITE, _clock(0), _clock(8)) == (25, 31)


def test_light_returns_at_seven_or_an_hour_before_activity_that_is_earlier():
    for opening, on in (
        (_clock(10), 31),
        (_clock(7, 30), 31),
        (_clock(7), 31),
        (_clock(6, 59), 29 + 59 / 60),
    ):
        assert _hours(_SITE, _clock(20), opening) == (21, on)
        assert _hours(_CAR_PARK, _clock(20), opening) == (22, on)
    assert _hours(_SITE, _clock(18), _clock(0, 30)) == (19, 23.5)  # the night shift


def test_an_activity_that_leaves_no_dark_hour():
    assert _hours(_SITE, _clock(8), _clock(8)) is None  # round the clock
    assert _hours(_SITE, _clock(6), _clock(9)) is None  # dark from 07:00, light again at 07:00
    assert _hours(_SITE, _clock(5), _clock(6)) is None
    assert _hours(_CAR_PARK, _clock(2), _clock(5)) is None
    assert _hours(_CAR_PARK, _clock(1, 59), _clock(5)) == (24 + 3 + 59 / 60, 28)
    assert _hours(_SITE, _clock(8), _clock(20)) is None  # an activity of nights only


def test_an_activity_of_mornings_only_is_dark_all_night():
    assert _hours(_SITE, _clock(11), _clock(5)) == (12, 28)
    assert _hours(_CAR_PARK, _clock(9), _clock(5)) == (11, 28)
    assert _hours(_SITE, _clock(6), _clock(5)) == (7, 28)


def test_hours_in_the_night_of_spring():
    spring = days_of(2026, 3, 28)  # at 02:00 it is 03:00
    assert _hours(_PARK, _clock(0), _clock(8), spring) == (25, 35)
    assert _hours(_CAR_PARK, _clock(1), _clock(9), spring) == (27, 30)  # two hours of time, 04:00 by clocks
    assert _hours(_SITE, _clock(20), _clock(6), spring) == (21, 28)
    assert _hours(_SITE, _clock(20), _clock(3), spring) == (21, 25)
    # 45 minutes of darkness by clocks, but they skip an hour.
    assert _hours(_SITE, _clock(1), _clock(3, 45), spring) is None


def test_hours_in_the_night_of_autumn():
    autumn = days_of(2026, 10, 24)  # at 03:00 it is 02:00
    assert _hours(_HERITAGE, 0, 0, autumn) == (25, 37)
    assert _hours(_CAR_PARK, _clock(1), _clock(9), autumn) == (27, 32)
    assert _hours(_SITE, _clock(2, 30), _clock(9), autumn) == (27.5, 32)
    assert _hours(_SITE, _clock(20), _clock(6), autumn) == (21, 30)


def test_a_window_of_any_hours_keeps_what_the_order_says():
    """Dark from the delay after each closing to 07:00 or an hour before an earlier opening, and only then."""
    for closing in range(0, 1440, 75):
        for opening in range(0, 1440, 75):
            for category, delay in ((_CAR_PARK, 120), (_SITE, 60)):
                found = _hours(category, closing, opening) or (0, 0)
                then = _hours(category, closing, opening, _JULY + 1) or (0, 0)
                lit = _lit_minutes(closing, opening, delay)
                for minute in range(720, 2160, 30):
                    hour = minute / 60
                    dark = found[0] <= hour < found[1] or then[0] <= hour - 24 < then[1]
                    assert dark == (minute % 1440 not in lit), (category, closing, opening, minute)


def _lit_minutes(closing, opening, delay):
    """Minutes of a day in which light is allowed, one by one."""
    lead = 60 if opening < 420 else opening - 420
    length = lead + ((closing - opening) % 1440 or 1440) + delay
    return set([(opening - lead + minute) % 1440 for minute in range(min(length, 1440))])


def test_who_must_wait_for_sunset():
    assert [waits_for_sunset(category) for category in range(6)] == [False, True, True, True, True, False]

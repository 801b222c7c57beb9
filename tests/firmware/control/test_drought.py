"""A prefect's order: what each level forbids, when, and when it has not been heard of for long."""

from canopy_bench import settings
from corolle.control.drought import action, ban, outdated

_H = 3600
_WEEK_S = 7 * 86400
_TOLD_S = 1_784_073_600


def test_the_typical_order_by_level():
    typical = settings()
    assert [action(typical, level) for level in range(5)] == [0, 0, 1, 2, 2]
    assert [ban(typical, level, 12 * _H)[0] for level in range(5)] == [False, False, True, True, True]
    assert [ban(typical, level, 18 * _H)[0] for level in range(5)] == [False, False, False, True, True]


def test_alerte_forbids_the_hot_hours_and_says_when_they_end():
    assert ban(settings(), 2, 11 * _H - 1) == (False, 1)
    assert ban(settings(), 2, 11 * _H) == (True, 7 * _H)
    assert ban(settings(), 2, 18 * _H) == (False, 17 * _H)
    assert ban(settings(drought_from_h=8, drought_until_h=20), 2, 19 * _H) == (True, _H)


def test_a_city_may_have_another_order():
    mild = settings(drought1=1, drought3=1, drought4=0)
    assert [ban(mild, level, 12 * _H)[0] for level in range(5)] == [False, True, True, True, False]


def test_without_a_clock_what_is_forbidden_in_some_hours_is_forbidden():
    assert [ban(settings(), level, None)[0] for level in range(5)] == [False, False, True, True, True]


def test_a_level_that_was_told_more_than_a_week_ago():
    assert not outdated(_TOLD_S, _TOLD_S + _WEEK_S)
    assert outdated(_TOLD_S, _TOLD_S + _WEEK_S + 1)
    assert not outdated(0, _TOLD_S), "nobody ever told a level"
    assert not outdated(_TOLD_S, None), "without a clock nobody knows"

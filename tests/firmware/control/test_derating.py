"""Less light for heat and for youth: along lines, and never less than said."""

from corolle.control.derating import driven_pct, limit_pct

_HEAT = {"derate_c": 75, "derate_end_c": 95, "derate_pct": 30, "shutdown_c": 105}
_NEW = {"vpo_pct": 80, "clo_pct": 70, "clo_h": 100000}


def test_the_curve_of_heat():
    limits = [limit_pct(degrees, _HEAT) for degrees in (-40, 75, 76, 80, 85, 90, 95, 104.9, 105, 130)]
    assert limits == [100, 100, 95, 80, 65, 45, 30, 30, 0, 0]


def test_hotter_is_never_brighter():
    limits = [limit_pct(tenth / 10, _HEAT) for tenth in range(600, 1300)]
    assert limits == sorted(limits, reverse=True)
    assert all(limit % 5 == 0 for limit in limits)


def test_a_curve_set_backwards_is_a_step():
    backwards = dict(_HEAT, derate_c=100, derate_end_c=60)
    assert [limit_pct(degrees, backwards) for degrees in (99, 100, 101)] == [100, 100, 30]


def test_light_stays_constant_while_the_leds_age():
    asked = [driven_pct(100, hours * 3600, _NEW) for hours in (0, 50000, 100000, 200000)]
    assert asked == [56.0, 68.0, 80.0, 80.0]
    assert driven_pct(0, 0, _NEW) == 0


def test_without_either_a_level_is_itself():
    plain = {"vpo_pct": 100, "clo_pct": 100, "clo_h": 100000}
    assert [driven_pct(level, 10**9, plain) for level in (0, 10, 100)] == [0, 10, 100]

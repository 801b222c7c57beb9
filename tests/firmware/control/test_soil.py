"""What probes say of the soil, and what is wrong with them."""

from canopy_bench import NOW, measured, readings, settings
from corolle.control.measured import Readings
from corolle.control.soil import dry, probe_fault, soil

_H = 3600


def test_a_probe_out_of_range_is_left_out_and_one_odd_of_three_is_outvoted():
    assert soil(NOW, settings(), readings(10, None, 12)) == (11.0, "")
    assert soil(NOW, settings(), readings(10, 60, 12)) == (12, "")


def test_what_is_wrong_with_each_probe():
    found = readings(10, None, 12)
    found.soil[2].at_s = NOW - 1801
    assert [probe_fault(NOW, settings(), probe) for probe in found.soil] == [
        "",
        "probe out of range",
        "probe stale",
    ]
    assert probe_fault(NOW, settings(), Readings(1).soil[0]) == "probe stale"


def _stand_still(found, hours, value, from_s=NOW):
    """Readings each ten minutes that do not differ; returns the last moment."""
    now_s = from_s
    for step in range(1, hours * 6 + 1):
        now_s = from_s + step * 600
        found.update(now_s, [value])
    return now_s


def test_a_probe_that_stands_still_for_a_day_and_a_night_is_broken():
    found = readings(20.125)
    now_s = _stand_still(found, 24, 20.125)
    assert probe_fault(now_s, settings(), found.soil[0]) == ""
    now_s = _stand_still(found, 1, 20.125, now_s)
    assert probe_fault(now_s, settings(), found.soil[0]) == "probe stale"
    assert soil(now_s, settings(), found) == (None, "probe stale")
    assert probe_fault(now_s, settings(flat_h=48), found.soil[0]) == ""
    found.update(now_s + 600, [20.25])
    assert probe_fault(now_s + 600, settings(), found.soil[0]) == ""


def test_a_probe_that_does_not_feel_water_is_broken_sooner():
    found = readings(20.125)
    now_s = _stand_still(found, 6, 20.125)
    found.dose_l = 5.0
    now_s = _stand_still(found, 12, 20.125, now_s)
    assert probe_fault(now_s, settings(), found.soil[0]) == ""
    now_s = _stand_still(found, 1, 20.125, now_s)
    assert now_s - NOW < 24 * _H
    assert probe_fault(now_s, settings(), found.soil[0]) == "probe stale"


def test_water_that_comes_again_and_again_is_no_new_beginning():
    found = readings(20.125)
    now_s = NOW
    for hour in range(14):
        found.dose_l = hour % 2 + 1.0
        now_s = _stand_still(found, 1, 20.125, now_s)
    assert probe_fault(now_s, settings(), found.soil[0]) == "probe stale"


def test_a_probe_at_the_dry_end_of_its_scale_may_stand_still():
    found = readings(0.0)
    now_s = _stand_still(found, 30, 0.0)
    assert probe_fault(now_s, settings(), found.soil[0]) == ""


def test_a_probe_that_was_watered_and_moved_is_sound():
    found = readings(20.0)
    found.dose_l = 5.0
    now_s = _stand_still(found, 10, 20.0)
    found.update(now_s + 600, [20.5])
    now_s = _stand_still(found, 11, 20.5, now_s + 600)
    assert probe_fault(now_s, settings(), found.soil[0]) == ""


def _tense(tension_kpa, now_s=NOW):
    found = readings(5, 25, 45)  # probes that disagree, so that nobody can have asked them
    found.tension = measured(tension_kpa, now_s)
    return found


def test_tension_rises_as_soil_dries():
    by_tension = settings(start_kpa=30, stop_kpa=10)
    assert dry(NOW, by_tension, _tense(29.9), False) == (False, "")
    assert dry(NOW, by_tension, _tense(30.0), False) == (True, "")
    assert dry(NOW, by_tension, _tense(10.1), True) == (True, "")
    assert dry(NOW, by_tension, _tense(10.0), True) == (False, "")


def test_a_tensiometer_is_asked_only_where_it_is_wanted_and_fitted():
    assert dry(NOW, settings(), _tense(80.0), False) == (False, "probes disagree")
    assert dry(NOW, settings(start_kpa=30), readings(18, 18, 18), False) == (True, "")


def test_a_tensiometer_may_be_broken_too():
    by_tension = settings(start_kpa=30)
    assert dry(NOW, by_tension, _tense(None), False) == (False, "probe out of range")
    assert dry(NOW, by_tension, _tense(80.0, NOW - 1801), True) == (False, "probe stale")
    still = measured(80.0)
    still.update(NOW + 25 * _H, 80.0)
    found = _tense(80.0)
    found.tension = still
    assert dry(NOW + 25 * _H, by_tension, found, False) == (False, "probe stale")


def test_thresholds_set_the_wrong_way_round_still_have_a_band():
    wrong = settings(start_kpa=30, stop_kpa=60)
    assert dry(NOW, wrong, _tense(30.0), True) == (True, "")
    assert dry(NOW, wrong, _tense(29.0), True) == (False, "")

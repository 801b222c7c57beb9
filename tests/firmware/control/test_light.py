"""The list of rungs, one by one: who wins, why, and when the answer can change."""

from corolle.control.calendar import days_of
from corolle.control.light import PRIORITY, Light, decide
from corolle.control.night import Night
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import rows
from corolle.wire.words import REASONS, code_of

_DAY = days_of(2026, 7, 14) * 86400
_NOON, _MIDNIGHT = _DAY + 12 * 3600, _DAY + 24 * 3600
_PARK, _CLOSES_2200 = 1, 22 * 60


def _settings(**changes):
    values = {row[0]: row[1] for row in rows(LAMP_SETTINGS)}
    values.update(changes)
    return values


def _light(programme="", safe=False, **changes):
    light = Light(_settings(**changes), Night(43.6045, 1.444), programme, safe)
    light.clock_known = True
    return light


def _said(light, now_s):
    level_pct, reason, _ = decide(light, now_s)
    assert code_of(REASONS, reason)
    return level_pct, reason


def _everything_at_once():
    light = _light(safe=True, category=_PARK, closing_min=_CLOSES_2200, dark_lux=100)
    light.trial_pct, light.trial = 70, "learning"
    light.temperature_c = 110.0
    light.order = 90, _MIDNIGHT + 600, "ops"
    light.cap = 80, _MIDNIGHT + 600, "grid"
    light.clock_known = False
    light.seen(_MIDNIGHT, 60)
    light.told(_MIDNIGHT, 55, _MIDNIGHT + 60)
    return light


def _be_a_street(light):
    light.settings["category"] = 0
    light.night.forget()


def test_each_rung_wins_over_all_below_it():
    """One lamp on which everything happens at once; one thing after the other is taken away."""
    light = _everything_at_once()
    ladder = (
        ((100, "safe mode"), lambda: setattr(light, "safe_mode", False)),
        ((70, "learning"), lambda: setattr(light, "trial_pct", None)),
        ((0, "thermal shutdown"), lambda: setattr(light, "temperature_c", 85.0)),  # half way from 75 to 95
        ((65, "derating"), lambda: setattr(light, "temperature_c", 20.0)),
        ((100, "clock unknown"), lambda: setattr(light, "clock_known", True)),
        ((90, "override"), lambda: setattr(light, "order", (0, 0, ""))),
        ((0, "curfew"), lambda: _be_a_street(light)),
        ((80, "group cap"), lambda: setattr(light, "cap", (100, 0, ""))),
        ((100, "presence"), lambda: setattr(light, "near_until_s", 0)),
        ((55, "neighbour"), lambda: setattr(light, "neighbour_until_s", 0)),
        ((10, "schedule"), lambda: None),
    )
    for said, take_away in ladder:
        assert _said(light, _MIDNIGHT) == said
        take_away()


def test_the_list_is_as_long_as_what_was_tried():
    assert len(PRIORITY) == 12


def test_without_a_clock_daylight_decides_and_without_daylight_it_is_full_light():
    light = _light()
    light.clock_known = False
    assert decide(light, 1000) == (100, "clock unknown", None)
    light.measured(1000, 5000.0)
    assert decide(light, 1000) == (0, "daylight", 1600)
    assert decide(light, 1600)[:2] == (
        100,
        "clock unknown",
    )  # daylight that stands still is a broken sensor's
    light.measured(1700, 5001.0)
    assert decide(light, 1700)[:2] == (0, "daylight")
    light.measured(1800, 20.0)
    assert decide(light, 1800)[:2] == (100, "clock unknown")
    light.measured(1900, None)
    assert decide(light, 1900)[:2] == (100, "clock unknown")


def test_without_a_clock_nobodys_order_holds():
    light = _light()
    light.order, light.cap = (0, 1 << 40, "ops"), (0, 1 << 40, "grid")
    light.clock_known = False
    assert decide(light, 1000)[:2] == (100, "clock unknown")


def test_an_override_ends_at_its_second():
    light = _light()
    light.order = 0, _MIDNIGHT + 600, "ops"
    assert decide(light, _MIDNIGHT + 599) == (0, "override", _MIDNIGHT + 600)
    assert decide(light, _MIDNIGHT + 600)[1] == "schedule"


def test_a_group_cap_holds_down_presence_and_nothing_below_it():
    light = _light()
    light.cap = 40, _MIDNIGHT + 600, "grid"
    assert decide(light, _MIDNIGHT) == (10, "schedule", _MIDNIGHT + 600)
    light.seen(_MIDNIGHT, 60)
    assert decide(light, _MIDNIGHT) == (40, "group cap", _MIDNIGHT + 60)


def test_light_follows_the_sun_with_its_offsets():
    _, reason, on_s = decide(_light(), _NOON)
    assert reason == "day"
    assert abs(on_s - (_DAY + 19 * 3600 + 34 * 60 + 15 * 60)) <= 90  # sunset about 19:34 UTC, 15 min later
    light = _light()
    assert decide(light, on_s - 1)[1] == "day"
    assert _said(light, on_s) == (10, "schedule")
    assert decide(_light(on_offset_min=-60), _NOON)[2] == on_s - 75 * 60


def test_following_the_next_moments_through_spring_finds_every_change():
    now_s, switches, steps = days_of(2026, 3, 15) * 86400, [], 0
    end_s = now_s + 30 * 86400
    light, last = _light(), None
    while now_s < end_s:
        level_pct, reason, next_s = decide(light, now_s)
        assert next_s > now_s
        assert decide(_light(), next_s - 1)[:2] == (level_pct, reason)
        if reason != last:
            switches.append(now_s)
        last, now_s, steps = reason, next_s, steps + 1
    assert len(switches) == 2 * 30 + 1
    assert steps <= 5 * 31


def test_presence_holds_and_ends():
    light = _light()
    light.seen(_MIDNIGHT, 60)
    assert decide(light, _MIDNIGHT) == (100, "presence", _MIDNIGHT + 60)
    light.seen(_MIDNIGHT + 50, 60)
    assert decide(light, _MIDNIGHT + 109)[1:] == ("presence", _MIDNIGHT + 110)
    assert decide(light, _MIDNIGHT + 110)[1] == "schedule"


def test_what_was_going_to_end_in_a_minute_still_does_when_the_clock_steps():
    for step_s in (-7200, 7200, 1 << 30):
        light = _light()
        light.seen(_MIDNIGHT, 60)
        light.told(_MIDNIGHT, 100, _MIDNIGHT + 30)
        light.clock_stepped(step_s)
        assert light.near_until_s == _MIDNIGHT + step_s + 60
        assert light.neighbour_until_s == _MIDNIGHT + step_s + 30


def test_presence_ends_with_the_night_if_that_is_sooner():
    dawn_s = decide(_light(), _MIDNIGHT + 4 * 3600)[2]
    light = _light()
    light.seen(dawn_s - 10, 60)
    assert decide(light, dawn_s - 10) == (100, "presence", dawn_s)
    assert decide(light, dawn_s)[1] == "day"


def test_presence_and_neighbours_never_darken():
    light = _light(presence_pct=30, base_pct=50)
    light.seen(_MIDNIGHT, 60)
    light.told(_MIDNIGHT, 40, _MIDNIGHT + 60)
    assert _said(light, _MIDNIGHT) == (50, "schedule")


def test_the_brightest_wish_of_the_neighbours_holds():
    light = _light()
    light.told(_MIDNIGHT, 70, _MIDNIGHT + 60)
    light.told(_MIDNIGHT + 10, 40, _MIDNIGHT + 90)
    assert decide(light, _MIDNIGHT + 20) == (70, "neighbour", _MIDNIGHT + 60)
    light.told(_MIDNIGHT + 60, 40, _MIDNIGHT + 120)
    assert decide(light, _MIDNIGHT + 60) == (40, "neighbour", _MIDNIGHT + 120)


def test_the_programme_has_its_level_until_its_next_step():
    light = _light("daily: sunset 100, 23:00 40")
    end_s = _DAY + 21 * 3600  # 23:00 in Toulouse's summer
    assert decide(light, _DAY + 20 * 3600) == (100, "schedule", end_s)
    assert decide(light, end_s)[:2] == (40, "schedule")


def test_a_curfew_is_dark_for_passers_by_too_and_ends_by_the_rule():
    light = _light(category=_PARK, closing_min=_CLOSES_2200)
    off_s = _DAY + 21 * 3600  # an hour after 22:00 local time
    light.seen(off_s - 5, 60)
    assert decide(light, off_s - 5) == (100, "presence", off_s)
    assert decide(light, off_s)[:2] == (0, "curfew")
    light.order = 100, off_s + 600, "police"
    assert decide(light, off_s)[:2] == (100, "override")


def test_dark_weather_lights_by_day_until_it_is_twice_as_bright():
    light = _light("daily: sunset 80, 23:00 40", dark_lux=200)
    light.measured(_NOON, 150.0)
    assert decide(light, _NOON)[:2] == (80, "dark weather")
    light.seen(_NOON, 60)
    assert decide(light, _NOON)[:2] == (100, "presence")
    light.measured(_NOON + 100, 390.0)
    assert decide(light, _NOON + 100)[:2] == (80, "dark weather")
    light.measured(_NOON + 200, 410.0)
    assert decide(light, _NOON + 200)[:2] == (0, "day")


def test_a_sensor_stuck_in_the_dark_does_not_light_the_day():
    light = _light(dark_lux=200)
    for minute in range(30):
        light.measured(_NOON + minute * 60, 3.0)
    assert decide(light, _NOON + 1800)[:2] == (0, "day")


def test_bright_light_at_night_changes_nothing():
    light = _light(dark_lux=200)
    light.measured(_MIDNIGHT, 50000.0)
    assert _said(light, _MIDNIGHT) == (10, "schedule")


def test_a_night_without_end_and_a_day_without_end():
    for month, reason in ((6, "day"), (12, "schedule")):
        light = Light(_settings(), Night(71.0, 25.8))
        light.clock_known = True
        now_s = days_of(2026, month, 21) * 86400
        for hour in range(72):
            assert decide(light, now_s + hour * 3600)[1] == reason

"""The list of rungs, one by one: who wins, why, and when the answer can change."""

from corolle.control.calendar import days_of
from corolle.control.light import LightMemory, Night, decide
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import rows
from corolle.wire.words import REASONS, code_of

_DAY = days_of(2026, 7, 14) * 86400
_NOON, _DUSK, _MIDNIGHT = _DAY + 12 * 3600, _DAY + 20 * 3600, _DAY + 24 * 3600


def _settings(**changes):
    values = {row[0]: row[1] for row in rows(LAMP_SETTINGS)}
    values.update(changes)
    return values


def _night():
    return Night(43.6045, 1.444)


def _decide(now_s, memory=None, **changes):
    return decide(now_s, _settings(**changes), _night(), memory or LightMemory())


def _memory(safe=False, override=None, near_until_s=0):
    memory = LightMemory(safe)
    if override:
        memory.override(*override)
    memory.near_until_s = near_until_s
    return memory


def test_the_priority_of_every_rung_over_all_below():
    override = (40, _MIDNIGHT + 600, "ops")
    near = _MIDNIGHT + 30
    cases = (
        (None, _memory(True, override, near), 100, "safe mode"),
        (_NOON, _memory(True, override, near), 100, "safe mode"),
        (None, _memory(False, override, near), 100, "clock unknown"),
        (_MIDNIGHT, _memory(False, override, near), 40, "override"),
        (_NOON, _memory(False, override, near), 40, "override"),
        (_NOON, _memory(False, None, _NOON + 30), 0, "day"),
        (_MIDNIGHT, _memory(False, None, near), 100, "presence"),
        (_MIDNIGHT, _memory(), 10, "schedule"),
    )
    for now_s, memory, level_pct, reason in cases:
        assert _decide(now_s, memory)[:2] == (level_pct, reason)
        assert code_of(REASONS, reason)


def test_unknown_clock_is_full_light_by_day_too_and_waits_for_the_clock():
    assert _decide(None) == (100, "clock unknown", None)


def test_an_override_ends_at_its_second():
    memory = _memory(override=(0, _MIDNIGHT + 600, "ops"))
    assert _decide(_MIDNIGHT + 599, memory) == (0, "override", _MIDNIGHT + 600)
    assert _decide(_MIDNIGHT + 600, memory)[1] == "schedule"


def test_light_follows_the_sun_with_its_offsets():
    _, reason, on_s = _decide(_NOON)
    assert reason == "day"
    assert abs(on_s - (_DAY + 19 * 3600 + 34 * 60 + 15 * 60)) <= 90  # sunset about 19:34 UTC, 15 min later
    assert _decide(on_s - 1)[1] == "day"
    level_pct, reason, _ = _decide(on_s)
    assert (level_pct, reason) == (10, "schedule")
    assert _decide(_NOON, on_offset_min=-60)[2] == on_s - 75 * 60


def test_following_the_next_moments_through_a_year_finds_every_change():
    now_s, switches, steps = days_of(2026, 1, 1) * 86400, [], 0
    end_s = now_s + 365 * 86400
    night, memory, settings = _night(), LightMemory(), _settings()
    last = None
    while now_s < end_s:
        level_pct, reason, next_s = decide(now_s, settings, night, memory)
        assert next_s > now_s
        assert decide(next_s - 1, settings, _night(), memory)[:2] == (level_pct, reason)
        if reason != last:
            switches.append(now_s)
        last, now_s, steps = reason, next_s, steps + 1
    assert len(switches) == 2 * 365 + 1
    assert steps <= 3 * 366


def test_burning_hours_of_a_year_in_toulouse():
    """Sunset + 15 min to sunrise - 15 min is 4,123 hours a year."""
    now_s, dark_s = days_of(2026, 1, 1) * 86400, 0
    end_s = now_s + 365 * 86400
    night, memory, settings = _night(), LightMemory(), _settings()
    while now_s < end_s:
        _, reason, next_s = decide(now_s, settings, night, memory)
        next_s = min(next_s, end_s)
        dark_s += (next_s - now_s) if reason == "schedule" else 0
        now_s = next_s
    assert abs(dark_s / 3600 - 4123) < 15, dark_s / 3600


def test_presence_holds_and_ends():
    memory = LightMemory()
    memory.seen(_MIDNIGHT, 60)
    assert _decide(_MIDNIGHT, memory) == (100, "presence", _MIDNIGHT + 60)
    memory.seen(_MIDNIGHT + 50, 60)
    assert _decide(_MIDNIGHT + 109, memory)[1:] == ("presence", _MIDNIGHT + 110)
    assert _decide(_MIDNIGHT + 110, memory)[1] == "schedule"


def test_a_clock_that_steps_back_makes_no_endless_presence():
    memory = LightMemory()
    memory.seen(_MIDNIGHT + 3600, 60)
    assert _decide(_MIDNIGHT, memory)[2] == _MIDNIGHT + 60


def test_presence_ends_with_the_night_if_that_is_sooner():
    dawn_s = _decide(_MIDNIGHT + 4 * 3600)[2]
    memory = LightMemory()
    memory.seen(dawn_s - 10, 60)
    assert _decide(dawn_s - 10, memory) == (100, "presence", dawn_s)
    assert _decide(dawn_s, memory)[1] == "day"


def test_presence_never_darkens():
    memory = LightMemory()
    memory.seen(_MIDNIGHT, 60)
    assert _decide(_MIDNIGHT, memory, presence_pct=30, base_pct=50)[:2] == (50, "schedule")


def test_the_evening_has_its_own_level_until_its_local_end():
    end_s = _DAY + 21 * 3600  # 23:00 in Toulouse's summer
    assert _decide(_DUSK, evening_pct=40) == (40, "schedule", end_s)
    assert _decide(end_s, evening_pct=40)[0] == 10
    late = {"evening_pct": 40, "evening_end_min": 60}
    assert _decide(end_s + 3600 * 2 - 1, **late)[0] == 40
    assert _decide(end_s + 3600 * 2, **late)[0] == 10


def test_a_night_without_end_and_a_day_without_end():
    north = Night(71.0, 25.8)
    for month, reason in ((6, "day"), (12, "schedule")):
        now_s = days_of(2026, month, 21) * 86400
        for hour in range(72):
            assert decide(now_s + hour * 3600, _settings(), north, LightMemory())[1] == reason

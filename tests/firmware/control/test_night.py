"""A night at its place: the answers, how long they hold, and that they are kept."""

from corolle.control.calendar import at_local, days_of
from corolle.control.night import Night
from corolle.control.sun import rise_and_set

_TOULOUSE = (43.6045, 1.444)
_FRANCE = (60, 1)
_JULY = days_of(2026, 7, 14)
_NOON_S = at_local(_JULY, 720, *_FRANCE)
_SET_S = rise_and_set(_NOON_S, *_TOULOUSE)[1]
_RISE_S = rise_and_set(_NOON_S + 86400, *_TOULOUSE)[0]
_STREET, _PARK, _HERITAGE, _BUILDING, _CAR_PARK, _SITE = range(6)


def _settings(**changes):
    values = {
        "on_offset_min": 15,
        "off_offset_min": -15,
        "base_pct": 10,
        "zone_min": 60,
        "summer_time": 1,
        "category": _STREET,
        "closing_min": 1200,
        "opening_min": 480,
    }
    values.update(changes)
    return values


class _Counted(dict):
    """Settings that count how often they are asked."""

    asked = 0

    def __getitem__(self, name):
        self.asked += 1
        return super().__getitem__(name)


def _local(hours, minutes=0):
    return at_local(_JULY, hours * 60 + minutes, *_FRANCE)


def _followed(begin_s, end_s, ask):
    """[(moment, answer)] of each change, going from one next moment to the other."""
    found = []
    while begin_s < end_s:
        what, next_s = ask(Night(*_TOULOUSE), begin_s)
        assert next_s > begin_s
        assert ask(Night(*_TOULOUSE), next_s - 1)[0] == what
        if not found or found[-1][1] != what:
            found.append((begin_s, what))
        begin_s = next_s
    return found


def test_dark_from_sunset_to_sunrise_with_their_offsets():
    night, settings = Night(*_TOULOUSE), _settings()
    assert night.span(_NOON_S, settings) == (False, _SET_S + 900)
    assert night.span(_SET_S + 899, settings)[0] is False
    assert night.span(_SET_S + 900, settings)[0] is True
    assert night.span(_RISE_S - 901, settings) == (True, _RISE_S - 900)
    assert night.span(_RISE_S - 900, settings)[0] is False


def test_a_wrong_time_zone_leaves_day_and_night():
    for zone_min in (-720, 0, 840):
        assert Night(*_TOULOUSE).span(_NOON_S, _settings(zone_min=zone_min)) == (False, _SET_S + 900)


def test_a_year_of_days_and_nights():
    settings = _settings()
    begin_s = days_of(2026, 1, 1) * 86400
    turns = _followed(begin_s, begin_s + 365 * 86400, lambda night, now_s: night.span(now_s, settings))
    assert len(turns) == 2 * 365 + 1
    turns.append((begin_s + 365 * 86400, None))
    dark_s = sum(turns[i + 1][0] - turns[i][0] for i in range(len(turns) - 1) if turns[i][1])
    assert abs(dark_s / 3600 - 4123) < 15  # burning hours of a year in Toulouse


def test_polar_night_and_polar_day():
    north, settings = Night(71.0, 25.8), _settings()
    for month, dark in ((6, False), (12, True)):
        for hour in range(72):
            assert north.span(days_of(2026, month, 21) * 86400 + hour * 3600, settings)[0] is dark


def test_a_programme_step_by_step():
    schedule = "daily: sunset 100, 22:30 60, 00:30 0, sunrise-45 40"
    night, settings = Night(*_TOULOUSE), _settings()
    end_s = _local(36)
    wanted = (
        (_NOON_S, (100, _SET_S)),  # before the first step its level holds
        (_SET_S, (100, _local(22, 30))),
        (_local(22, 30) - 1, (100, _local(22, 30))),
        (_local(22, 30), (60, _local(24, 30))),
        (_local(24, 30), (0, _RISE_S - 2700)),
        (_RISE_S - 2700, (40, end_s)),
        (end_s - 1, (40, end_s)),
        (_local(23), (60, _local(24, 30))),  # a clock stepped back
    )
    for now_s, answer in wanted:
        assert night.plan(now_s, settings, schedule) == answer
        assert Night(*_TOULOUSE).plan(now_s, settings, schedule) == answer


def test_without_a_programme_the_base_level_holds_all_night():
    settings = _settings(base_pct=30)
    assert Night(*_TOULOUSE).plan(_NOON_S, settings, "thu: sunset 100") == (30, _local(36))
    level_pct, next_s = Night(*_TOULOUSE).plan(_NOON_S, settings, "")
    assert level_pct == 30 and next_s > _local(36)


def test_a_special_day_is_the_evenings():
    schedule = "daily: sunset 10\n2026-07-14: sunset 100, 03:00 60"
    night, settings = Night(*_TOULOUSE), _settings()
    levels = [night.plan(_local(hour), settings, schedule)[0] for hour in (2, 11, 12, 23, 26, 27, 35, 36)]
    assert levels == [10, 10, 100, 100, 100, 60, 60, 10]


def test_a_programme_through_winter_and_summer_nights():
    schedule = "daily: sunset 100, 22:00 60, 00:30 0, 06:00 60, sunrise-30 30\nsat: 23:00 80"
    settings = _settings()
    # In June the sun rises before half an hour after six: that step is overtaken.
    for month, levels in ((1, 5), (6, 4)):
        days = days_of(2026, month, 1)
        begin_s, end_s = at_local(days, 720, *_FRANCE), at_local(days + 28, 720, *_FRANCE)
        found = _followed(begin_s, end_s, lambda night, now_s: night.plan(now_s, settings, schedule))
        assert len(found) == 24 * levels + 4


def test_the_programme_where_the_sun_does_not_set_or_rise():
    schedule = "daily: sunset 100, 22:00 50, sunrise 20"
    # In December sunset and sunrise are the sun's noons; in June its midnight, at a quarter past midnight.
    for month, wanted in ((12, [100, 50, 20]), (6, [50, 20])):
        days = days_of(2026, month, 21)
        now_s, end_s = at_local(days, 720, *_FRANCE), at_local(days + 1, 720, *_FRANCE)
        night, settings, levels = Night(71.0, 25.8), _settings(), []
        while now_s < end_s:
            level_pct, now_s = night.plan(now_s, settings, schedule)
            if level_pct not in levels:
                levels.append(level_pct)
        assert levels == wanted, levels


def test_a_curfew_begins_and_ends():
    night, settings = Night(*_TOULOUSE), _settings(category=_SITE, closing_min=22 * 60)
    assert night.curfew(_NOON_S, settings) == (False, _local(23))
    assert night.curfew(_local(23) - 1, settings)[0] is False
    assert night.curfew(_local(23), settings) == (True, _local(31))
    assert night.curfew(_local(31), settings) == (False, _local(36))
    assert night.curfew(_local(30), settings)[0] is True


def test_a_bakery_works_by_night_and_is_dark_before_and_after():
    night, settings = Night(*_TOULOUSE), _settings(category=_SITE, opening_min=120, closing_min=240)
    assert night.curfew(_local(23), settings) == (True, _local(25))
    assert night.curfew(_local(25), settings) == (False, _local(29))
    assert night.curfew(_local(29), settings) == (True, _local(36))
    assert night.curfew(_local(36), settings) == (True, _local(49))


def test_a_street_has_no_curfew():
    for hour in range(24):
        in_force, next_s = Night(*_TOULOUSE).curfew(_local(12 + hour), _settings(closing_min=1200))
        assert not in_force and next_s > _local(36)


def test_light_that_must_wait_for_sunset():
    night = Night(*_TOULOUSE)
    for category in (_PARK, _HERITAGE, _BUILDING, _CAR_PARK):
        settings = _settings(category=category, closing_min=0, opening_min=480)
        night.forget()
        assert night.curfew(_SET_S - 60, settings) == (True, _SET_S)
        end_s = _local(26 if category == _CAR_PARK else 25)
        assert night.curfew(_SET_S, settings) == (False, end_s)
        assert night.curfew(end_s, settings)[0] is True
    # The order lets light return in the morning of a car park only.
    assert night.curfew(_local(32), _settings(category=_CAR_PARK, closing_min=0)) == (False, _local(36))
    night.forget()
    assert night.curfew(_local(32), _settings(category=_PARK)) == (True, _local(36))


def test_an_answer_is_kept_until_its_moment():
    night, settings = Night(*_TOULOUSE), _Counted(_settings(category=_PARK))
    schedule = "daily: sunset 100, 22:30 60"
    now_s = _local(23)
    first = night.span(now_s, settings), night.plan(now_s, settings, schedule), night.curfew(now_s, settings)
    settings.asked = 0
    for later_s in range(now_s, now_s + 3600, 60):
        assert night.span(later_s, settings) is first[0]
        assert night.plan(later_s, settings, schedule) is first[1]
        assert night.curfew(later_s, settings) is first[2]
    assert settings.asked == 60  # whether this is a street


def test_forgotten_is_what_settings_have_changed():
    night = Night(*_TOULOUSE)
    dark = _settings(category=_PARK, base_pct=20, on_offset_min=0)
    now_s = _SET_S + 1
    for settings, answers in ((_settings(), (False, 10)), (dark, (True, 20))):
        night.forget()
        assert (night.span(now_s, settings)[0], night.plan(now_s, settings, "")[0]) == answers
    night.forget()
    assert night.curfew(_local(23), dark)[0] is True
    late = _settings(category=_PARK, closing_min=1439)
    assert night.curfew(_local(23), late)[0] is True  # kept
    night.forget()
    assert night.curfew(_local(23), late)[0] is False


def test_asking_again_takes_no_memory():
    import gc

    night, settings = Night(*_TOULOUSE), _settings()
    schedule = "daily: sunset 100, 22:30 60"
    now_s = _local(23)

    def ask(times):
        for _ in range(times):
            night.span(now_s, settings)
            night.plan(now_s, settings, schedule)
            night.curfew(now_s, settings)

    ask(1)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    ask(1)
    some = gc.mem_alloc() - before
    before = gc.mem_alloc()
    ask(1000)
    assert gc.mem_alloc() - before <= some


def test_the_height_of_the_sun():
    night = Night(*_TOULOUSE)
    assert abs(night.sun_up_deg(_SET_S) - -0.833) < 0.01
    assert 65 < night.sun_up_deg(at_local(days_of(2026, 6, 21), 14 * 60, *_FRANCE)) < 70
    assert night.sun_up_deg(_local(26)) < -20

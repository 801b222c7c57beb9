"""When it mists, and each thing that stops it."""

from canopy_bench import NOW, measured, readings, settings
from corolle.control.canopy_memory import MistMemory
from corolle.control.mist import PRIORITY, decide
from corolle.wire.words import REASONS, code_of

_H = 3600


def _hot(air_c=32.0, humidity_pct=35.0, wind_m_s=2.0, now_s=NOW):
    found = readings(25, 25, 25)
    found.air = measured((air_c, humidity_pct), now_s)
    found.wind = measured(wind_m_s, now_s)
    found.presence_s = now_s
    return found


def _decide(found, memory=None, now_s=NOW, **changes):
    answer = decide(now_s, settings(**changes), found, memory or MistMemory())
    assert code_of(REASONS, answer[1])
    assert answer[2] > now_s
    return answer[:2]


def _fit():
    memory = MistMemory()
    memory.fit = True
    return memory


def _everything_at_once():
    found, memory = _hot(20.0, 90.0, 9.0), _fit()
    found.leak = True
    found.shed = 2
    found.drought = 3
    found.local_s = 9 * _H
    found.wind = measured(9.0, NOW - 1801)
    found.presence_s = NOW - 60
    memory.hour_l, memory.day_l = 25.0, 150.0
    memory.pause_until_s = NOW + 10
    return found, memory


def test_each_rung_wins_over_all_below_it():
    """A canopy on which everything happens at once; one thing after the other is taken away."""
    found, memory = _everything_at_once()
    ladder = (
        ("leak", lambda: setattr(found, "leak", False)),
        ("low battery", lambda: setattr(found, "shed", 1)),
        ("drought order", lambda: setattr(found, "drought", 2)),
        ("outside hours", lambda: setattr(found, "local_s", 10 * _H)),
        ("sensor lost", lambda: setattr(found.wind, "at_s", NOW)),
        ("guard litres an hour", lambda: setattr(memory, "hour_l", 24.9)),
        ("guard litres a day", lambda: setattr(memory, "day_l", 149.9)),
        ("cool air", lambda: setattr(found.air, "value", (32.0, 90.0))),
        ("humid air", lambda: setattr(found.air, "value", (32.0, 35.0))),
        ("windy", lambda: setattr(found.wind, "value", 2.0)),
        ("nobody there", lambda: setattr(found, "presence_s", NOW)),
        ("burst pause", lambda: setattr(memory, "pause_until_s", NOW)),
    )
    for reason, take_away in ladder:
        assert _decide(found, memory) == (False, reason)
        take_away()
    assert _decide(found, memory) == (True, "hot air")
    assert len(PRIORITY) == 10


def test_the_rule_to_the_digit_where_it_mists_already():
    """32 C and 60 % would leave a wet bulb of 25.6 C: 6.4 K."""
    assert _decide(_hot(27.0, 40.0), _fit()) == (True, "hot air")
    assert _decide(_hot(26.99, 40.0), _fit()) == (False, "cool air")
    assert _decide(_hot(32.0, 60.0), _fit()) == (True, "hot air")
    assert _decide(_hot(32.0, 60.1), _fit()) == (False, "humid air")
    assert _decide(_hot(wind_m_s=5.0), _fit()) == (True, "hot air")
    assert _decide(_hot(wind_m_s=5.01), _fit()) == (False, "windy")


def test_six_kelvin_between_air_and_wet_bulb():
    """27 C and 19 C are 47 % (ISO 5151, T1): 8 K. At 27 C and 59 % there are 5.9 K, at 56 % 6.4 K."""
    assert _decide(_hot(27.0, 47.0), _fit(), mist_cooling_k=7) == (True, "hot air")
    assert _decide(_hot(27.0, 47.0), _fit(), mist_cooling_k=9) == (False, "humid air")
    assert _decide(_hot(27.0, 59.5), _fit()) == (False, "humid air")
    assert _decide(_hot(27.0, 56.0), _fit()) == (True, "hot air")


def test_it_begins_beyond_the_rule_and_ends_at_it():
    for found, reason in (
        (_hot(27.4, 40.0), "cool air"),
        (_hot(32.0, 57.5), "humid air"),
        (_hot(27.5, 57.0), "humid air"),  # 6.2 K
        (_hot(wind_m_s=4.6), "windy"),
    ):
        assert _decide(found) == (False, reason)
        assert _decide(found, _fit()) == (True, "hot air")
    assert _decide(_hot(27.5, 40.0)) == (True, "hot air")
    assert _decide(_hot(wind_m_s=4.5)) == (True, "hot air")


def test_noise_at_a_threshold_moves_nothing():
    """Air that goes to and fro about each threshold by less than its band: one beginning at the most."""
    for swing in (
        lambda step: _hot(27.0 + (step % 2) * 0.4, 40.0),
        lambda step: _hot(32.0, 60.5 - (step % 2) * 2.0),
        lambda step: _hot(wind_m_s=5.2 - (step % 2) * 0.6),
    ):
        memory, moves = _fit(), 0
        for step in range(20):
            memory.open, memory.pause_until_s = False, 0
            is_open, reason, _ = decide(NOW, settings(), swing(step), memory)
            was_fit = memory.fit
            memory.follow(NOW, settings(), is_open, reason)
            moves += was_fit != memory.fit
        assert moves <= 1


def test_whatever_it_needs_and_has_not_stops_it():
    for lost in ("air", "wind", "presence_s"):
        found = _hot()
        setattr(found, lost, None)
        assert _decide(found) == (False, "sensor lost"), lost
    for lost in ("air", "wind"):
        found = _hot()
        getattr(found, lost).at_s = NOW - 1801
        assert _decide(found) == (False, "sensor lost"), lost
        found = _hot()
        getattr(found, lost).value = None
        assert _decide(found) == (False, "sensor lost"), lost


def test_somebody_counts_for_a_minute():
    found = _hot()
    assert _decide(found, now_s=NOW + 59)[1] == "hot air"
    assert decide(NOW + 59, settings(), found, _fit())[2] == NOW + 60
    assert _decide(found, now_s=NOW + 60) == (False, "nobody there")


def test_drought_orders_that_leave_some_hours_leave_the_mist():
    found = _hot()
    found.local_s = 12 * _H
    for level, may in enumerate((True, True, True, False, False)):
        found.drought = level
        assert _decide(found)[0] is may


def test_hours_of_the_day():
    found = _hot()
    for local_s, may in ((10 * _H - 1, False), (10 * _H, True), (21 * _H - 1, True), (21 * _H, False)):
        found.local_s = local_s
        assert _decide(found)[0] is may
    assert decide(NOW, settings(), found, MistMemory())[2] == NOW + 13 * _H
    found.local_s = None
    assert _decide(found) == (True, "hot air")


def _live(memory, seconds, reading_at, **changes):
    """Follow the decisions from one next moment to the next; (second, open, reason) of each change."""
    said, now_s, wanted = [], NOW, settings(**changes)
    while now_s < NOW + seconds:
        is_open, reason, next_s = decide(now_s, wanted, reading_at(now_s), memory)
        memory.follow(now_s, wanted, is_open, reason)
        if not said or said[-1][1:] != (is_open, reason):
            said.append((now_s - NOW, is_open, reason))
        now_s = next_s
    return said


def test_bursts_of_20_s_with_pauses_of_40_s():
    said = _live(MistMemory(), 180, lambda now_s: _hot(now_s=now_s))
    assert said == [
        (0, True, "hot air"),
        (20, False, "burst pause"),
        (60, True, "hot air"),
        (80, False, "burst pause"),
        (120, True, "hot air"),
        (140, False, "burst pause"),
    ]


def test_who_comes_and_goes_gets_no_more_mist_than_who_stays():
    memory, open_s, last_s = MistMemory(), 0, NOW
    for now_s in range(NOW, NOW + 3600):
        found = _hot(now_s=now_s)
        found.presence_s = now_s if now_s % 7 < 4 else now_s - 60
        open_s += memory.open and now_s - last_s
        is_open, reason, _ = decide(now_s, settings(), found, memory)
        memory.follow(now_s, settings(), is_open, reason)
        last_s = now_s
    assert 0 < open_s <= 1200


def test_a_burst_ends_with_the_one_for_whom_it_was():
    found = _hot()
    found.presence_s = NOW - 50
    assert decide(NOW, settings(), found, _fit()) == (True, "hot air", NOW + 10)

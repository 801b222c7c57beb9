"""The life of an alarm, in the real store: raised, folded, acknowledged, cleared, come again, let go of."""

import sqlite3
from pathlib import Path

import pytest
from corolle_gateway.hub.alarming.life import AGAIN_S, Sign, acknowledged, judged
from corolle_gateway.store import alarms, database

_THERE, _GONE = Sign("lampFailure", True, {"power_w": 0.4}), Sign("lampFailure", False)
_HIT = Sign("impact", True, {"impacts_since_boot": 1})


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    db = database.connect(tmp_path)
    db.execute("BEGIN")  # as the writer runs it, and no disk is waited for
    return db


def _steps(db: sqlite3.Connection, *signs: tuple[float, Sign]) -> list[str | None]:
    found = [judged(db, "lamp-1", sign, time_s) for time_s, sign in signs]
    return [step and step[1] for step in found]


def test_an_alarm_is_raised_once_and_cleared_once(db: sqlite3.Connection):
    assert _steps(db, (10, _GONE), (20, _THERE), (30, _THERE), (45, _GONE), (60, _GONE)) == [
        None,
        "raised",
        "",
        "cleared",
        None,
    ]
    (alarm,) = alarms.history(db, "lamp-1", 0, 10)
    assert (alarm.raised_s, alarm.last_s, alarm.cleared_s, alarm.count) == (20, 30, 45, 1)
    assert alarm.first == {"power_w": 0.4}
    assert alarm.lasted_s(1000) == 25


def test_a_flapping_one_is_one_alarm_with_a_count(db: sqlite3.Connection):
    changes = _steps(db, *((600 * n, _GONE if n % 2 else _THERE) for n in range(200)))
    assert changes == ["raised", "cleared", *(["again", "cleared"] * 99)]
    (alarm,) = alarms.history(db, None, 0, 10)
    assert (alarm.count, alarm.raised_s, alarm.changes, alarm.is_open) == (100, 0, 200, False)


def test_what_comes_with_the_next_night_is_another_one(db: sqlite3.Connection):
    _steps(db, (0, _THERE), (100, _GONE), (100 + AGAIN_S - 1, _THERE), (90_000, _GONE))
    _steps(db, (90_000 + AGAIN_S, _THERE))
    second, first = alarms.history(db, "lamp-1", 0, 10)
    assert (first.count, first.cleared_s) == (2, 90_000)
    assert (second.count, second.is_open) == (1, True)


def test_an_acknowledgement_stays_while_it_flaps(db: sqlite3.Connection):
    _steps(db, (0, _THERE))
    alarm = acknowledged(db, 1, "lamp-1", "ops", "driver ordered", 50)
    assert alarm and (alarm.author, alarm.note, alarm.acknowledged_s) == ("ops", "driver ordered", 50)
    assert alarm.is_open
    _steps(db, (60, _GONE), (90, _THERE))
    again = alarms.find(db, 1)
    assert again and (again.author, again.is_open, again.count) == ("ops", True, 2)


def test_who_acknowledged_last_stands_and_a_cleared_one_can_still_be_noted(db: sqlite3.Connection):
    _steps(db, (0, _THERE), (60, _GONE))
    acknowledged(db, 1, None, "ops", "", 70)
    alarm = acknowledged(db, 1, None, "crew", "fuse changed", 80)
    assert alarm and (alarm.author, alarm.note, alarm.cleared_s) == ("crew", "fuse changed", 60)


def test_nobody_acknowledges_what_is_another_units_or_is_not_there(db: sqlite3.Connection):
    _steps(db, (0, _THERE))
    assert acknowledged(db, 1, "lamp-2", "ops", "", 50) is None
    assert acknowledged(db, 2, None, "ops", "", 50) is None
    alarm = alarms.find(db, 1)
    assert alarm and alarm.acknowledged_s is None


def test_what_nothing_ever_says_is_over_is_over_when_it_is_acknowledged(db: sqlite3.Connection):
    assert _steps(db, (0, _HIT), (9, _HIT)) == ["raised", "again"]
    alarm = acknowledged(db, 1, None, "crew", "foot is sound", 70)
    assert alarm and (alarm.count, alarm.cleared_s) == (2, 70)
    assert _steps(db, (80, _HIT)) == ["raised"], "another blow is another alarm, however soon"


def test_figures_that_come_after_an_event_are_the_first_ones(db: sqlite3.Connection):
    _steps(db, (0, Sign("lampFailure", True)), (60, _THERE), (90, Sign("lampFailure", True, {"power_w": 9})))
    alarm = alarms.find(db, 1)
    assert alarm and alarm.first == {"power_w": 0.4}


def test_a_clock_that_was_set_back_makes_no_alarm_last_less_than_nothing(db: sqlite3.Connection):
    _steps(db, (1000, _THERE), (10, _THERE), (20, _GONE))
    alarm = alarms.find(db, 1)
    assert alarm and (alarm.last_s, alarm.cleared_s, alarm.lasted_s(5)) == (1000, 1000, 0)


def test_closed_ones_are_bounded_and_open_ones_are_not(db: sqlite3.Connection):
    for n in range(40):
        judged(db, f"lamp-{n}", _THERE, n)
    for n in range(5, 40):
        judged(db, f"lamp-{n}", _GONE, 100 + n)
    assert alarms.trim(db, 10) == 25
    assert len(alarms.still_open(db)) == 5
    kept = [alarm.unit for alarm in alarms.history(db, None, 0, 100) if not alarm.is_open]
    assert kept == [f"lamp-{n}" for n in range(39, 29, -1)]
    assert alarms.trim(db, 10) == 0


def test_there_is_never_a_second_open_one_of_a_code(db: sqlite3.Connection):
    _steps(db, (0, _THERE))
    with pytest.raises(sqlite3.IntegrityError):
        alarms.put(db, "lamp-1", "lampFailure", {}, 10)


def test_history_is_of_a_unit_and_since_then(db: sqlite3.Connection):
    _steps(db, (0, _THERE), (60, _GONE), (70, Sign("tilt", True)), (90_000, _THERE))
    judged(db, "lamp-2", _THERE, 50)
    assert [alarm.number for alarm in alarms.history(db, "lamp-1", 0, 10)] == [3, 2, 1]
    assert [alarm.number for alarm in alarms.history(db, "lamp-1", 61, 10)] == [3, 2], "tilt is still open"
    assert [alarm.number for alarm in alarms.history(db, None, 0, 2)] == [4, 3]

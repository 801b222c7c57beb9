"""Three boots in a row that ended badly lead to safe mode, and out of it again."""

import machine
from corolle.system.boots import Boots, Kept, reset_cause, traceback_of


def _boot():
    return Boots(Kept(machine.RTC()))


def _reset_by(cause):
    """What the virtual board's own start does after a reset."""
    setattr(machine, "_cause", cause)  # noqa: B010 - a name that the ESP32 does not have


def test_three_failed_boots_and_the_fourth_is_safe():
    assert [_boot().safe for _ in range(5)] == [False, False, False, True, True]


def test_a_good_boot_starts_the_count_anew():
    [_boot() for _ in range(3)][-1].good()
    assert [_boot().safe for _ in range(4)] == [False, False, False, True]


def test_a_retry_is_one_ordinary_boot_and_then_safe_mode_again():
    last = [_boot() for _ in range(4)][-1]
    assert last.safe
    last.retry()
    assert [_boot().safe for _ in range(2)] == [False, True]


def test_a_technicians_soft_resets_are_no_failures():
    _reset_by(machine.SOFT_RESET)
    assert not any(_boot().safe for _ in range(6))


def test_causes_have_words():
    said = []
    for cause in (1, 2, 3, 4, 5, 99):
        _reset_by(cause)
        said.append(reset_cause())
    assert said == ["power", "hard reset", "watchdog", "deep sleep", "soft reset", "unknown"]


def test_a_crash_is_there_after_the_reset_until_it_is_reported():
    try:
        {}["absent"]
    except KeyError as error:
        Kept(machine.RTC()).remember_crash(traceback_of(error))
    boots = _boot()
    assert "test_boots.py" in boots.crash and "KeyError" in boots.crash
    boots.crash_reported()
    assert _boot().crash == ""

"""Three boots in a row that ended badly lead to safe mode, and out of it again."""

import asyncio

import machine
from corolle.system.boots import Boots, keep_crash, reset_cause
from corolle.system.proof import Proof


def _boot():
    return Boots(machine.RTC())


def _reset_by(cause):
    """What the virtual board's own start does after a reset."""
    setattr(machine, "_cause", cause)  # noqa: B010 - a name that the ESP32 does not have


async def _prove(boots, seconds):
    task = asyncio.create_task(Proof(machine.RTC(), boots.safe).run(lambda for_s: None))
    await asyncio.sleep(seconds)
    task.cancel()


def _crash():
    try:
        {}["absent"]
    except KeyError as error:
        keep_crash(machine.RTC(), error)


def test_three_failed_boots_and_the_fourth_is_safe():
    assert [_boot().safe for _ in range(5)] == [False, False, False, True, True]


async def test_a_boot_that_runs_for_minutes_starts_the_count_anew():
    await _prove(_boot(), 299)
    assert _boot().failed == 1
    await _prove(_boot(), 301)
    assert [_boot().safe for _ in range(4)] == [False, False, False, True]


async def test_safe_mode_ends_in_one_ordinary_boot_and_comes_back_if_that_fails():
    class _Reset(Exception):
        pass

    def reset():
        raise _Reset

    setattr(machine, "reset", reset)  # noqa: B010 - it would end this test
    last = [_boot() for _ in range(4)][-1]
    try:
        await Proof(machine.RTC(), last.safe).run(lambda for_s: None)
    except _Reset:
        assert [_boot().safe for _ in range(2)] == [False, True]
        return
    raise AssertionError("safe mode did not end")


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
    _crash()
    boots = _boot()
    assert "test_boots.py" in boots.crash and "KeyError" in boots.crash
    boots.crash_reported()
    again = _boot()
    assert (again.crash, again.failed) == ("", 1)


def test_the_end_of_a_long_traceback_is_kept():
    def deep(level):
        return deep(level - 1) if level else {}["the very end"]

    try:
        deep(30)
    except KeyError as error:
        keep_crash(machine.RTC(), error)
    crash = _boot().crash
    assert len(crash) == 512 and crash.strip().endswith("KeyError: the very end")


def test_every_damaged_byte_of_the_memory_is_noticed():
    rtc = machine.RTC()
    _boot()
    _crash()
    whole = rtc.memory()
    for place in range(len(whole)):
        rtc.memory(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        boots = _boot()
        assert (boots.failed, boots.crash) == (0, ""), place
        rtc.memory(whole[:place])
        assert _boot().failed == 0, place

"""RTC memory may hold anything after a power cut."""

import machine
from corolle.system.boots import Kept


def test_what_is_kept_comes_back_after_a_reset():
    rtc = machine.RTC()
    kept = Kept(rtc)
    assert (kept.failed_boots, kept.crash) == (0, b"")
    kept.remember_boots(2)
    kept.remember_crash(b"ValueError: x")
    again = Kept(rtc)
    assert (again.failed_boots, again.crash) == (2, b"ValueError: x")


def test_the_end_of_a_long_traceback_is_kept():
    rtc = machine.RTC()
    Kept(rtc).remember_crash(b"first line" + b"." * 3000 + b"OSError: 19")
    crash = Kept(rtc).crash
    assert len(crash) == 512 and crash.endswith(b"OSError: 19")


def test_every_damaged_byte_is_noticed():
    rtc = machine.RTC()
    Kept(rtc).remember_boots(3)
    whole = rtc.memory()
    for place in range(len(whole)):
        rtc.memory(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert Kept(rtc).failed_boots == 0, place
        rtc.memory(whole[:place])
        assert Kept(rtc).failed_boots == 0, place

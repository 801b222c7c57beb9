"""A clock that is not known says so, and a worse source never overrules a better one."""

import time

import machine
from corolle.system.clock import KEPT, NETWORK, UNKNOWN, Clock

_T = 1784058003  # 2026-07-14T19:40:03Z


def _clock():
    return Clock(machine.RTC())


def test_a_new_clock_is_unknown_but_counts():
    clock = _clock()
    assert (clock.quality, clock.known, clock.now_or_none(), clock.stamp()) == (UNKNOWN, False, None, "-")
    before = clock.now()
    time.sleep(5)
    assert clock.now() - before == 5
    assert clock.uptime_s() == 5


def test_the_network_sets_it_to_the_microsecond():
    clock = _clock()
    assert clock.set(_T, 750_000)
    assert (clock.now(), clock.quality, clock.stamp()) == (_T, NETWORK, "2026-07-14T19:40:03Z")
    time.sleep_ms(250)
    assert clock.now() == _T + 1


def test_a_step_is_told_and_drift_is_not():
    clock = _clock()
    steps = []
    clock.on_step.append(steps.append)
    clock.set(_T)
    assert len(steps) == 1 and steps[0] > 800_000_000
    clock.set(_T + 1)
    clock.set(_T + 3601)
    clock.set(_T)
    assert steps[1:] == [3600, -3601]
    assert clock.now() == _T


def test_times_that_cannot_be_are_refused_and_counted():
    clock = _clock()
    for wrong in (0, 946684800, 1767225599, 4102444800):
        assert not clock.set(wrong)
    assert (clock.refused, clock.known) == (4, False)


def test_a_worse_source_changes_nothing():
    clock = _clock()
    clock.set(_T)
    assert not clock.set(_T + 500, 0, KEPT)
    assert clock.now() == _T


def test_the_rtc_is_believed_after_a_reset_if_somebody_has_set_it():
    _clock().set(_T)
    assert (_clock().quality, _clock().now()) == (KEPT, _T)
    machine.RTC().datetime((2025, 12, 31, 2, 23, 59, 59, 0))
    assert _clock().quality == UNKNOWN


def test_uptime_runs_over_the_wrap_of_the_ticks_whatever_the_clock_does():
    clock = _clock()  # a bare board starts a minute before its ticks wrap
    clock.set(_T)
    for _ in range(20):
        time.sleep(4 * 86400)
        clock.uptime_s()
    clock.set(_T)
    assert clock.uptime_s() == 80 * 86400

"""What shuts valves beside their allowances: leaks, water that nobody explains, water that does not come."""

import time

import machine
import micropython
from corolle.drivers.solenoid import Solenoid
from water_bench import WaterBench


def test_all_valves_are_shut_before_anything_else():
    bench = WaterBench()
    bench.moves.clear()
    bench.make_guard()
    assert bench.moves == [("valve", False), ("mist_valve", False), ("purge_valve", False)]


def test_a_leak_shuts_everything_at_once_and_rests_until_an_hour_after():
    bench = WaterBench()
    assert bench.guard.open("valve") == "" and bench.guard.open("mist_valve") == ""
    time.sleep(5)
    bench.wet(True)
    assert bench.open_now() == []
    assert bench.trips() == [("leak", "leak")] and bench.trips() == []
    time.sleep(2 * 3600)
    assert bench.guard.open("valve") == "leak" and bench.guard.wait_s("purge_valve") == 3600
    bench.wet(False)
    time.sleep(3595)
    assert bench.guard.open("mist_valve") == "leak"
    assert 1 <= bench.guard.wait_s("mist_valve") <= 5
    time.sleep(6)
    assert bench.guard.open("mist_valve") == "" and bench.guard.wait_s("mist_valve") == 0


def test_a_leak_whose_interrupt_was_lost_is_seen_within_a_second():
    bench = WaterBench()
    bench.guard.open("valve")
    time.sleep(3)
    bench.leak.present = True
    assert bench.hang(10)[0] <= 1.1
    assert bench.trips() == [("leak", "leak")]


def test_a_leak_in_the_middle_of_an_opening_leaves_the_valve_shut():
    bench = WaterBench()
    for name, valve in (("valve", bench.valve), ("mist_valve", bench.mist)):
        valve.before_pulse = lambda: bench.wet(True)
        bench.guard.open(name)
        assert bench.open_now() == [] and not bench.guard.is_open(name)
        valve.before_pulse = lambda: None
        bench.wet(False)
        time.sleep(3601)
        assert bench.guard.refusal(name) == ""


def test_flow_without_a_valve_is_told_shuts_once_more_and_opens_nothing_while_it_lasts():
    bench = WaterBench()
    bench.guard.open("valve")
    time.sleep(30)
    bench.guard.close("valve")
    bench.drip_pipe.leak(True)
    time.sleep(9)
    assert bench.trips() == [], "the run-out"
    bench.moves.clear()
    time.sleep(10)
    assert bench.trips() == [("flow", "unexplained flow")]
    assert bench.moves == [("valve", False)]
    time.sleep(900)
    assert bench.guard.open("valve") == "unexplained flow"
    assert 1 <= bench.guard.wait_s("valve") <= 60
    assert bench.guard.open("mist_valve") == "", "the other meter stands still"
    bench.guard.close("mist_valve")
    bench.drip_pipe.leak(False)
    time.sleep(62)
    assert bench.guard.open("valve") == ""
    assert bench.trips() == []


def test_flow_begins_unexplained_long_after_everything_came_to_rest():
    bench = WaterBench()
    time.sleep(7 * 3600)
    bench.mist_pipe.leak(True)
    time.sleep(5)
    assert bench.trips() == [("mist_flow", "unexplained flow")]
    assert bench.guard.open("purge_valve") == "unexplained flow"


def test_a_few_pulses_or_slow_ones_are_no_flow():
    bench = WaterBench(drip_ms=40_000)
    bench.drip_pipe.leak(True)
    time.sleep(3600)
    assert bench.trips() == []
    slow = bench.drip_pipe.pulses
    assert 88 <= slow <= 90
    bench.drip_pipe.leak(False)
    bench.drip_pipe.period_ms = 500
    time.sleep(100)
    bench.drip_pipe.leak(True)
    time.sleep_ms(1600)
    bench.drip_pipe.leak(False)
    time.sleep(100)
    assert bench.trips() == [] and bench.drip_pipe.pulses == slow + 3


def test_a_meter_that_fails_in_the_middle_of_a_dose_is_no_flow():
    bench = WaterBench()
    bench.guard.open("valve")
    time.sleep(20)
    bench.drip_pipe.period_ms = 0
    bench.drip_pipe.turn()
    seconds = bench.hang(200)[0]
    assert 58 <= seconds <= 61, seconds
    assert bench.trips() == [("valve", "no flow")]
    assert bench.guard.open("valve") == "no flow" and bench.guard.wait_s("valve") > 3500
    time.sleep(3601)
    assert bench.guard.open("valve") == ""


def test_mist_without_flow_is_shut_sooner():
    bench = WaterBench(mist_ms=0)
    bench.guard.open("mist_valve")
    assert 9 <= bench.hang(100)[0] <= 11
    assert bench.trips() == [("mist_valve", "no flow")]
    assert bench.guard.open("purge_valve") == "", "one trip, one valve"


def test_purge_and_mist_are_never_open_together_whatever_the_order():
    for first, second in (("mist_valve", "purge_valve"), ("purge_valve", "mist_valve")):
        bench = WaterBench()
        assert bench.guard.open(first) == ""
        assert bench.guard.refusal(second) == bench.guard.open(second) == "other valve open"
        assert bench.open_now() == [first]
        bench.guard.close(first)
        assert bench.guard.open(second) == ""
        bench.guard.close(second)
        time.sleep(20)


def test_an_interrupt_that_opens_the_other_valve_in_the_middle_of_a_movement_is_refused():
    bench = WaterBench()
    refusals = []
    bench.mist.before_pulse = lambda: refusals.append(bench.guard.open("purge_valve"))
    assert bench.guard.open("mist_valve") == ""
    assert refusals == ["other valve open"] and bench.open_now() == ["mist_valve"]


def test_an_interrupt_that_shuts_one_valve_and_opens_the_other_waits_for_the_first_to_be_shut():
    bench = WaterBench()
    refusals = []

    def swap():
        bench.guard.close("mist_valve")
        refusals.append(bench.guard.open("purge_valve"))

    bench.mist.before_pulse = swap
    bench.guard.open("mist_valve")
    assert refusals == ["other valve open"] and bench.open_now() == []


def test_any_pair_may_be_kept_apart():
    bench = WaterBench()
    assert bench.guard.open("valve") == "" and bench.guard.open("mist_valve") == ""
    bench.guard.close("valve")
    bench.guard.close("mist_valve")
    bench.guard = bench.make_guard(apart=(("mist_valve", "valve"),))
    for first, second in (("mist_valve", "valve"), ("valve", "mist_valve")):
        assert bench.guard.open(first) == ""
        assert bench.guard.open(second) == "other valve open"
        bench.guard.close(first)


def test_a_trip_in_the_middle_of_an_opening_pulse_wins():
    bench = WaterBench()
    bench.valve.before_pulse = lambda: bench.guard.close("valve")
    bench.guard.open("valve")
    assert bench.open_now() == [] and not bench.valve.is_open and not bench.guard.is_open("valve")


def test_openings_shorter_than_a_look_count_by_the_second():
    bench = WaterBench(guard_mist_day_s=60)
    opened = 0
    while not bench.guard.open("mist_valve"):
        time.sleep_ms(300)
        bench.guard.close("mist_valve")
        time.sleep_ms(500)
        opened += 1
    assert opened <= 60 and bench.guard.refusal("mist_valve") == "guard time"


def test_the_callback_needs_no_memory():
    bench = WaterBench(drip_ms=0, mist_ms=0)
    bench.guard.open("valve")
    bench.guard.open("mist_valve")
    look = bench.guard._on_look
    for line in bench.guard._valves[1:]:
        line.valve = Solenoid(machine.Pin(4))  # this bench's own write their moves down
    for seconds in range(1, 12):
        bench.flow.pulses += 2
        bench.timer.deinit()  # the look is made here, where nothing else may take memory
        time.sleep(1)
        micropython.heap_lock()
        look(bench.timer)
        micropython.heap_unlock()
        # A look without memory would have shut both.
        assert bench.guard.is_open("valve") and bench.guard.is_open("mist_valve") == (seconds < 10), seconds
    assert bench.trips() == [("mist_valve", "no flow")]


def test_a_look_that_finds_no_memory_shuts_what_is_open():
    bench = WaterBench()
    bench.guard.open("valve")
    time.sleep(5)

    def full():
        raise MemoryError

    bench.guard._count = full
    assert bench.hang(10)[0] <= 1.1
    assert bench.guard._valves[0].trip == "guard time"


def test_the_clock_may_jump_by_years_and_bounds_hold():
    bench = WaterBench(drip_ms=0, guard_noflow_s=900)
    bench.clock.set(1784073600)
    bench.guard.open("valve")
    time.sleep(100)
    bench.clock.set(1999999999)
    time.sleep(100)
    machine.RTC().datetime((2026, 1, 2, 4, 0, 0, 0, 0))
    seconds = bench.hang(2000)[0]
    assert 697 <= seconds <= 700, seconds


def test_ticks_wrap_while_a_valve_is_open():
    before_ms = time.ticks_ms()
    bench = WaterBench(drip_ms=0, guard_noflow_s=900)
    bench.guard.open("valve")
    seconds = bench.hang(2000)[0]
    assert time.ticks_ms() < before_ms, "they have not wrapped"  # pyright: ignore
    assert 897 <= seconds <= 900, seconds


def test_a_counter_that_begins_again_loses_nothing_of_the_dose():
    bench = WaterBench(guard_dose_dl=50)
    bench.flow.pulses = (1 << 30) - 100
    bench.guard = bench.make_guard()
    bench.guard.open("valve")
    time.sleep(31)
    assert 0.45 <= bench.guard.litres("valve") <= 0.55
    bench.flow.pulses = 0
    assert 4.3 <= bench.hang(1000)[1] <= 4.6
    assert bench.trips() == [("valve", "guard litres")]

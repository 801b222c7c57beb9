"""The guard shuts each valve in time, by water and by budget, while the event loop hangs."""

import time

from corolle.units.windows import Window
from water_bench import WaterBench

_LAZY = {"guard_noflow_s": 900}  # these are about time: a dry meter would be told first


def test_time_is_bounded_under_a_hung_event_loop():
    bench = WaterBench(drip_ms=0, **_LAZY)
    assert bench.guard.open("valve") == ""
    seconds, _, _ = bench.hang(3600)
    assert 897 <= seconds <= 900, seconds
    assert bench.trips() == [("valve", "guard time")] and bench.calls == 1
    assert bench.flow.pulses == 0


def test_litres_of_one_opening_are_bounded_under_a_hung_event_loop():
    bench = WaterBench()
    bench.guard.open("valve")
    _, litres, _ = bench.hang(3600)
    assert 9.9 <= litres <= 10.0, litres
    assert bench.trips() == [("valve", "guard litres")]
    assert abs(bench.guard.litres("valve") - litres) < 0.001


def test_after_a_trip_the_guard_rests_and_says_why():
    bench = WaterBench(guard_on_s=60)
    bench.guard.open("valve")
    bench.hang(100)
    assert bench.guard.open("valve") == "guard time"
    assert 3590 <= bench.guard.wait_s("valve") <= 3600
    time.sleep(3595)
    assert bench.guard.open("valve") == "guard time"
    time.sleep(10)
    assert bench.guard.open("valve") == ""
    assert bench.valve.is_open
    bench.guard.close("valve")


def test_a_sequencer_that_opens_again_at_once_meets_the_hours_bound():
    bench = WaterBench(drip_ms=100, guard_hour_dl=150)
    hour_l, refusal = 0, ""
    while hour_l < 20:
        refusal = bench.guard.open("valve")
        if refusal:
            break
        time.sleep(10)
        bench.guard.close("valve")
        hour_l = bench.drip_pipe.pulses / 100
    assert refusal == "guard litres an hour"
    assert 14 <= hour_l <= 15, hour_l


def test_no_hour_and_no_day_ever_sees_more_than_its_bound():
    bench = WaterBench(drip_ms=200, guard_hour_dl=200, guard_day_dl=600)
    marks = [(0, 0.0)]
    for _ in range(30 * 12):
        bench.guard.open("valve")
        time.sleep(100)
        bench.guard.close("valve")
        time.sleep(200)
        marks.append((bench.clock.uptime_s(), bench.drip_pipe.pulses / 100))
    for span_s, bound_l in ((3600, 20), (86400, 60)):
        first = 0
        for at_s, litres in marks:
            while at_s - marks[first][0] > span_s:
                first += 1
            assert litres - marks[first][1] <= bound_l, (span_s, at_s)
    assert marks[-1][1] > 55, "the bound lets nothing through"


def test_open_time_of_a_day_is_bounded_when_the_meter_is_dead():
    bench = WaterBench(drip_ms=0, **_LAZY)
    open_s = 0
    for _ in range(200):
        if bench.guard.open("valve"):
            break
        time.sleep(300)
        bench.guard.close("valve")
        open_s += 300
        time.sleep(60)
    assert bench.guard.open("valve") == "guard time"
    assert 6900 <= open_s <= 7200


def test_water_from_before_a_reset_counts_against_the_hour_and_the_day():
    bench = WaterBench(drip_ms=0, **_LAZY)
    bench.guard.restore("valve", 29.0)
    assert bench.guard.open("valve") == ""
    bench.guard.close("valve")
    bench.guard.restore("valve", 1.0)
    assert bench.guard.open("valve") == "guard litres an hour"
    assert bench.guard.refusal("mist_valve") == "", "each valve has its own"
    time.sleep(66 * 60)
    assert bench.guard.open("valve") == ""
    bench.guard.close("valve")
    bench.guard.restore("valve", 70.0)
    time.sleep(66 * 60)
    assert bench.guard.open("valve") == "guard litres a day"
    time.sleep(26 * 3600)
    assert bench.guard.open("valve") == ""


def test_while_nothing_is_open_and_nothing_flows_no_timer_runs():
    bench = WaterBench(drip_ms=0, **_LAZY)
    looks = []
    count = bench.guard._count
    bench.guard._count = lambda: looks.append(1) or count()
    bench.guard.open("valve")
    time.sleep(10)
    bench.guard.close("valve")
    before = len(looks)
    time.sleep(12)
    run_out = len(looks)
    time.sleep(1000)
    assert before >= 10 and len(looks) == run_out <= before + 12


def test_a_window_forgets_in_time_and_not_before():
    window = Window(300, 12)
    window.add(0, 5)
    window.add(299, 1)
    assert window.total(3600) == 6
    assert window.total(3899) == 6
    assert window.total(3900) == 0
    window.add(4000, 2)
    assert window.total(4000 + 10 * 86400) == 0

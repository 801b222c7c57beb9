"""The guard shuts the valve in time, by water and by budget, while the event loop hangs."""

import time

import machine
from corolle.drivers.flow_meter import FlowMeter
from corolle.drivers.latching_valve import LatchingValve
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.clock import Clock
from corolle.system.settings import rows
from corolle.units.valve_guard import ValveGuard, Window


class _Pipe:
    """A meter's pin and the water behind it: a timer of the board makes its pulses."""

    IN, PULL_UP, IRQ_FALLING = 1, 2, 2

    def __init__(self, period_ms):
        self.period_ms = period_ms
        self.timer = machine.Timer(3)
        self.pulses = 0
        self.handler = lambda pin: None

    def init(self, mode, pull):
        pass

    def irq(self, handler, trigger):
        self.handler = handler

    def flow(self, flows):
        if flows and self.period_ms:
            self.timer.init(mode=machine.Timer.PERIODIC, period=self.period_ms, callback=self._turn)
        else:
            self.timer.deinit()

    def _turn(self, timer):
        self.pulses += 1
        self.handler(self)


class _Valve(LatchingValve):
    """The valve, and the water that follows it."""

    def __init__(self, pipe):
        self.pipe = pipe
        super().__init__(machine.Pin(6), machine.Pin(7))

    def open(self):
        super().open()
        self.pipe.flow(True)

    def close(self):
        super().close()
        self.pipe.flow(False)


class _Bench:
    """A guard on a simulated board with its own timers, pins and clock. Settings are those of a canopy."""

    def __init__(self, pulse_every_ms=600, **changes):
        self.settings = {row[0]: row[1] for row in rows(CANOPY_SETTINGS)}
        self.settings.update(changes)
        self.clock = Clock(machine.RTC())
        self.pipe = _Pipe(pulse_every_ms)
        self.flow = FlowMeter(self.pipe, 0.01)
        self.valve = _Valve(self.pipe)
        self.trips = []
        self.guard = ValveGuard(
            self.valve, self.flow, machine.Timer(0), self.settings, self.clock.uptime_s, self._tripped
        )

    def _tripped(self):
        self.trips.append(self.guard.trip)

    def hang(self, seconds):
        """A task that never yields: (seconds until the valve shut, litres that passed)."""
        start_ms, before = time.ticks_ms(), self.pipe.pulses
        for _ in range(seconds * 20):
            time.sleep_ms(50)
            if not self.valve.is_open:
                break
        return time.ticks_diff(time.ticks_ms(), start_ms) / 1000, (self.pipe.pulses - before) / 100


def test_time_is_bounded_under_a_hung_event_loop():
    bench = _Bench(pulse_every_ms=0)
    assert bench.guard.open() == ""
    seconds, _ = bench.hang(3600)
    assert 897 <= seconds <= 900, seconds
    assert bench.trips == ["guard time"]
    assert bench.flow.pulses == 0


def test_litres_of_one_opening_are_bounded_under_a_hung_event_loop():
    bench = _Bench()
    bench.guard.open()
    _, litres = bench.hang(3600)
    assert 9.9 <= litres <= 10.0, litres
    assert bench.trips == ["guard litres"]
    assert abs(bench.guard.litres - litres) < 0.001


def test_after_a_trip_the_guard_rests_and_says_why():
    bench = _Bench(guard_on_s=60)
    bench.guard.open()
    bench.hang(100)
    assert bench.guard.open() == "guard time"
    assert 3590 <= bench.guard.wait_s() <= 3600
    time.sleep(3595)
    assert bench.guard.open() == "guard time"
    time.sleep(10)
    assert bench.guard.open() == ""
    assert bench.valve.is_open
    bench.guard.close()


def test_a_sequencer_that_opens_again_at_once_meets_the_hours_bound():
    bench = _Bench(pulse_every_ms=100, guard_hour_dl=150)
    hour_l, refusal = 0, ""
    while hour_l < 20:
        refusal = bench.guard.open()
        if refusal:
            break
        time.sleep(10)
        bench.guard.close()
        hour_l = bench.pipe.pulses / 100
    assert refusal == "guard litres an hour"
    assert 14 <= hour_l <= 15, hour_l


def test_no_hour_and_no_day_ever_sees_more_than_its_bound():
    bench = _Bench(pulse_every_ms=200, guard_hour_dl=200, guard_day_dl=600)
    marks = [(0, 0.0)]
    for _ in range(30 * 12):
        bench.guard.open()
        time.sleep(100)
        bench.guard.close()
        time.sleep(200)
        marks.append((bench.clock.uptime_s(), bench.pipe.pulses / 100))
    for span_s, bound_l in ((3600, 20), (86400, 60)):
        first = 0
        for at_s, litres in marks:
            while at_s - marks[first][0] > span_s:
                first += 1
            assert litres - marks[first][1] <= bound_l, (span_s, at_s)
    assert marks[-1][1] > 55, "the bound lets nothing through"


def test_open_time_of_a_day_is_bounded_when_the_meter_is_dead():
    bench = _Bench(pulse_every_ms=0)
    open_s = 0
    for _ in range(200):
        if bench.guard.open():
            break
        time.sleep(300)
        bench.guard.close()
        open_s += 300
        time.sleep(60)
    assert bench.guard.open() == "guard time"
    assert 6900 <= open_s <= 7200


def test_water_from_before_a_reset_counts():
    bench = _Bench(pulse_every_ms=0)
    bench.guard.restore(99.0)
    assert bench.guard.open() == ""
    bench.guard.close()
    bench.guard.restore(1.0)
    assert bench.guard.open() == "guard litres a day"
    time.sleep(26 * 3600)
    assert bench.guard.open() == ""
    bench.guard.close()


def test_while_the_valve_is_shut_no_timer_runs():
    bench = _Bench(pulse_every_ms=0)
    looks = []
    look = bench.guard._count
    bench.guard._count = lambda: looks.append(1) or look()
    bench.guard.open()
    time.sleep(10)
    bench.guard.close()
    before = len(looks)
    time.sleep(1000)
    assert before >= 10 and len(looks) == before


def test_a_window_forgets_in_time_and_not_before():
    window = Window(300, 12)
    window.add(0, 5)
    window.add(299, 1)
    assert window.total(3600) == 6
    assert window.total(3899) == 6
    assert window.total(3900) == 0
    window.add(4000, 2)
    assert window.total(4000 + 10 * 86400) == 0

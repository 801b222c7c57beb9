"""Valves on real pins, and meters whose pulses a timer of the board makes while water runs."""

import time

import machine
from corolle.drivers.flow_meter import FlowMeter
from corolle.drivers.latching_valve import LatchingValve
from corolle.drivers.solenoid import Solenoid
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.clock import Clock
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import rows
from corolle.units.guarded import GuardedMeter, GuardedValve
from corolle.units.valve_guard import ValveGuard


class Pipe:
    """A meter's wire; the meter turns while a valve behind it is open, or always when it leaks."""

    IN, PULL_UP, IRQ_FALLING = 1, 2, 2

    def __init__(self, timer, period_ms):
        self.period_ms = period_ms
        self.leaks = False
        self.pulses = 0
        self.open = set()
        self._timer = machine.Timer(timer)

    def init(self, mode, pull):
        pass

    def irq(self, handler, trigger):
        self._handler = handler

    def turn(self):
        """Something has changed: water runs or it does not."""
        if self.period_ms and (self.open or self.leaks):
            self._timer.init(mode=machine.Timer.PERIODIC, period=self.period_ms, callback=self._pulse)
        else:
            self._timer.deinit()

    def leak(self, leaks):
        self.leaks = leaks
        self.turn()

    def _pulse(self, timer):
        self.pulses += 1
        self._handler(self)


class _Plumbed:
    """Lets water follow a valve's driver, and writes down its moves.

    `before_pulse` is called in the middle of an opening, as an interrupt would be.
    """

    def plumb(self, name, pipe, moves):
        self._name, self._pipe, self._moves = name, pipe, moves
        self.before_pulse = _nothing

    def _moved(self, is_open):
        self._moves.append((self._name, is_open))
        if is_open:
            self._pipe.open.add(self._name)
        else:
            self._pipe.open.discard(self._name)
        self._pipe.turn()


class DripValve(LatchingValve, _Plumbed):
    """The drip valve of this bench."""

    def open(self):
        self.before_pulse()
        super().open()
        self._moved(True)

    def close(self):
        super().close()
        if hasattr(self, "_pipe"):
            self._moved(False)


class LineValve(Solenoid, _Plumbed):
    """A valve of the mist line."""

    def open(self):
        self.before_pulse()
        super().open()
        self._moved(True)

    def close(self):
        super().close()
        self._moved(False)


def _nothing() -> object:
    """No interrupt comes."""


class Contact:
    """A leak contact."""

    present = False


class Sensor:
    """What sees people at the drain."""

    present = False

    def update(self):
        return self.present


class WaterBench:
    """A whole canopy's valves under one guard. Settings are those of a canopy, but for the changes."""

    def __init__(self, drip_ms=600, mist_ms=500, **changes):
        self.settings = {row[0]: row[1] for row in rows(CANOPY_SETTINGS, MIST_SETTINGS)}
        self.settings.update(changes)
        self.clock = Clock(machine.RTC())
        self.moves = []
        self.drip_pipe, self.mist_pipe = Pipe(3, drip_ms), Pipe(2, mist_ms)
        self.flow, self.mist_flow = FlowMeter(self.drip_pipe, 0.01), FlowMeter(self.mist_pipe, 0.01)
        self.valve = DripValve(machine.Pin(6), machine.Pin(7))
        self.mist, self.purge = LineValve(machine.Pin(4)), LineValve(machine.Pin(5))
        self.valve.plumb("valve", self.drip_pipe, self.moves)
        self.mist.plumb("mist_valve", self.mist_pipe, self.moves)
        self.purge.plumb("purge_valve", self.mist_pipe, self.moves)
        self.leak = Contact()
        self.people = Sensor()
        self.timer = machine.Timer(0)
        self.calls = 0
        self.guard = self.make_guard()

    def make_guard(self, apart=()):
        flow, mist_flow = GuardedMeter("flow", self.flow), GuardedMeter("mist_flow", self.mist_flow)
        valves = (
            GuardedValve("valve", self.valve, flow, "guard_"),
            GuardedValve("mist_valve", self.mist, mist_flow, "guard_mist_"),
            GuardedValve("purge_valve", self.purge, mist_flow, "guard_purge_", self.people),
        )
        return ValveGuard(
            valves, self.timer, self.settings, self.clock.uptime_s, self._tripped, apart, self.leak
        )

    def _tripped(self):
        self.calls += 1

    def wet(self, present):
        """The contact changes, and its interrupt comes."""
        self.leak.present = present
        self.guard.leaked()

    def open_now(self):
        """The valves that are open in truth."""
        return sorted(self.drip_pipe.open | self.mist_pipe.open)

    def trips(self):
        """All that nobody has taken note of."""
        found = []
        while True:
            name, reason = self.guard.take_trip()
            if not reason:
                return found
            found.append((name, reason))

    def hang(self, seconds):
        """A task that never yields, until nothing is open: (seconds, litres of drip, litres of mist)."""
        start_ms, drip, mist = time.ticks_ms(), self.drip_pipe.pulses, self.mist_pipe.pulses
        for _ in range(seconds * 20):
            time.sleep_ms(50)
            if not self.open_now():
                break
        passed_s = time.ticks_diff(time.ticks_ms(), start_ms) / 1000
        return passed_s, (self.drip_pipe.pulses - drip) / 100, (self.mist_pipe.pulses - mist) / 100

"""The way of the water: a line with a supply, a meter and branches, each behind a valve."""

from collections.abc import Callable
from typing import Protocol

from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.switch import Switch
from corolle_hil.world.tank import Tank

_LOOK_US = 600_000_000  # at an empty tank into which it may rain


class Valve(Protocol):
    """What a branch hangs behind."""

    is_open: bool

    def watch(self, fn: Callable[[], None]) -> None:
        """Call `fn()` after each move."""
        ...


class Branch:
    """What flows behind one valve.

    Faults: `blocked` (share of the flow that is left, 0 to 1), `burst` (this many times the usual flow).

    Args:
        flow_l_h: flow with the valve open and full pressure.
        on_change: called when the valve has moved or a fault has come or gone.
    """

    blocked = Switch(1.0)
    burst = Switch(1.0)

    def __init__(self, scheduler: Scheduler, valve: Valve, flow_l_h: float, on_change: Callable[[], None]):
        if flow_l_h <= 0:
            raise ValueError(f"flow_l_h = {flow_l_h} must be above 0")
        self.valve = valve
        self.flow_l_s = 0.0
        self._full_l_s = flow_l_h / 3600
        self._scheduler = scheduler
        self._litres = 0.0
        self._since_us = scheduler.now_us
        self._on_change = on_change
        valve.watch(self.update)

    @property
    def litres(self) -> float:
        """What has flowed through it since the street began."""
        return self._litres + self.flow_l_s * (self._scheduler.now_us - self._since_us) / 1e6

    def update(self) -> None:
        """Take a change of the valve or of a fault into account."""
        self._on_change()

    def feed(self, pressure: float) -> None:
        """From now on it has so much of the full pressure, 0 to 1."""
        self._litres = self.litres
        self._since_us = self._scheduler.now_us
        through_l_s = self._full_l_s * self.blocked * self.burst if self.valve.is_open else 0.0
        self.flow_l_s = through_l_s * pressure


class WaterLine:
    """A line on the mains or on a tank.

    Faults: `leak_l_s` (flows behind the meter with all valves shut too), `shut_off` (the mains or the tank's
    cock is shut).

    Args:
        tank: what it hangs on; None when it hangs on the mains.
    """

    leak_l_s = Switch(0.0)
    shut_off = Switch(False)

    def __init__(self, scheduler: Scheduler, tank: Tank | None = None):
        self.tank = tank
        self._scheduler = scheduler
        self._leaked_l = 0.0
        self._leak_l_s = 0.0
        self._since_us = scheduler.now_us
        self._look: Handle | None = None
        self._watchers: list[Callable[[], None]] = []
        self.branches: list[Branch] = []

    def add(self, valve: Valve, flow_l_h: float) -> Branch:
        """One more branch behind a valve."""
        self.branches.append(Branch(self._scheduler, valve, flow_l_h, self.update))
        self.update()
        return self.branches[-1]

    def watch(self, fn: Callable[[], None]) -> None:
        """Call `fn()` whenever the flow has changed."""
        self._watchers.append(fn)

    @property
    def flow_l_s(self) -> float:
        """Flow through the meter now, in litres a second."""
        return self._leak_l_s + sum(branch.flow_l_s for branch in self.branches)

    @property
    def leaked_l(self) -> float:
        """What has run out of the leak since the street began."""
        return self._leaked_l + self._leak_l_s * (self._scheduler.now_us - self._since_us) / 1e6

    @property
    def litres(self) -> float:
        """What has flowed through the meter since the street began."""
        return self.leaked_l + sum(branch.litres for branch in self.branches)

    def update(self) -> None:
        """Take a change of a valve, of the supply or of a fault into account."""
        self._leaked_l, self._since_us = self.leaked_l, self._scheduler.now_us
        pressure = 0.0 if self.shut_off or (self.tank and self.tank.litres <= 0) else 1.0
        self._leak_l_s = self.leak_l_s * pressure
        for branch in self.branches:
            branch.feed(pressure)
        if self.tank:
            self._draw(self.tank)
        for fn in self._watchers:
            fn()

    def _draw(self, tank: Tank) -> None:
        """Draw from the tank, and look again when it may have run dry, or water may have come."""
        tank.draw(self.flow_l_s)
        if self._look:
            self._look.cancel()
            self._look = None
        wanting = self.leak_l_s > 0 or any(branch.valve.is_open for branch in self.branches)
        if self.flow_l_s:
            self._look = self._scheduler.after(round(tank.litres / self.flow_l_s * 1e6) + 1, self.update)
        elif wanting and not self.shut_off:
            self._look = self._scheduler.after(_LOOK_US, self.update)


class DripLine(WaterLine):
    """A line with one branch: the drippers in the planter."""

    def __init__(self, scheduler: Scheduler, valve: Valve, flow_l_h: float = 60.0, tank: Tank | None = None):
        super().__init__(scheduler, tank)
        self.drippers = self.add(valve, flow_l_h)

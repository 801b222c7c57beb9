"""The way of the water: supply, valve, drip line."""

from collections.abc import Callable

from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.scheduler import Scheduler


class DripLine:
    """A drip line behind a valve, fed from the mains or from a tank.

    Faults, each followed by `update()`: `blocked` (share of the flow that is left, 0 to 1), `leak_l_s` (flows
    with the valve shut too), `burst` (the flow is this many times the usual one).

    Args:
        flow_l_h: flow with the valve open and full pressure.
        tank_l: what stands in the tank; None when the line hangs on the mains.
    """

    def __init__(
        self, scheduler: Scheduler, valve: LatchingValve, flow_l_h: float = 60.0, tank_l: float | None = None
    ):
        if flow_l_h <= 0:
            raise ValueError(f"flow_l_h = {flow_l_h} must be above 0")
        self.blocked = 1.0
        self.leak_l_s = 0.0
        self.burst = 1.0
        self._scheduler = scheduler
        self._valve = valve
        self._full_l_s = flow_l_h / 3600
        self._tank_l = tank_l
        self._litres = 0.0
        self._flow_l_s = 0.0
        self._since_us = scheduler.now_us
        self._watchers: list[Callable[[], None]] = []
        valve.watch(self.update)
        self.update()

    def watch(self, fn: Callable[[], None]) -> None:
        """Call `fn()` whenever the flow has changed."""
        self._watchers.append(fn)

    @property
    def flow_l_s(self) -> float:
        """Flow now, in litres a second."""
        return self._flow_l_s

    @property
    def litres(self) -> float:
        """What has flowed since the street began."""
        return self._litres + self._flow_l_s * (self._scheduler.now_us - self._since_us) / 1e6

    @property
    def tank_l(self) -> float | None:
        """What stands in the tank; None without one."""
        return None if self._tank_l is None else max(0.0, self._tank_l - self.litres)

    def update(self) -> None:
        """Take a change of the valve or of a fault into account."""
        self._litres = self.litres
        self._since_us = self._scheduler.now_us
        self._flow_l_s = self._present_l_s()
        if self._flow_l_s > 0 and self.tank_l is not None:
            self._scheduler.after(round(self.tank_l / self._flow_l_s * 1e6) + 1, self._run_dry)
        for fn in self._watchers:
            fn()

    def _present_l_s(self) -> float:
        if self.tank_l == 0.0:
            return 0.0
        through_l_s = self._full_l_s * self.blocked * self.burst if self._valve.is_open else 0.0
        return through_l_s + self.leak_l_s

    def _run_dry(self) -> None:
        if self.tank_l == 0.0 and self._flow_l_s:
            self.update()

"""People under a canopy: they come by the hour of the day, sit for some minutes, and go."""

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.arrivals import Arrivals
from corolle_hil.world.counts import Rate
from corolle_hil.world.passers import Sensor

_STAY_MIN = (10.0, 1.0, 60.0)  # mean of an exponential, shortest, longest
_WALK_M_S = 1.0


class Visitors:
    """Those who come under one canopy. `here` counts who is there, `visits` who has come so far.

    Args:
        name: the canopy's, for its own random stream.
        sensor: what sees them.
        rate: visits an hour by Unix time.
    """

    def __init__(self, scheduler: Scheduler, name: str, sensor: Sensor, rate: Rate):
        self.here = 0
        self.visits = 0
        self._scheduler = scheduler
        self._sensor = sensor
        self._rng = scheduler.rng(f"visitors {name}")
        Arrivals(scheduler, self._rng, rate, self._come)

    def stay(self, minutes: float) -> None:
        """Somebody comes now and stays so long."""
        self.here += 1
        self.visits += 1
        self._sensor.enter(_WALK_M_S)
        self._scheduler.after(round(minutes * 60e6), self._go)

    def _come(self) -> None:
        mean, shortest, longest = _STAY_MIN
        self.stay(max(shortest, min(longest, self._rng.expovariate(1 / mean))))

    def _go(self) -> None:
        self.here -= 1
        self._sensor.leave()

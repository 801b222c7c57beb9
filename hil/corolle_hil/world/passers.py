"""Passers-by: each moves along a row of lamps, and each lamp's sensor sees them come and go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.arrivals import Arrivals
from corolle_hil.world.counts import Rate

# Speeds in m/s: mean, standard deviation, slowest, fastest.
_KINDS = {
    "cyclist": (4.5, 0.8, 2.5, 8.0),
    "vehicle": (11.0, 1.5, 8.0, 14.0),
    "pedestrian": (1.4, 0.2, 0.7, 2.5),
}
PROMENADE = {"cyclist": 0.15, "pedestrian": 0.85}  # the street as it is: closed to vehicles


class Sensor(Protocol):
    """What notices people."""

    def enter(self, speed_m_s: float) -> None:
        """Somebody comes into view, this fast."""
        ...

    def leave(self) -> None:
        """Somebody is out of view."""
        ...


class Lookout:
    """Several sensors that look at the same stretch of way."""

    def __init__(self, sensors: Sequence[Sensor]):
        self._sensors = sensors

    def enter(self, speed_m_s: float) -> None:
        """Somebody comes into view of all of them."""
        for sensor in self._sensors:
            sensor.enter(speed_m_s)

    def leave(self) -> None:
        """Somebody is out of view."""
        for sensor in self._sensors:
            sensor.leave()


@dataclass(frozen=True, slots=True)
class Stop:
    """A sensor beside the way, and where along it (in metres)."""

    at_m: float
    sensor: Sensor


class Passers:
    """The traffic of one row of lamps: a Poisson process whose rate follows the hour.

    `passages` counts those who have set out.

    Args:
        name: the row's name, for its own random stream.
        stops: the row's sensors.
        rate: passages an hour by Unix time.
        view_m: how far from a lamp its sensor sees.
        shares: of each kind (pedestrian, cyclist, vehicle) among those who pass; kinds left out do not.

    Raises:
        ValueError: an unknown kind, or shares that do not add up to 1.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        name: str,
        stops: Sequence[Stop],
        rate: Rate,
        view_m: float = 8.0,
        shares: Mapping[str, float] = PROMENADE,
    ):
        if shares.keys() - _KINDS.keys() or min(shares.values()) < 0 or abs(sum(shares.values()) - 1) > 1e-6:
            raise ValueError(f"shares = {dict(shares)}: those of {', '.join(_KINDS)} must add up to 1")
        self.passages = 0
        self._shares = shares
        self._scheduler = scheduler
        self._stops = sorted(stops, key=lambda stop: stop.at_m)
        self._view_m = view_m
        self._rng = scheduler.rng(f"passers {name}")
        Arrivals(scheduler, self._rng, rate, self._set_out)

    def _set_out(self) -> None:
        self.passages += 1
        mean, deviation, slowest, fastest = _KINDS[self._kind()]
        speed_m_s = max(slowest, min(fastest, self._rng.gauss(mean, deviation)))
        self.walk(speed_m_s, self._rng.random() < 0.5)

    def _kind(self) -> str:
        drawn, kind = self._rng.random(), ""
        for kind in _KINDS:
            drawn -= self._shares.get(kind, 0.0)
            if drawn < 0:
                break
        return kind

    def walk(self, speed_m_s: float, forwards: bool = True) -> None:
        """Somebody sets out now at one end of the row."""
        if not self._stops:
            return
        first_m, last_m = self._stops[0].at_m - self._view_m, self._stops[-1].at_m + self._view_m
        for stop in self._stops:
            way_m = stop.at_m - first_m if forwards else last_m - stop.at_m
            self._after_m(way_m - self._view_m, speed_m_s, partial(stop.sensor.enter, speed_m_s))
            self._after_m(way_m + self._view_m, speed_m_s, stop.sensor.leave)

    def _after_m(self, way_m: float, speed_m_s: float, fn: Callable[[], None]) -> None:
        self._scheduler.after(round(way_m / speed_m_s * 1e6), fn)

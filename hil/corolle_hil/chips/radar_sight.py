"""Who is before a radar: those who pass, and others, each in straight and even motion."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from corolle_hil.scheduler import Handle, Scheduler

_VIEW_M = 8.0  # where somebody is who comes into a lamp's view


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody who comes straight towards the radar, past it and away; or stays, at a speed of 0."""

    since_us: int
    from_m: float
    speed_m_s: float

    def ahead_m(self, t_us: int) -> float:
        """The way left to the radar; negative behind it."""
        return self.from_m - self.speed_m_s * (t_us - self.since_us) / 1e6

    def crosses_us(self, range_m: float) -> tuple[int, ...]:
        """When it comes into range and when it leaves it."""
        if not self.speed_m_s:
            return ()
        ways_m = (self.from_m - range_m, self.from_m + range_m)
        return tuple(self.since_us + int(way_m / self.speed_m_s * 1e6) + 1 for way_m in ways_m)


class Sight:
    """What a radar of limited range makes of its targets, once a frame.

    It wakes only for the frame after a target came, went or crossed the range.

    Args:
        changing: called before anything changes.
        seen: called with whether anybody is in range, when that has changed.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        frame_us: int,
        range_m: float,
        changing: Callable[[], None],
        seen: Callable[[bool], None],
    ):
        self.range_m = range_m
        self._scheduler = scheduler
        self._begun_us = scheduler.now_us
        self._frame_us = frame_us
        self._changing = changing
        self._tell = seen
        self._passers: list[Target] = []
        self._others: list[Target] = []
        self._sees = False
        self._look_again: Handle | None = None

    def enter(self, speed_m_s: float) -> None:
        """Somebody comes into view, approaches, passes and goes away."""
        self._changing()
        self._passers.append(Target(self._scheduler.now_us, _VIEW_M, speed_m_s))
        self._plan(self._scheduler.now_us)

    def leave(self) -> None:
        """Somebody is out of view: whoever has got furthest."""
        self._changing()
        now_us = self._scheduler.now_us
        if self._passers:
            self._passers.remove(min(self._passers, key=lambda passer: passer.ahead_m(now_us)))
        self._plan(now_us)

    def replace(self, others: Iterable[tuple[float, float]]) -> None:
        """The others are now these: (distance in m, speed towards the radar in m/s)."""
        self._changing()
        now_us = self._scheduler.now_us
        self._others = [Target(now_us, distance_m, speed) for distance_m, speed in others]
        self._plan(now_us)

    def nearest_m(self, t_us: int, moving: bool) -> float | None:
        """Distance of the nearest one in range who moves, or who does not."""
        distances_m = [
            abs(target.ahead_m(t_us)) for target in self._targets if bool(target.speed_m_s) == moving
        ]
        return min((it for it in distances_m if it <= self.range_m), default=None)

    @property
    def _targets(self) -> list[Target]:
        return self._passers + self._others

    def _plan(self, t_us: int) -> None:
        if self._look_again:
            self._look_again.cancel()
        frame = -(-(t_us - self._begun_us) // self._frame_us)
        self._look_again = self._scheduler.at(self._begun_us + frame * self._frame_us, self._look)

    def _look(self) -> None:
        now_us = self._scheduler.now_us
        sees = any(abs(target.ahead_m(now_us)) <= self.range_m for target in self._targets)
        if sees != self._sees:
            self._changing()
            self._sees = sees
            self._tell(sees)
        crossings_us = [t for target in self._targets for t in target.crosses_us(self.range_m) if t > now_us]
        if crossings_us:
            self._plan(min(crossings_us))

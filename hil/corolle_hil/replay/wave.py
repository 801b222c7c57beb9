"""A walk along a row of lamps that tell each other: real firmware, real advert and scan intervals."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from corolle_hil.one_core import one_core
from corolle_hil.replay.boot_watch import watch_boots
from corolle_hil.replay.wave_hops import Hops
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Record, Street
from corolle_hil.world.counts import Steady
from corolle_hil.world.place import Site, lay_out
from corolle_hil.world.scenario import WEEKS, ScenarioClimate

_NIGHT_S = 23 * 3600  # UTC: it is dark
_ROOMY_BYTES = 512 * 1024
_BOOTED_US = 5_000_000
_SETTLED_S = 90  # after the boot a lamp measures its luminaire
_RIDER_M_S = 7.0
_RIDES = 4  # of cyclists, to and fro, from whom the posts learn where they stand
_PAUSE_S = 100  # until the light behind somebody is down again
_VIEW_M = 8.0
_AHEAD_M = 10.0  # so far away a post is to be at full light
_FULL = 0.99
_REACH = (2, 3, 5)  # posts, of a pedestrian, a cyclist, a vehicle: the defaults of the settings
_LOOK_US = 500_000


@dataclass(frozen=True)
class Walk:
    """What to replay: a row of so many lamps, somebody at this speed, the share of adverts that is lost."""

    lamps: int = 30
    speed_m_s: float = 1.4
    loss: float = 0.2
    seed: int = 1


@dataclass
class Walked:
    """What came of it.

    Attributes:
        at_m: where the posts stand.
        in_time: of each post but the first, whether it was at full light when the walker was 10 m away.
        levels: every half second, the level of each post (0 to 1).
        begin_m: where the walker was at the first of these, by the same measure as the posts.
        faults: what boards said that they ought not to have.
    """

    at_m: list[float]
    in_time: list[bool] = field(default_factory=list)
    hops_ms: list[float] = field(default_factory=list)
    levels: list[list[float]] = field(default_factory=list)
    begin_m: float = 0.0
    faults: list[str] = field(default_factory=list)

    def figures(self) -> Record:
        """For people and programs."""
        hops = {"median": round(median(self.hops_ms), 1), "p99": round(_p99(self.hops_ms), 1)}
        return {"posts": len(self.in_time), "in_time": sum(self.in_time), "hop_ms": hops}


def replay_wave(what: Walk, equip: Callable[[Site], Equipment], folder: Path) -> Walked:
    """Let cyclists ride to and fro until the posts know each other, then let somebody walk, and look.

    The first post has none before it that could tell it, and is not judged.

    Raises NeverWorks when a node resets itself again and again.
    """
    scheduler = Scheduler((WEEKS["summer"] + _NIGHT_S) * 1_000_000, what.seed)
    place = lay_out(what.lamps, 0, 0, scheduler.rng("place"), what.lamps)
    climate = ScenarioClimate(scheduler.rng)
    walked = Walked([site.position.x_m for site in place.lamps])

    def hear(record: Record) -> None:
        if record["type"] == "console" or record.get("level") == "error":
            walked.faults.append(str(record))

    with (
        one_core(),
        Street(
            scheduler, place, equip, folder, climate, hear, heap_bytes=_ROOMY_BYTES, ble_loss=what.loss
        ) as street,
    ):
        watch_boots(scheduler, street.units.values())
        _Replay(what, scheduler, street, place.lamps, walked).live()
    return walked


class _Replay:
    """One walk under way."""

    def __init__(self, what: Walk, scheduler: Scheduler, street: Street, row: list[Site], walked: Walked):
        places = {site.name: place for place, site in enumerate(row)}
        self._what = what
        self._scheduler = scheduler
        self._street = street
        self._walked = walked
        self._way_m = walked.at_m[-1] - walked.at_m[0] + 2 * _VIEW_M
        self._passers = street.walk(row, street.sensors(), Steady(0))
        posts = [street.units[site.name].furniture.post for site in row]
        self._luminaires = [post.luminaire for post in posts if post]
        self._hops = Hops(scheduler, places.get, lambda kind: _REACH[kind])
        street.around.ble.air.watch = self._hops.watch

    def live(self) -> None:
        for unit in self._street.units.values():
            self._scheduler.at(_BOOTED_US, unit.board.set_clock, self._scheduler.epoch_us + _BOOTED_US)
        self._run(_SETTLED_S)
        for ride in range(_RIDES):
            self._passers.walk(_RIDER_M_S, ride % 2 == 0)
            self._run(self._way_m / _RIDER_M_S + _PAUSE_S)
        self._walk()

    def _walk(self) -> None:
        walked, speed_m_s = self._walked, self._what.speed_m_s
        walked.begin_m = walked.at_m[0] - _VIEW_M
        self._hops.on = True
        self._passers.walk(speed_m_s)
        for at_m, luminaire in zip(walked.at_m[1:], self._luminaires[1:], strict=True):
            reaches_us = round((at_m - _AHEAD_M - walked.begin_m) / speed_m_s * 1e6)
            self._scheduler.after(reaches_us, lambda lit=luminaire: walked.in_time.append(lit.level >= _FULL))
        self._look()
        self._run(self._way_m / speed_m_s + _PAUSE_S)
        walked.hops_ms = [lasted_us / 1000 for lasted_us in self._hops.lasted_us]

    def _look(self) -> None:
        self._walked.levels.append([luminaire.level for luminaire in self._luminaires])
        self._scheduler.after(_LOOK_US, self._look)

    def _run(self, seconds: float) -> None:
        self._street.run(self._scheduler.now_us + round(seconds * 1e6))


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]

"""Nights of a street whose lamps are sound, but for what is broken in some: what do their nodes say?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from corolle_hil.one_core import one_core
from corolle_hil.replay.boot_watch import watch_boots
from corolle_hil.replay.inspector import Case, Inspector
from corolle_hil.replay.lamp import ROOMY_BYTES
from corolle_hil.replay.seeds import KINDS, LASTS_S, Kind, Post
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world import sun
from corolle_hil.world.counts import Steady
from corolle_hil.world.local_time import local, to_unix
from corolle_hil.world.place import ORIGIN_DEG, Site, lay_out
from corolle_hil.world.scenario import WEEKS, ScenarioClimate

Record = dict[str, Any]
Span = tuple[float, float]

PROGRAMME = "daily: sunset 100, 23:30 60, 01:00 20, 05:30 60"
STUCK_MIN = 10  # setting: presenceStuck has its own delay, and is to be told within 15 minutes
NOISE = 0.02
FLOW_PER_H = 3.0
_FULL_UNTIL, _DIM_FROM, _DIM_UNTIL = timedelta(hours=23.5), timedelta(hours=25), timedelta(hours=29.5)
_DARK_DEG = -6.0
_DAY_S, _NOON_S = 86_400, 43_200
_SEED_EVERY = 4  # of a lamp's nights, one has something broken
_SET_US = 100_000  # from a unit's power to its clock set, before it has booted


@dataclass(frozen=True)
class StreetNights:
    """One street's part: the same one for the same seed and number."""

    number: int
    lamps: int
    nights: int
    seed: int

    @property
    def begin_s(self) -> int:
        """Noon; streets have summer and winter by turns."""
        week_s = WEEKS["winter" if self.number % 2 else "summer"]
        return week_s + _NOON_S - round(ORIGIN_DEG[1] * 240)


def streets(lamp_nights: int, seed: int, lamps: int = 10, nights: int = 10) -> list[StreetNights]:
    """Streets of so many lamps and nights at most, that have as many lamp-nights together."""
    parts: list[tuple[int, int]] = []
    while lamp_nights > 0:
        wide = min(lamps, lamp_nights)
        parts.append((wide, min(nights, lamp_nights // wide)))
        lamp_nights -= parts[-1][0] * parts[-1][1]
    return [StreetNights(number, *part, seed) for number, part in enumerate(parts)]


def has_programme(lamp: int) -> bool:
    """Whether the lamp dims by the clock; the others wait at their base level for somebody to come."""
    return lamp % 5 < 3


def replay_street(what: StreetNights, equip: Callable[[Site], Equipment], folder: Path) -> list[Record]:
    """Live through the nights. The records of all cases and false faults (inspector.py), and of restarts.

    Raises NeverWorks when a node resets itself again and again.
    """
    scheduler = Scheduler(what.begin_s * 1_000_000, what.seed * 1000 + what.number)
    place = lay_out(what.lamps, 0, 0, scheduler.rng("place"))
    told: list[Record] = []
    inspectors: dict[str, Inspector] = {}

    def hear(record: Record) -> None:
        inspectors[record["unit"]].take(record)
        fell = record.get("event") == "boot" and record["cause"] != "power"
        if fell or record.get("event") == "restart" or record["type"] == "console":
            told.append(record | {"type": "restart"})

    def tell(record: Record) -> None:
        told.append({"street": what.number, **record})

    climate = ScenarioClimate(scheduler.rng)
    with (
        one_core(),
        Street(scheduler, place, equip, folder, climate, hear, heap_bytes=ROOMY_BYTES) as street,
    ):
        watch_boots(scheduler, street.units.values())
        for lamp, (name, unit) in enumerate(street.units.items()):
            post = Post.of(unit.furniture)
            post.meter.noise = NOISE
            inspectors[name] = Inspector(scheduler, name, post, tell)
            _Fate(scheduler, lamp, name, post, inspectors[name]).plan(what)
            scheduler.after(_SET_US + lamp * 50_000, _set_clock, scheduler, unit.board)
        for row in place.rows:
            street.walk(row, street.sensors(), Steady(FLOW_PER_H))
        street.run((what.nights * _DAY_S) * 1_000_000)
    return told


def _set_clock(scheduler: Scheduler, board: Any) -> None:
    board.set_clock(scheduler.unix_us)


@dataclass
class _Fate:
    """What befalls one lamp: the mains' unrest each night, and now and then something breaks."""

    scheduler: Scheduler
    lamp: int
    name: str
    post: Post
    inspector: Inspector

    def plan(self, what: StreetNights) -> None:
        rng = self.scheduler.rng(f"fate {self.name}")
        kinds = [kind for kind in KINDS if has_programme(self.lamp) or kind.when != "full"]
        deck: list[Kind] = []
        for night in range(what.nights):
            noon_s = what.begin_s + night * _DAY_S
            windows = _windows(noon_s, has_programme(self.lamp))
            self._disturb(windows["lit"], rng)
            if (night + self.lamp) % _SEED_EVERY == 0:
                deck = deck or rng.sample(kinds, len(kinds))
                self._break(deck.pop(), windows, rng)

    def _disturb(self, dark: Span, rng: Random) -> None:
        """A few dips and short cuts (EN 50160, annex A: up to some hundred dips a year, most below 1 s)."""
        for _ in range(rng.randint(1, 4)):
            self._at(rng.uniform(*dark), self._shake, _unrest(rng))

    def _shake(self, unrest: Callable[[Post], None]) -> None:
        if not self.inspector.explains_low_mains:
            unrest(self.post)

    def _break(self, kind: Kind, windows: dict[str, Span], rng: Random) -> None:
        first_s, last_s = windows[kind.when]
        begin_s = first_s if kind.slow else rng.uniform(first_s, max(first_s, last_s - LASTS_S))
        self._at(begin_s - kind.lead_s, self._strike, kind, rng.random())

    def _strike(self, kind: Kind, chance: float) -> None:
        case = Case(kind, kind.strike(self.post, Random(chance)))
        self.inspector.open(case, kind.lead_s + LASTS_S)

    def _at(self, unix_s: float, fn: Callable[..., None], *args: Any) -> None:
        self.scheduler.at(round(unix_s * 1_000_000) - self.scheduler.epoch_us, fn, *args)


def _unrest(rng: Random) -> Callable[[Post], None]:
    """What the mains do next: (share of such events, shortest, longest in s, voltages)."""
    lasts_us = round(1e6 * rng.choice([rng.uniform(0.02, 1), rng.uniform(1, 5), rng.uniform(5, 400)]))
    if rng.random() < 0.3:
        return lambda post: post.mains.cut(lasts_us)
    volts = rng.uniform(60, 200)
    return lambda post: post.mains.dip(volts, lasts_us)


@cache
def _windows(noon_s: int, programme: bool) -> dict[str, Span]:
    """When a lamp is surely off, lit, dimmed to 20 % or less, and at full light, in unix seconds."""
    minutes = range(noon_s, noon_s + _DAY_S, 60)
    dark = [unix_s for unix_s in minutes if sun.elevation_deg(unix_s, *ORIGIN_DEG) < _DARK_DEG]
    evening = local(noon_s).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    lit = float(dark[0]), float(dark[-1])
    dimmed = _clock(evening, _DIM_FROM), min(lit[1], _clock(evening, _DIM_UNTIL))
    return {
        "day": (noon_s + 1800.0, noon_s + 9000.0),
        "lit": lit,
        "dimmed": dimmed if programme else lit,
        "full": (lit[0], _clock(evening, _FULL_UNTIL)),
    }


def _clock(evening: datetime, later: timedelta) -> float:
    return to_unix(evening + later)


def summary(lamp_nights: int, told: Iterable[Record]) -> Record:
    """All streets' records in figures."""
    records = list(told)
    seeds = [record for record in records if record["type"] == "seed"]
    verdicts = ("found", "late", "wrong", "missed")

    def count(some: list[Record]) -> Record:
        counted = {verdict: sum(seed["verdict"] == verdict for seed in some) for verdict in verdicts}
        delays = [seed["delay_s"] for seed in some if seed["delay_s"] is not None]
        more = {"uncleared": sum(not seed["cleared"] for seed in some), "longest_s": max(delays, default=0)}
        return {"seeded": len(some), **counted, **more}

    by_fault = {kind.name: count([seed for seed in seeds if seed["name"] == kind.name]) for kind in KINDS}
    return {
        "type": "summary",
        "lamp_nights": lamp_nights,
        "false_faults": sum(record["type"] == "false_fault" for record in records),
        **count(seeds),
        "restarts": sum(record["type"] == "restart" for record in records),
        "by_fault": by_fault,
    }

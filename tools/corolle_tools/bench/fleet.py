"""`corolle bench fleet`: a town's lamps on one gateway, and what that costs."""

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from corolle_tools.bench import dimming, fleet_phases
from corolle_tools.bench.fleet_phases import Back
from corolle_tools.bench.processes import Broker
from corolle_tools.bench.progress import Tell, quiet
from corolle_tools.bench.town import Town

T = TypeVar("T")

_QUARTERS_A_DAY = 96
_SETTLED = 24  # quarters, after which all that a unit has in memory is there
_PATIENCE_S = 60.0
_IDLE_S, _IDLE_LOOKS = 1.0, 4


@dataclass(frozen=True)
class Phase:
    """A part of the run: what the gateway took, and what it cost."""

    uplinks: int
    street_s: float
    real_s: float
    cpu_s: float  # without what it takes to follow a clock that goes so much faster than life

    @property
    def cpu_s_per_1000(self) -> float:
        """CPU seconds of the gateway for 1,000 uplinks."""
        return 1000 * self.cpu_s / max(1, self.uplinks)


@dataclass(frozen=True)
class Fleet:
    """The whole run."""

    units: int
    steady: Phase
    cut: Phase
    joining: int
    back: Back
    group: int
    dimmed_s: list[float]  # street seconds after the order to each, of each acknowledgement
    together: Phase
    together_s: list[float]  # street seconds after the order to all, of each acknowledgement
    rss_mb: list[float]  # at the end of each quarter of an hour of the steady state
    lost: int
    store_mb_a_day: float

    @property
    def rss_mb_a_day(self) -> float | None:
        """By how much memory grows in a day: what the last half of the steady quarters have added.

        None for a run of less than half a day. Units are heard for the first time in it: their keys, counters
        and last reports come into memory then, and stay; and the rest of it would say little of a whole day.
        """
        middle = len(self.rss_mb) // 2
        if middle < _SETTLED:
            return None
        return (self.rss_mb[-1] - self.rss_mb[middle]) / (len(self.rss_mb) - 1 - middle) * _QUARTERS_A_DAY

    def figures(self) -> dict[str, float | None]:
        """What --json prints."""
        return {
            "units": self.units,
            "uplinks": self.steady.uplinks,
            "cpu_s_per_1000": round(self.steady.cpu_s_per_1000, 4),
            "cpu_share": round(self.steady.cpu_s / self.steady.street_s, 5),
            "lost": self.lost,
            "rss_mb": round(self.rss_mb[-1], 1),
            "rss_mb_a_day": None if self.rss_mb_a_day is None else round(self.rss_mb_a_day, 2),
            "store_mb_a_day": round(self.store_mb_a_day, 1),
            "boots_per_s": round(self.cut.uplinks / self.cut.real_s),
            "joining": self.joining,
            "joined": len(self.back.joined_s),
            "joined_after_s": _last_s(self.back.joined_s),
            "booted": len(self.back.booted_s),
            "booted_after_s": _last_s(self.back.booted_s),
            "group": self.group,
            "dimmed": len(self.dimmed_s),
            "dimmed_after_s": _last_s(self.dimmed_s),
            "together": len(self.together_s),
            "together_after_s": _last_s(self.together_s),
            "together_cpu_s": round(self.together.cpu_s, 1),
        }


def measure(units: int, quarters: int, joining: int, group: int, seed: int, tell: Tell = quiet) -> Fleet:
    """Run all phases. Raises TimeoutError or ConnectionError when the gateway does not go on."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="corolle-fleet-") as name, _town(Path(name), units) as town:
        idle_share = _idle_share(town)
        before = _store_bytes(town)
        rss_mb: list[float] = []
        steady, _ = _phase(
            town, idle_share, lambda: fleet_phases.report(town, quarters, chance, rss_mb, tell)
        )
        grown = _store_bytes(town) - before
        lost = steady.uplinks - _stored(town)
        _, dimmed_s = _phase(town, idle_share, lambda: dimming.one_by_one(town, group, tell))
        together, together_s = _phase(town, idle_share, lambda: dimming.together(town, chance, tell))
        cut, back = _phase(town, idle_share, lambda: fleet_phases.cut_power(town, joining, chance, tell))
    days = quarters / _QUARTERS_A_DAY
    dimmed = group, dimmed_s, together, together_s
    return Fleet(units, steady, cut, joining, back, *dimmed, rss_mb, lost, grown / 1e6 / days)


def _last_s(after_s: list[float]) -> float | None:
    return round(max(after_s), 1) if after_s else None


@contextmanager
def _town(folder: Path, units: int) -> Iterator[Town]:
    broker = Broker(folder)
    broker.start()
    try:
        town = Town(folder, broker, units)
        try:
            yield town
        finally:
            town.close()
    finally:
        broker.stop()


def _idle_share(town: Town) -> float:
    """CPU seconds a second that the gateway takes to follow so fast a clock, whatever else it does.

    The least of several looks: at first it tells the city of each unit.
    """
    return min(_share(town) for _ in range(_IDLE_LOOKS))


def _share(town: Town) -> float:
    cpu_s, begun_s = town.gateway.cpu_s(), time.perf_counter()
    while time.perf_counter() < begun_s + _IDLE_S:
        town.turn()
        time.sleep(0.0005)
    return (town.gateway.cpu_s() - cpu_s) / (time.perf_counter() - begun_s)


def _phase(town: Town, idle_share: float, run: Callable[[], T]) -> tuple[Phase, T]:
    said = dict(town.told)
    cpu_s, street_s, real_s = town.gateway.cpu_s(), town.time.now_s, time.perf_counter()
    found = run()
    _drain(town)
    uplinks = sum(n - said.get(what, 0) for what, n in town.told.items() if what != "downlinks")
    elapsed_s = time.perf_counter() - real_s
    cpu_s = town.gateway.cpu_s() - cpu_s - idle_share * elapsed_s
    return Phase(uplinks, town.time.now_s - street_s, elapsed_s, cpu_s), found


def _drain(town: Town) -> None:
    """Until all is acknowledged, and has had its PUBACK."""
    end_s = time.monotonic() + _PATIENCE_S
    while any(mast.waiting for mast in town.masts) or _count(town, "SELECT count(*) FROM outbox"):
        town.turn()
        time.sleep(0.01)
        if time.monotonic() > end_s:
            raise TimeoutError("the gateway does not come to an end with what it was told")


def _stored(town: Town) -> int:
    return _count(town, "SELECT count(*) FROM messages WHERE kind = 'report'")


def _store_bytes(town: Town) -> int:
    return _count(
        town,
        "SELECT (page_count - freelist_count) * page_size"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
    )


def _count(town: Town, query: str) -> int:
    with closing(sqlite3.connect(f"file:{town.gateway.database}?mode=ro", uri=True)) as db:
        return db.execute(query).fetchone()[0]

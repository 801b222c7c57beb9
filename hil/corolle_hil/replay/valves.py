"""The valves of a whole canopy under random schedules of orders and faults, each run drawn from its seed."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corolle_hil.one_core import one_core
from corolle_hil.replay.boot_watch import watch_boots
from corolle_hil.replay.valves_draw import Plan, Settings
from corolle_hil.replay.valves_observer import Observer
from corolle_hil.replay.valves_schedule import Schedule
from corolle_hil.replay.valves_site import Site, Yard
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment
from corolle_hil.world.place import ORIGIN_DEG

Record = dict[str, Any]
Equip = Callable[[Settings, bool], Equipment]
"""A canopy with these settings; True: its mist valve hangs on the tank."""

_DAY_S = 1_784_073_600  # 2026-07-15, 00:00 UTC
_OUTPUTS = ("valve", "mist", "purge")


@dataclass(frozen=True)
class Runs:
    """Some runs, by their seeds. `share` of each bound is what the observer judges by: 1, but to test it."""

    seeds: range
    share: float = 1.0


def parts(runs: int, seed: int, length: int = 25) -> list[Runs]:
    """So many runs in parts; run k of them has the seed `seed + k`, and is the same one alone."""
    seeds = range(seed, seed + runs)
    return [Runs(seeds[begin : begin + length]) for begin in range(0, runs, length)]


def replay_runs(
    what: Runs, equip: Equip, folder: Path, sabotage: Callable[[Site], None] | None = None
) -> list[Record]:
    """Live through the runs; a record of each.

    Args:
        sabotage: breaks something of a site before it is switched on: the check of a check.

    Raises NeverWorks when a node resets itself again and again.
    """
    with one_core(), Yard(folder) as yard:
        return [_live(yard, equip, seed, what.share, sabotage) for seed in what.seeds]


def _live(
    yard: Yard, equip: Equip, seed: int, share: float, sabotage: Callable[[Site], None] | None
) -> Record:
    scheduler = Scheduler(0, seed)
    plan = Plan.draw(scheduler.rng("plan"))
    scheduler.epoch_us = round((_DAY_S + plan.hour * 3600 - ORIGIN_DEG[1] * 240) * 1_000_000)
    told: list[Record] = []
    observers: list[Observer] = []

    def hear(record: Record) -> None:
        told.append(record)
        for observer in observers:
            observer.take(record)

    equipment = equip(plan.settings, plan.mist_on_tank)
    with ExitStack() as stack:
        site = yard.build(scheduler, lambda _: plan.weather, equipment, hear)
        stack.callback(site.board.close)
        watch_boots(scheduler, [site.unit])
        observer = Observer(site, plan.settings, share)
        observers.append(observer)
        _prepare(site, plan)
        if sabotage:
            sabotage(site)
        schedule = Schedule(site, plan, scheduler.rng("schedule"))
        site.unit.power_on()
        scheduler.run(plan.length_s * 1_000_000)
        observer.end()
        return _record(seed, plan, site, observer, schedule)


def _prepare(site: Site, plan: Plan) -> None:
    site.moisten(plan.vwc)
    if site.it.tank:
        site.it.tank.fill(-plan.lacking_l)


def _record(seed: int, plan: Plan, site: Site, observer: Observer, schedule: Schedule) -> Record:
    """What came of a run; whoever wants more replays it alone."""
    return {
        "type": "run",
        "seed": seed,
        "minutes": plan.length_s // 60,
        "violations": [
            {"rule": rule, "detail": detail, "at_s": round(at_s, 3)}
            for rule, detail, at_s in observer.violations
        ],
        "openings": {output: watch.openings for output, watch in observer.watches.items()},
        "open_s": {output: round(watch.open_s, 1) for output, watch in observer.watches.items()},
        "litres": {output: round(watch.litres, 2) for output, watch in observer.watches.items()},
        "orders": dict(schedule.orders),
        "verdicts": dict(site.wire.verdicts),
        "faults": dict(schedule.faults),
        "boots": sum(site.board.resets.values()),
        "unseen_s": round(observer.unseen_s, 1),
    }


def summary(seed: int, told: Iterable[Record]) -> Record:
    """All runs in figures."""
    runs = list(told)
    violating = [run for run in runs if run["violations"]]
    rules = Counter(violation["rule"] for run in violating for violation in run["violations"])

    def total(what: str) -> Record:
        sums: Counter[str] = Counter()
        for run in runs:
            sums.update(run[what])
        return {name: round(amount, 1) for name, amount in sorted(sums.items())}

    return {
        "type": "summary",
        "runs": len(runs),
        "violations": sum(rules.values()),
        "by_rule": dict(rules),
        "violating_seeds": [run["seed"] for run in violating],
        "seed": seed,
        "hours": round(sum(run["minutes"] for run in runs) / 60, 1),
        **{what: total(what) for what in ("openings", "open_s", "litres", "orders", "verdicts", "faults")},
        "boots": sum(run["boots"] for run in runs),
        "unseen_s": round(sum(run["unseen_s"] for run in runs), 1),
    }

"""`corolle replay faults`: what nodes hold to be faults, held against what is broken."""

import json
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from corolle_hil.replay.faults import (
    PROGRAMME,
    STUCK_MIN,
    StreetNights,
    has_programme,
    replay_street,
    streets,
    summary,
)
from corolle_hil.street import Equipment
from corolle_hil.world.place import Site
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.replay import options
from corolle_tools.street.plan import BOARDS, SITE

Record = dict[str, Any]

_LEFT_OFF = ("radio", "radar")  # no gateway answers; people are counted by the infrared sensor
_COLUMNS = ("seeded", "found", "late", "wrong", "missed", "uncleared", "longest_s")
_SUM = (
    "{lamp_nights} lamp-nights: {false_faults} false faults; of {seeded} things broken {found} were told by "
    "their names within 15 minutes, {late} later, {wrong} by other names, {missed} not at all"
)

LampNights = Annotated[int, typer.Option(min=1, help="How many, in streets of ten lamps and ten nights.")]
Processes = Annotated[
    int | None, typer.Option(min=1, help="Streets at once; the sum does not depend on it.  [default: cores]")
]


def faults(
    lamp_nights: LampNights = 100,
    seed: options.Seed = 1,
    processes: Processes = None,
    as_json: options.AsJson = False,
) -> None:
    """Replay nights of streets with the real firmware, and judge what it tells of faults.

    Mains drift, dip and are cut, meters are 2 % off, lamps dim by the clock or wait for people, in July and
    in January. In every fourth lamp-night something breaks for an hour: it is found when its own name is told
    within 15 minutes, and wrong when another one is. Everything else that is told is a false fault, but
    supplyLoss while the mains are low.
    """
    told: list[Record] = []
    for records in _live(streets(lamp_nights, seed), processes):
        told += records
        for record in records:
            _show(record, as_json)
    total = summary(lamp_nights, told)
    if as_json:
        print(json.dumps(total))
    else:
        print(_SUM.format_map(total))
        _show_table(total["by_fault"])


def _live(parts: list[StreetNights], processes: int | None) -> Iterator[list[Record]]:
    """Each street's records, in their order."""
    cores = (
        sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    )
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    for core in cores:
        queue.put(core)
    workers = min(len(parts), processes or len(cores))
    console = Console(stderr=True)
    with (
        ProcessPoolExecutor(workers, context, _settle, (queue, len(cores))) as pool,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        yield from bar.track(pool.map(_live_one, parts), len(parts), description="streets")


def _settle(queue: Any, cores: int) -> None:
    """Each worker has a core of its own, as long as there are enough."""
    core = queue.get()
    queue.put(core)
    if cores > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def _live_one(part: StreetNights) -> list[Record]:
    with tempfile.TemporaryDirectory(prefix="corolle-replay-") as folder:
        return replay_street(part, _equip, Path(folder))


def _equip(site: Site) -> Equipment:
    """The lamp's own board and firmware, without what is left off."""
    name, lamp = BOARDS["lamp"], int(site.name.rsplit("-", 1)[1]) - 1
    board = board_definition(name)
    board["fitted"] = {part: entry for part, entry in board["fitted"].items() if part not in _LEFT_OFF}
    made = Identity.make(site.name, "lamp", SITE, site.lat_deg, site.lon_deg)
    unit = replace(made, dev_eui=f"02c0ffee{lamp + 1:08x}")  # always the same, so that a replay never differs
    programme = {"programme": PROGRAMME} if has_programme(lamp) else {}
    told = unit.unit_json() | programme | {"settings": {"stuck_min": STUCK_MIN}}
    files = {"/board.json": json.dumps(board).encode(), "/unit.json": json.dumps(told).encode()}
    return Equipment(board, lambda: node_files(name, unit) | files)


def _show(record: Record, as_json: bool) -> None:
    """Everything for programs; for people what went wrong."""
    if as_json:
        print(json.dumps(record), flush=True)
    elif record["type"] != "seed" or record["verdict"] != "found":
        print(" ".join(f"{key}={value}" for key, value in record.items()))


def _show_table(by_fault: dict[str, Record]) -> None:
    table = Table("fault", *_COLUMNS)
    for name, counted in by_fault.items():
        table.add_row(name, *(str(counted[column]) for column in _COLUMNS))
    Console().print(table)

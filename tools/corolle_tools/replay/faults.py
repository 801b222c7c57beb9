"""`corolle replay faults`: what nodes hold to be faults, held against what is broken."""

import json
import tempfile
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
from rich.table import Table

from corolle_tools.replay import options
from corolle_tools.replay.cores import live_all
from corolle_tools.replay.endings import told_in_a_sentence
from corolle_tools.replay.post import UNTHRIFTY, stand_alone

Record = dict[str, Any]

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
    with told_in_a_sentence("faults"):
        for records in live_all(_live, streets(lamp_nights, seed), "streets", processes):
            told += records
            for record in records:
                _show(record, as_json)
    total = summary(lamp_nights, told)
    if as_json:
        print(json.dumps(total))
    else:
        print(_SUM.format_map(total))
        _show_table(total["by_fault"])


def _live(part: StreetNights) -> list[Record]:
    with tempfile.TemporaryDirectory(prefix="corolle-replay-") as folder:
        return replay_street(part, _equip, Path(folder))


def _equip(site: Site) -> Equipment:
    """People are counted by the infrared sensor alone."""
    number = int(site.name.rsplit("-", 1)[1])
    told: Record = {"settings": {"stuck_min": STUCK_MIN}}
    if has_programme(number - 1):
        told["programme"] = PROGRAMME
    return stand_alone("lamp", number, (site.lat_deg, site.lon_deg), told, UNTHRIFTY)


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

"""`corolle replay valves`: whether a canopy's valves keep their bounds, whatever befalls it."""

import json
import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from corolle_hil.replay.order_wire import NODE_END
from corolle_hil.replay.valves import Runs, parts, replay_runs, summary
from corolle_hil.street import Equipment
from corolle_hil.world.place import ORIGIN_DEG

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.replay import options
from corolle_tools.replay.cores import live_all
from corolle_tools.replay.endings import told_in_a_sentence
from corolle_tools.replay.post import UNTHRIFTY
from corolle_tools.street.plan import SITE

Record = dict[str, Any]

_BOARD = "canopy-s3"  # the one with everything fitted
_LEFT_OFF = ("ble",)  # nobody is near
_SUM = (
    "{runs} runs of {hours} h together: {violations} violations; the drip valve opened {openings[valve]} "
    "times, the mist valve {openings[mist]}, the purge valve {openings[purge]}"
)

RunCount = Annotated[int, typer.Option("--runs", min=1, help="How many; each has a seed of its own.")]
Seed = Annotated[int, typer.Option(help="Of the first run; the next ones follow. A run is the same alone.")]
Processes = Annotated[int | None, typer.Option(min=1, help="Runs at once.  [default: cores]")]


def valves(
    runs: RunCount = 1000, seed: Seed = 1, processes: Processes = None, as_json: options.AsJson = False
) -> None:
    """Replay a whole canopy under random schedules of orders, faults and people, and watch its valves.

    The real firmware lives 20 to 45 minutes each time; somebody outside it judges plungers, wires, water and
    people: no bound of the guard exceeded, no valve open without a live decision, no purge on anybody whom
    the sensor sees, never mist and purge at once, no mist from the tank, all shut after a reset. Exit status
    1 when there was any violation: `--seed SEED --runs 1` lives a run alone.
    """
    told: list[Record] = []
    with told_in_a_sentence("valves"):
        for records in live_all(_live, parts(runs, seed), "runs", processes):
            told += records
            for record in records:
                _show(record, as_json)
            _tell_progress(told, runs)
    total = summary(seed, told)
    print(json.dumps(total) if as_json else _SUM.format_map(total))
    raise typer.Exit(1 if total["violations"] else 0)


def equip(settings: dict[str, int], mist_on_tank: bool) -> Equipment:
    """The whole canopy with these settings; no board may be like one whose mist valve hangs on the tank."""
    board, unit = board_definition(_BOARD, _LEFT_OFF), _identity()
    if mist_on_tank:
        for part in ("mist_valve", "purge_valve"):
            board["fitted"][part]["supply"] = "tank"
    facts = {"/board.json": board, "/unit.json": unit.unit_json() | {"settings": settings}}
    changed = {path: json.dumps(fact).encode() for path, fact in facts.items()} | UNTHRIFTY
    return Equipment(board, lambda: node_files(_BOARD, unit, _LEFT_OFF, NODE_END) | changed)


@cache
def _identity() -> Identity:
    # Locally administered, and always the same, so that a replay never differs.
    return replace(Identity.make("canopy-01", "canopy", SITE, *ORIGIN_DEG), dev_eui="02c0ffee00000001")


def _live(part: Runs) -> list[Record]:
    with tempfile.TemporaryDirectory(prefix="corolle-replay-") as folder:
        return replay_runs(part, equip, Path(folder))


def _show(record: Record, as_json: bool) -> None:
    """Everything for programs; for people what went wrong."""
    if as_json:
        print(json.dumps(record), flush=True)
    for violation in record["violations"] if not as_json else ():
        print("seed {}: {rule}, {detail}, at {at_s} s".format(record["seed"], **violation))


def _tell_progress(told: list[Record], runs: int) -> None:
    violating = sum(bool(record["violations"]) for record in told)
    print(f"{len(told)} of {runs} runs, {violating} with violations", file=sys.stderr)

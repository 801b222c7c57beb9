"""`corolle replay lamp`: nights of one lamp post with its real firmware, as fast as they go."""

import json
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from corolle_hil.replay import Nights, replay_lamp
from corolle_hil.street import Equipment
from corolle_hil.world.place import ORIGIN_DEG

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.street.plan import BOARDS, SITE

app = typer.Typer(
    no_args_is_help=True, help="Live through nights in seconds, the same ones for the same seed."
)

_DEV_EUI = "02c0ffee00000001"  # locally administered; always the same one, so that a replay never differs
_SUM = (
    "{nights} night(s), {hours_on} h of light, {switches} changes of level; "
    "{passages} passages, {lit_in_time} of them lit in time; "
    "{energy_wh} Wh of {energy_full_wh} Wh at full light: {saving:.0%} saved"
)


@app.command()
def lamp(
    nights: Annotated[int, typer.Option(min=1, help="How many, each from noon to noon.")] = 1,
    flow: Annotated[float, typer.Option(min=0, metavar="PER_HOUR", help="Passages an hour.")] = 7.6,
    seed: Annotated[int, typer.Option(help="The same seed sends the same people past.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, the sum last.")] = False,
) -> None:
    """Replay nights of one lamp post that stands alone: no gateway answers it."""
    tell = _json_line if as_json else _sentence
    with tempfile.TemporaryDirectory(prefix="corolle-replay-") as folder:
        summary = replay_lamp(Nights(nights, flow, seed), _lamp_post(), Path(folder), tell)
    tell(summary)


def _lamp_post() -> Equipment:
    board = BOARDS["lamp"]
    unit = replace(Identity.make("lamp-01", "lamp", SITE, *ORIGIN_DEG), dev_eui=_DEV_EUI)
    return Equipment(board_definition(board), partial(node_files, board, unit))


def _json_line(record: dict[str, Any]) -> None:
    print(json.dumps(record, ensure_ascii=False))


def _sentence(record: dict[str, Any]) -> None:
    """Decisions and the sum are for people, and a traceback; the rest is for --json."""
    if record["type"] == "decision":
        moment = f"{record['time'][:10]} {record['time'][11:19]}"
        print(f"{moment}  light {record['value']:3d} %  {record['reason']}")
    elif record["type"] == "console":
        print(record["text"], file=sys.stderr)
    elif record["type"] == "summary":
        print(_SUM.format_map(record))

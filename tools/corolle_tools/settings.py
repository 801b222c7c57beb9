"""`corolle settings NAME [SETTING=VALUE ...]`: what units are to run, and what they run."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from corolle_gateway import duration
from corolle_gateway.settings_tables import known
from rich.console import Console
from rich.table import Table

from corolle_tools import running
from corolle_tools.command import base_of, find
from corolle_tools.wish_desk import Refused, Standing, WishDesk

_DIFFERS, _USAGE = 1, 2
_HEADS = "unit", "setting", "desired", "reported"


def settings(
    name: Annotated[str, typer.Argument(help="A unit, a group, a site or a kind of unit.")],
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="SETTING=VALUE ...", help="Want these; SETTING= wants it no more."),
    ] = None,
    wait: Annotated[str, typer.Option(metavar="TIME", help="How long to wait for the units.")] = "1m",
    author: Annotated[str, typer.Option(help="Who wants it.")] = "ops",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a unit.")] = False,
    broker: Annotated[
        str | None, typer.Option(metavar="URL", help="A broker other than the street's.")
    ] = None,
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of the street meant.")] = None,
) -> None:
    """Say what units are to run, and show what they run: what is wanted, and what is not at its default.

    The gateway sends it until each unit has answered that it runs it: units that listen at once do so within
    seconds, others after their next report. Ends with 0 when all agree, with 1 when one does not, or has not
    said so yet, with 2 when the gateway refused it.
    """
    try:
        wanted = _read(changes or [])
        address, topics, *_ = find(broker, state)
        desk = WishDesk(address, base_of(name, topics), name)
        try:
            desk.want(wanted, author)
            agreed = desk.follow(duration.seconds(wait))
        finally:
            desk.close()
    except (ValueError, Refused, running.NoStreet, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_USAGE) from None
    shown = [desk.standings[unit] for unit in sorted(desk.standings)]
    (_print_json if as_json else _print_table)(shown)
    if not agreed:
        raise typer.Exit(_DIFFERS)


def _read(words: list[str]) -> dict[str, int | None]:
    wanted: dict[str, int | None] = {}
    for word in words:
        name, between, value = word.partition("=")
        try:
            wanted[name] = int(value) if value else None
        except ValueError:
            between = ""
        if not between:
            raise ValueError(f"{word!r} is not SETTING=VALUE with a whole number")
    return wanted


def _print_json(standings: list[Standing]) -> None:
    for standing in standings:
        print(json.dumps(standing))


def _print_table(standings: list[Standing]) -> None:
    shown = Table(*_HEADS, box=None, pad_edge=False)
    for standing in standings:
        desired, reported = standing["desired"], standing["reported"] or {}
        defaults = {name: row.default for name, row in known(standing["kind"]).items()}
        changed = [name for name, value in reported.items() if value != defaults.get(name)]
        for setting in sorted({*desired, *changed}) or ["-"]:
            value, runs = desired.get(setting, "-"), reported.get(setting, "?")
            style = "bold" if setting in standing["drift"] else ""
            shown.add_row(standing["unit"], setting, str(value), str(runs), style=style)
    Console().print(shown)

"""`corolle street`: the options, and who looks on."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from corolle_tools.running import NoStreet
from corolle_tools.street.breakages import BREAK_RULE, Breakage
from corolle_tools.street.folder import FolderBusy
from corolle_tools.street.picture import save_picture
from corolle_tools.street.run import Run
from corolle_tools.street.spectators import JsonLines, LiveView, PlainBlocks, Spectator
from corolle_tools.street.stage import Stage, StageError
from corolle_tools.street.world import SCENARIOS, WorldOptions


def street(
    lamps: Annotated[int, typer.Option(min=0, help="Lamp posts.")] = 8,
    canopies: Annotated[int, typer.Option(min=0, help="Canopies.")] = 2,
    speed: Annotated[float, typer.Option(min=0.001, help="Street seconds in one of yours.")] = 1,
    seconds: Annotated[
        float | None, typer.Option(min=0, help="End after so many of your seconds; else at ctrl-C.")
    ] = None,
    broker: Annotated[
        str | None, typer.Option(metavar="URL", help="mqtt[s]://[USER:PASSWORD@]HOST[:PORT]; else its own.")
    ] = None,
    weather: Annotated[
        str, typer.Option(metavar="NAME|FILE", help=f"{' or '.join(SCENARIOS)}, or a weather file (EPW).")
    ] = SCENARIOS[0],
    counts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Passers-by as a counter's CSV: time, count.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed lays out the same street.")] = 1,
    breaks: Annotated[
        list[str] | None, typer.Option("--break", metavar="UNIT:FAULT:AFTER:FOR", help=BREAK_RULE)
    ] = None,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the run here, and go on where it stopped.")
    ] = None,
    lora: Annotated[bool, typer.Option("--lora/--no-lora", help="Units with LoRaWAN, or without.")] = True,
    ble: Annotated[bool, typer.Option("--ble/--no-ble", help="Units with Bluetooth, or without.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, the sum last.")] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the last frame as a picture.")
    ] = None,
) -> None:
    """Run a street: real firmware, a real gateway, a real broker, and the city around them."""
    left_off = (*(() if lora else ("radio",)), *(() if ble else ("ble",)))
    try:
        breakages = tuple(map(Breakage.parse, breaks or ()))
        options = WorldOptions(lamps, canopies, speed, seed, weather, counts, left_off, breakages)
        with Stage(options, broker, state) as stage:
            run = Run(stage, speed)
            run.live(None if seconds is None else seconds * speed, _spectator(as_json, run))
            if svg:
                save_picture(svg, run.ledger, run.facts())
    except (StageError, FolderBusy, NoStreet, ValueError, OSError) as error:
        print(f"corolle street: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def _spectator(as_json: bool, run: Run) -> Spectator:
    if as_json:
        return JsonLines(sys.stdout)
    console = Console(highlight=False, soft_wrap=False)
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveView(console, run.ledger, run.facts)
    return PlainBlocks(console, run.ledger, run.facts)

"""`corolle bench`: what can be measured."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corolle_tools.bench import fleet as fleet_bench
from corolle_tools.bench import gateway as gateway_bench
from corolle_tools.bench import kill as kill_bench
from corolle_tools.bench import mutations as mutations_bench
from corolle_tools.bench import progress
from corolle_tools.bench.tables import fleet_table, gateway_table, mutations_table
from corolle_tools.pictures import check_picture

app = typer.Typer(no_args_is_help=True, help="Measure the gateway on this machine.")

Json = Annotated[bool, typer.Option("--json", help="End with one line of JSON.")]
Seed = Annotated[int, typer.Option(help="The same seed, the same run.")]
Moments = Annotated[int, typer.Option("--seed", help="The same seed, the same moments.")]


def _drawable(path: Path | None) -> Path | None:
    """A run is too long to be lost to a name."""
    if path:
        try:
            check_picture(path)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    return path


Png = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the run.", callback=_drawable)]


@app.command()
def gateway(
    uplinks: Annotated[int, typer.Option(min=100, max=60_000, help="How many.")] = 20_000,
    repeat: Annotated[int, typer.Option(min=1, help="Runs; the one with the median ratio counts.")] = 1,
    png: Png = None,
    as_json: Json = False,
) -> None:
    """Uplinks through the UDP port to PUBACK, beside paho alone and SQLite alone."""
    with _measuring() as tell:
        runs = sorted(
            (gateway_bench.measure(uplinks, tell) for _ in range(repeat)), key=lambda run: run.ratio
        )
    run = runs[(len(runs) - 1) // 2]
    _print(gateway_table(run, [each.ratio for each in runs]))
    if png:
        from corolle_tools.bench.picture import save  # matplotlib takes a second to load

        save(png, run)
    if as_json:
        print(json.dumps(run.figures()))
    if any(each.lost for each in runs):
        raise typer.Exit(1)


@app.command()
def fleet(
    units: Annotated[int, typer.Option(min=100, max=65_535, help="Lamps on one gateway.")] = 34_000,
    quarters: Annotated[int, typer.Option(min=2, help="Quarters of an hour: one report of each.")] = 8,
    joining: Annotated[int, typer.Option(min=0, help="Lose their sessions in the power cut.")] = 2_000,
    group: Annotated[int, typer.Option(min=0, help="Are dimmed, each by an order of its own.")] = 500,
    png: Png = None,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """A town on one gateway, faster than life: hours of reports, a group that is dimmed, a power cut."""
    with _measuring() as tell:
        run = fleet_bench.measure(units, quarters, min(joining, units), min(group, units), seed, tell)
    _print(fleet_table(run))
    if png:
        from corolle_tools.bench.fleet_picture import save  # matplotlib takes a second to load

        save(png, run)
    if as_json:
        print(json.dumps(run.figures()))
    if run.lost:
        raise typer.Exit(1)


@app.command()
def kill(
    kills: Annotated[int, typer.Option(min=1, help="How often.")] = 20,
    seed: Moments = 1,
    as_json: Json = False,
) -> None:
    """kill -9 at random moments, the broker up, down or flapping: nothing is lost, little comes twice."""
    with _measuring() as tell:
        toll = kill_bench.measure(kills, seed, tell)
    table = Table("kill -9, broker " + ", ".join(kill_bench.WEATHERS), "")
    for name, value in toll.figures().items():
        table.add_row(name, f"{value:,}")
    _print(table)
    if as_json:
        print(json.dumps(toll.figures()))
    if not toll.is_as_promised:
        raise typer.Exit(1)


@app.command()
def mutations(
    count: Annotated[int, typer.Option(min=1, help="Datagrams, orders, ChirpStack events.")] = 200_000,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Mutated datagrams and MQTT payloads: none stops the gateway, each is counted by cause."""
    with _measuring() as tell:
        found = mutations_bench.measure(count, seed, tell)
    _print(mutations_table(found))
    if as_json:
        print(json.dumps(found.figures()))
    if found.escaped:
        raise typer.Exit(1)


@app.command("flash-cuts")
def flash_cuts(
    cuts: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    seed: Moments = 1,
    as_json: Json = False,
) -> None:
    """Flashes of a simulated board, each killed at a random moment: whether the next one ends well.

    A third of them makes the board another unit, a third takes its power too. Fifty take some minutes.
    """
    from corolle_tools.bench.flash_cuts import measure  # the simulated board takes a while to load

    with _measuring() as tell:
        toll = measure(cuts, seed, tell)
    table = Table("cuts", str(toll.cuts))
    table.add_row("with its power", str(toll.power))
    table.add_row("while it became another unit", str(toll.moved))
    table.add_row("flashes that were quicker", str(toll.finished))
    table.add_row("the next flash ended well", str(toll.recovered))
    table.add_row("the slowest of them", f"{toll.slowest_s:.1f} s")
    table.add_row("identity lost", str(toll.identity_lost))
    _print(table)
    for problem in toll.problems:
        print(problem)
    if as_json:
        print(json.dumps(toll.figures()))
    if toll.recovered < toll.cuts or toll.identity_lost:
        raise typer.Exit(1)


@contextmanager
def _measuring() -> Iterator[progress.Tell]:
    """Shows how far it is; what does not answer, or has gone, ends it with a sentence."""
    try:
        with progress.shown() as tell:
            yield tell
    except (TimeoutError, ConnectionError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


def _print(table: Table) -> None:
    Console().print(table)

"""`corolle bench`: what can be measured."""

import json
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from corolle_tools.bench import fleet as fleet_bench
from corolle_tools.bench import gateway as gateway_bench
from corolle_tools.bench import kill as kill_bench
from corolle_tools.bench import mutations as mutations_bench

app = typer.Typer(no_args_is_help=True, help="Measure the gateway on this machine.")

# What is asked of a machine of two cores.
_LEAST_RATIO, _MOST_CPU_S, _MOST_RSS_MB = 0.65, 0.12, 60

Json = Annotated[bool, typer.Option("--json", help="End with one line of JSON.")]
Seed = Annotated[int, typer.Option(help="The same seed, the same run.")]


@app.command()
def gateway(
    uplinks: Annotated[int, typer.Option(min=100, max=60_000, help="How many.")] = 20_000,
    repeat: Annotated[int, typer.Option(min=1, help="Runs; the one with the median ratio counts.")] = 1,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the run.")] = None,
    as_json: Json = False,
) -> None:
    """Uplinks through the UDP port to PUBACK, beside paho alone and SQLite alone."""
    runs = sorted((gateway_bench.measure(uplinks) for _ in range(repeat)), key=lambda run: run.ratio)
    run = runs[(len(runs) - 1) // 2]
    _print(_gateway_table(run, [each.ratio for each in runs]))
    if png:
        from corolle_tools.bench.picture import save  # matplotlib takes a second to load

        save(png, run)
    if as_json:
        print(json.dumps(run.figures()))


@app.command()
def fleet(
    units: Annotated[int, typer.Option(min=100, max=65_535, help="Lamps on one gateway.")] = 34_000,
    quarters: Annotated[int, typer.Option(min=2, help="Quarters of an hour: one report of each.")] = 8,
    joining: Annotated[int, typer.Option(min=0, help="Lose their sessions in the power cut.")] = 2_000,
    group: Annotated[int, typer.Option(min=0, help="Are dimmed, each by an order of its own.")] = 500,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the run.")] = None,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """A town on one gateway, faster than life: hours of reports, a group that is dimmed, a power cut."""
    run = fleet_bench.measure(units, quarters, min(joining, units), min(group, units), seed)
    _print(_fleet_table(run))
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
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """kill -9 at random moments, the city's broker up, down or flapping: nothing acknowledged is lost."""
    toll = kill_bench.measure(kills, seed)
    table = Table("kill -9, broker " + ", ".join(kill_bench.WEATHERS), "")
    for name, value in toll.figures().items():
        table.add_row(name, f"{value:,}")
    _print(table)
    if as_json:
        print(json.dumps(toll.figures()))
    if toll.lost:
        raise typer.Exit(1)


@app.command()
def mutations(
    count: Annotated[int, typer.Option(min=1, help="Datagrams, orders, ChirpStack events.")] = 200_000,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Mutated datagrams and MQTT payloads: none stops the gateway, each is counted by cause."""
    found = mutations_bench.measure(count, seed)
    table = Table("refused for", "times")
    for cause, times in sorted(found.causes.items(), key=lambda each: -each[1]):
        table.add_row(cause, f"{times:,}")
    _print(table)
    if as_json:
        print(json.dumps(found.figures()))
    if found.escaped:
        raise typer.Exit(1)


@app.command("flash-cuts")
def flash_cuts(
    cuts: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Flashes of a simulated board, each killed at a random moment: whether the next one ends well.

    A third of them makes the board another unit, a third takes its power too. Fifty take some minutes.
    """
    from corolle_tools.bench.flash_cuts import measure  # the simulated board takes a while to load

    console = Console(stderr=True)
    # Drawn when something is new, and not by a thread of its own: processes are forked meanwhile.
    with Progress(
        console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("cuts", total=cuts)
        toll = measure(cuts, seed, lambda so_far: bar.update(task, completed=so_far.cuts, refresh=True))
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


def _gateway_table(run: gateway_bench.Run, ratios: list[float]) -> Table:
    table = Table(f"{run.uplinks:,} uplinks, {run.broker}", "measured", "asked")
    table.add_row("gateway", f"{run.rate:,.0f}/s", "")
    table.add_row("paho alone", f"{run.paho_rate:,.0f}/s", "")
    table.add_row("SQLite alone, 100 rows a commit", f"{run.sqlite_rate:,.0f}/s", "")
    said = f" (median of {len(ratios)}: {min(ratios):.2f} to {max(ratios):.2f}, {median(ratios):.2f})"
    table.add_row(
        "gateway to paho", f"{run.ratio:.2f}" + (said if len(ratios) > 1 else ""), f">= {_LEAST_RATIO}"
    )
    table.add_row("CPU s per 1,000", f"{run.cpu_s_per_1000:.3f}", f"<= {_MOST_CPU_S}")
    table.add_row("most memory", f"{run.rss_mb:.1f} MB", f"< {_MOST_RSS_MB} MB")
    table.add_row("lost", str(run.lost), "0")
    table.add_row("datagrams that UDP lost, sent again", str(run.again), "")
    return table


def _fleet_table(run: fleet_bench.Fleet) -> Table:
    steady, cut = run.steady, run.cut
    table = Table(f"{run.units:,} lamps, one report each in 15 minutes", "measured")
    table.add_row(
        f"reports, of {steady.street_s / 3600:.2g} h in {steady.real_s:.0f} s", f"{steady.uplinks:,}"
    )
    table.add_row("lost", str(run.lost))
    table.add_row("CPU s per 1,000", f"{steady.cpu_s_per_1000:.3f}")
    table.add_row("share of a core in real time", f"{steady.cpu_s / steady.street_s:.2%}")
    table.add_row("memory", f"{run.rss_mb[-1]:.0f} MB")
    if run.rss_mb_a_day is not None:
        table.add_row("memory, growth in a day", f"{run.rss_mb_a_day:+.1f} MB")
    table.add_row("store, growth in a day up to its limit", f"{run.store_mb_a_day:,.0f} MB")
    table.add_row(f"dimmed one by one, of {run.group:,}", _answers(run.dimmed_s))
    table.add_row(f"dimmed together, of {run.units:,}", _answers(run.together_s))
    table.add_row("CPU s for that", f"{run.together.cpu_s:.1f}")
    table.add_row("boots and join-requests after a power cut", f"{cut.uplinks:,}")
    table.add_row("CPU s per 1,000 of them", f"{cut.cpu_s_per_1000:.3f}")
    table.add_row(f"joined anew, of {run.joining:,}", _answers(run.joined_s))
    return table


def _answers(after_s: list[float]) -> str:
    if not after_s:
        return "0"
    return f"{len(after_s):,}, half after {median(after_s):,.0f} s, all after {max(after_s):,.0f} s"


def _print(table: Table) -> None:
    Console().print(table)

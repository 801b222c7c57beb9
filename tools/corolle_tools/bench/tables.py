"""What the benchmarks found, as tables."""

from statistics import median

from rich.table import Table

from corolle_tools.bench.fleet import Fleet
from corolle_tools.bench.gateway import Run
from corolle_tools.bench.mutations import Found

# What is asked of a machine of two cores.
_LEAST_RATIO, _MOST_CPU_S, _MOST_RSS_MB = 0.65, 0.12, 60


def gateway_table(run: Run, ratios: list[float]) -> Table:
    """What `corolle bench gateway` found, beside what is asked; the ratios of all runs."""
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


def fleet_table(run: Fleet) -> Table:
    """What `corolle bench fleet` found."""
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
    table.add_row(f"joined anew, of {run.joining:,}", _answers(run.back.joined_s))
    table.add_row(f"boots acknowledged, of {run.units:,}", _answers(run.back.booted_s))
    return table


def mutations_table(found: Found) -> Table:
    """What `corolle bench mutations` found."""
    table = Table("mutations", "times")
    table.add_row("sent", f"{found.sent:,}")
    table.add_row("escaped", f"{found.escaped:,}")
    table.add_row("still whole enough", f"{found.taken:,}")
    for cause, times in sorted(found.causes.items(), key=lambda each: -each[1]):
        table.add_row(f"refused for {cause}", f"{times:,}")
    return table


def _answers(after_s: list[float]) -> str:
    if not after_s:
        return "0"
    return f"{len(after_s):,}, half after {median(after_s):,.0f} s, all after {max(after_s):,.0f} s"

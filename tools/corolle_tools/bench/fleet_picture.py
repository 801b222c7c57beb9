"""A run of `corolle bench fleet` as a picture: memory over hours, and how soon a town answers."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from corolle_tools.bench.fleet import Fleet

# Colours that the colour-blind tell apart (Okabe and Ito, "Color universal design", 2008).
_MEMORY, _JOINED, _BOOTED, _DIMMED, _TOGETHER = "#0072B2", "#D55E00", "#E69F00", "#009E73", "#CC79A7"
_DPI = 150
_MINUTE_S = 60


def save(path: Path, run: Fleet) -> None:
    """Draw a run; the suffix says as what: .png, .svg or .pdf. Raises OSError when it cannot be written."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    memory, answers = figure.subplots(1, 2, width_ratios=(2, 3))
    _draw_memory(memory, run)
    _draw_answers(answers, run.back.joined_s, run.joining, _JOINED, "joined anew after a power cut")
    _draw_answers(answers, run.back.booted_s, run.units, _BOOTED, "boot acknowledged after a power cut")
    _draw_answers(answers, run.dimmed_s, run.group, _DIMMED, "dimmed, each by an order of its own")
    _draw_answers(answers, run.together_s, run.units, _TOGETHER, "all dimmed by one order")
    answers.set_xlabel("minutes of the street")
    answers.set_ylabel("per cent of those concerned")
    answers.legend(frameon=False)
    figure.suptitle(
        f"{run.units:,} lamps on one gateway: {run.steady.cpu_s / run.steady.street_s:.2%} of a core,"
        f" {run.rss_mb[-1]:.0f} MB, {run.store_mb_a_day:,.0f} MB stored a day, {run.lost} lost"
    )
    figure.savefig(path, dpi=_DPI)


def _draw_memory(axes: Axes, run: Fleet) -> None:
    hours = [(place + 1) / 4 for place in range(len(run.rss_mb))]
    axes.plot(hours, run.rss_mb, color=_MEMORY, marker="o")
    axes.set_ylim(0)
    axes.set_xlabel("hours of the street")
    axes.set_ylabel("memory of the gateway, MB")


def _draw_answers(axes: Axes, after_s: list[float], of: int, colour: str, label: str) -> None:
    if after_s:
        minutes = [second / _MINUTE_S for second in sorted(after_s)]
        axes.plot(minutes, [100 * n / of for n in range(1, len(minutes) + 1)], color=colour, label=label)

"""One night of a replay as a picture: level and power, reasons, passages, and the baselines."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from corolle_hil.replay.album import Page
from corolle_hil.replay.baselines import HALF_NIGHT, OFF_NIGHT, hours_of
from corolle_hil.world.local_time import local
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Colours that the colour-blind tell apart (Okabe and Ito, "Color universal design", 2008).
_COLOURS = {
    "schedule": "#56B4E9",
    "presence": "#E69F00",
    "neighbour": "#F0E442",
    "override": "#CC79A7",
    "dark weather": "#009E73",
    "derating": "#D55E00",
    "curfew": "#0072B2",
}
_OTHER = "#999999"
_BY_DAY = "day"
_BASELINES = (("half power 23-06 h", HALF_NIGHT, ":"), ("off 01-05 h", OFF_NIGHT, "--"))
_MARGIN_S = 1200
_TICKS_PCT = 107  # where passages are marked, above full light
_DPI = 110

Band = tuple[float, float, str]
"""From, until (Unix time), and the reason that ruled."""


def save_night(path: Path, page: Page, summary: dict[str, Any]) -> None:
    """Draw a night.

    Raises:
        OSError: it cannot be written.
        ValueError: the file's suffix is none that a picture can be written as.
    """
    dark = _bands(page)
    begin_s, end_s = (dark[0][0], dark[-1][1]) if dark else (page.moments[0], page.moments[-1])
    figure = Figure(figsize=(13, 7), layout="constrained")
    above, below = figure.subplots(2, sharex=True, height_ratios=(3, 2))
    _draw_level(above, page, dark)
    _draw_power(below, page)
    above.set_xlim(_number(begin_s - _MARGIN_S), _number(end_s + _MARGIN_S))
    below.xaxis.set_major_locator(dates.HourLocator())
    below.xaxis.set_major_formatter(dates.DateFormatter("%H:%M"))
    below.set_xlabel("local time")
    figure.suptitle(_title(page, summary))
    figure.savefig(path, dpi=_DPI)


def _draw_level(axes: Axes, page: Page, dark: list[Band]) -> None:
    for reason in sorted({band[2] for band in dark}):
        spans = [(_number(begin), _number(end) - _number(begin)) for begin, end, why in dark if why == reason]
        colour = _COLOURS.get(reason, _OTHER)
        axes.broken_barh(spans, (0, 100), facecolors=colour, alpha=0.45, linewidth=0, label=reason)
    levels_pct = [100 * level for level in page.levels]
    axes.plot(_numbers(page.moments), levels_pct, color="black", linewidth=0.9, label="level")
    for name, baseline, style in _BASELINES:
        hours = list(hours_of((begin, end) for begin, end, _ in dark))
        moments = [moment for hour in hours for moment in hour]
        steps_pct = [100 * baseline.level_at(hour[0]) for hour in hours for _ in hour]
        axes.plot(_numbers(moments), steps_pct, style, color="#0072B2", linewidth=1, label=name)
    seen = [_TICKS_PCT] * len(page.passages)
    axes.plot(_numbers(page.passages), seen, "|", color="black", label="passage")
    axes.set_ylabel("light, % of full")
    axes.set_ylim(0, 112)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def _draw_power(axes: Axes, page: Page) -> None:
    moments = _numbers(page.moments)
    axes.fill_between(moments, page.powers_w, color="#999999", alpha=0.5, linewidth=0)
    axes.plot(moments, page.powers_w, color="black", linewidth=0.9)
    axes.set_ylabel("power, W")
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", linewidth=0.4)


def _bands(page: Page) -> list[Band]:
    """While it was dark, which reason ruled."""
    end = (page.moments[-1], 0, "")
    return [
        (begin_s, end_s, reason)
        for (begin_s, _, reason), (end_s, *_) in pairwise([*page.decisions, end])
        if reason != _BY_DAY
    ]


def _title(page: Page, summary: dict[str, Any]) -> str:
    flow = f"{summary['flow_per_h']:g} passages/h" if "flow_per_h" in summary else str(summary["counts"])
    saving = "none dark" if summary["saving"] is None else f"{summary['saving']:.0%} saved"
    return (
        f"One lamp post, night of {_wall(page.moments[0]):%d %B %Y}\n"
        f"{flow}, base {summary['base_pct']} %, hold {summary['hold_s']} s: "
        f"{saving} in {summary['nights']} night(s) against full light"
    )


def _wall(unix_s: float) -> datetime:
    return local(unix_s).replace(tzinfo=None)


def _number(unix_s: float) -> float:
    return float(dates.date2num(_wall(unix_s)))


def _numbers(moments: Iterable[float]) -> list[float]:
    return [_number(moment) for moment in moments]

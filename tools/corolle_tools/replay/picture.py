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
_BY_DAY = ("day", "daylight")
_BASELINES = (("half power 23-06 h", HALF_NIGHT, ":"), ("off 01-05 h", OFF_NIGHT, "--"))
_MARGIN_S = 1200
_LINE = 0.6  # a passage of a minute is a few pixels wide
_DPI = 150

Band = tuple[float, float, str]
"""From, until (Unix time), and the reason that ruled."""


def save_night(path: Path, page: Page, summary: dict[str, Any]) -> None:
    """Draw a night; the suffix says as what: .png, .svg or .pdf. Raises OSError when it cannot be written."""
    dark = _bands(page)
    begin_s, end_s = (dark[0][0], dark[-1][1]) if dark else (page.moments[0], page.moments[-1])
    figure = Figure(figsize=(13, 7), layout="constrained")
    strip, level, power = figure.subplots(3, sharex=True, height_ratios=(1, 9, 6))
    _draw_reasons(strip, page, dark)
    _draw_level(level, page, dark)
    _draw_power(power, page)
    strip.set_xlim(_number(begin_s - _MARGIN_S), _number(end_s + _MARGIN_S))
    power.xaxis.set_major_locator(dates.HourLocator())
    power.xaxis.set_major_formatter(dates.DateFormatter("%H:%M"))
    power.set_xlabel("local time")
    figure.suptitle(_title(page, summary))
    figure.savefig(path, dpi=_DPI)


def _draw_reasons(axes: Axes, page: Page, dark: list[Band]) -> None:
    """Below the passages, so that each is seen with what it led to."""
    _draw_bands(axes, dark, top=1, alpha=1, named=True)
    axes.plot(_numbers(page.passages), [1.5] * len(page.passages), "|", color="black", label="passage")
    axes.set_ylim(0, 2)
    axes.axis("off")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1.5), frameon=False)


def _draw_level(axes: Axes, page: Page, dark: list[Band]) -> None:
    _draw_bands(axes, dark, top=100, alpha=0.3, named=False)
    levels_pct = [100 * level for level in page.levels]
    axes.plot(_numbers(page.moments), levels_pct, color="black", linewidth=_LINE, label="level")
    for name, baseline, style in _BASELINES:
        hours = list(hours_of((begin, end) for begin, end, _ in dark))
        moments = [moment for hour in hours for moment in hour]
        steps_pct = [100 * baseline.level_at(hour[0]) for hour in hours for _ in hour]
        axes.plot(_numbers(moments), steps_pct, style, color="#0072B2", linewidth=1.2, label=name)
    axes.set_ylabel("light, % of full")
    axes.set_ylim(0, 104)
    axes.legend(loc="lower left", bbox_to_anchor=(1, 0), frameon=False)


def _draw_bands(axes: Axes, dark: list[Band], top: float, alpha: float, named: bool) -> None:
    for reason in sorted({why for _, _, why in dark}):
        spans = [(_number(begin), _number(end) - _number(begin)) for begin, end, why in dark if why == reason]
        colour = _COLOURS.get(reason, _OTHER)
        axes.broken_barh(
            spans, (0, top), facecolors=colour, alpha=alpha, linewidth=0, label=reason if named else None
        )


def _draw_power(axes: Axes, page: Page) -> None:
    moments = _numbers(page.moments)
    axes.fill_between(moments, page.powers_w, color="#999999", alpha=0.5, linewidth=0)
    axes.plot(moments, page.powers_w, color="black", linewidth=_LINE)
    axes.set_ylabel("power, W")
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", linewidth=0.4)


def _bands(page: Page) -> list[Band]:
    """While it was dark, which reason ruled."""
    end = (page.moments[-1], 0, "")
    return [
        (begin_s, end_s, reason)
        for (begin_s, _, reason), (end_s, *_) in pairwise([*page.decisions, end])
        if reason not in _BY_DAY
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

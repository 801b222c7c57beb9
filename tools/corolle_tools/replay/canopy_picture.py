"""A season of a planter as a picture: soil water, doses and rain, temperature, and the reasons."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from corolle_hil.replay.season_album import SeasonPage
from corolle_hil.replay.water_diary import REFUSING, Decision
from corolle_hil.world.local_time import local
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

# Colours that the colour-blind tell apart (Okabe and Ito, "Color universal design", 2008).
_COLOURS = {
    "dry soil": "#0072B2",
    "dose given": "#56B4E9",
    "moist soil": "#B8E0C8",
    "minimum interval": "#F0E442",
    "hot air": "#CC79A7",
    "frost guard": "#000000",
    "drought order": "#D55E00",
    "outside hours": "#E69F00",
    "rain expected": "#009E73",
}
_REFUSED, _OTHER = "#D55E00", "#DDDDDD"
_PARTS = (("near the dripper", "#0072B2"), ("between", "#56B4E9"), ("at the edge", "#009E73"))
_OUTPUTS = {"valve": "drip", "mist": "mist"}
_LINE = 0.8
_DPI = 150

Band = tuple[float, float, str]
"""From, until (Unix time), and the reason that ruled."""


def save_season(path: Path, page: SeasonPage, summary: dict[str, Any]) -> None:
    """Draw a season; the suffix says as what: .png, .svg or .pdf. Raises OSError if it cannot be written."""
    figure = Figure(figsize=(14, 9), layout="constrained")
    strip, soil, rain, air = figure.subplots(4, sharex=True, height_ratios=(2, 9, 4, 4))
    meant = _draw_reasons(strip, page)
    _draw_soil(soil, page, summary)
    _draw_water(rain, page)
    _draw_air(air, page)
    air.set_xlim(_number(page.moments[0]), _number(page.until_s))
    air.xaxis.set_major_locator(dates.AutoDateLocator())
    air.xaxis.set_major_formatter(dates.ConciseDateFormatter(air.xaxis.get_major_locator()))
    figure.legend(handles=meant, loc="outside lower center", ncols=3, frameon=False, fontsize="small")
    figure.suptitle(_title(summary))
    figure.savefig(path, dpi=_DPI)


def _draw_reasons(axes: Axes, page: SeasonPage) -> list[Patch]:
    """A row an output, a colour a reason; returns what the colours mean."""
    meant: dict[str, set[str]] = {}
    outputs = [output for output in _OUTPUTS if page.decisions.get(output)]
    for row, output in enumerate(outputs):
        bands = list(_bands(page.decisions[output], page.until_s))
        for reason in sorted({why for _, _, why in bands}):
            spans = [(_number(a), _number(b) - _number(a)) for a, b, why in bands if why == reason]
            axes.broken_barh(spans, (row, 0.9), facecolors=_colour(reason), linewidth=0)
            meant.setdefault(_colour(reason), set()).add(reason)
    axes.set_yticks([row + 0.45 for row in range(len(outputs))], [_OUTPUTS[output] for output in outputs])
    axes.set_ylim(0, max(1, len(outputs)))
    return [Patch(color=colour, label=", ".join(sorted(reasons))) for colour, reasons in meant.items()]


def _draw_soil(axes: Axes, page: SeasonPage, summary: dict[str, Any]) -> None:
    moments = _numbers(page.moments)
    for part, (name, colour) in enumerate(_PARTS):
        shares_pct = [100 * vwc[part] for vwc in page.vwc]
        axes.plot(moments, shares_pct, color=colour, linewidth=_LINE, label=name)
    timer_pct = [100 * vwc for vwc in page.timer_vwc]
    drawn = min(len(moments), len(timer_pct))
    axes.plot(
        moments[:drawn], timer_pct[:drawn], color="#999999", linewidth=_LINE, label="timer's, driest part"
    )
    points_pct = [100 * point for point in page.stress_points]
    axes.plot(moments, points_pct, "--", color="#D55E00", linewidth=1.2, label="stress below")
    for threshold, style in (("start", "-"), ("stop", ":")):
        axes.axhline(
            summary[f"{threshold}_vwc_pct"], linestyle=style, color="black", linewidth=_LINE, label=threshold
        )
    axes.set_ylabel("soil water, % of volume")
    axes.grid(axis="y", linewidth=0.4)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize="small")


def _draw_water(axes: Axes, page: SeasonPage) -> None:
    """Rain falls from above, as in every hydrograph; each dose is a stroke below."""
    opened = [moment for moment, value, _ in page.decisions["valve"] if value]
    axes.fill_between(_numbers(page.moments), page.rain_mm_h, step="post", color="#0072B2", label="rain")
    axes.plot(_numbers(opened), [0.0] * len(opened), "|", color="black", markersize=14, label="dose")
    axes.set_ylabel("rain, mm/h")
    axes.set_ylim(bottom=min(-0.5, -0.1 * max(page.rain_mm_h)))
    axes.invert_yaxis()
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize="small")


def _draw_air(axes: Axes, page: SeasonPage) -> None:
    axes.plot(_numbers(page.moments), page.temperatures_c, color="#D55E00", linewidth=_LINE)
    axes.set_ylabel("air, °C")
    axes.grid(axis="y", linewidth=0.4)


def _bands(decisions: list[Decision], until_s: float) -> Iterable[Band]:
    for (begin_s, _, reason), (end_s, *_) in pairwise([*decisions, (until_s, 0, "")]):
        yield begin_s, end_s, reason.split(" until ")[0]  # an override's end and author: too many colours


def _colour(reason: str) -> str:
    return _COLOURS.get(reason, _REFUSED if reason in REFUSING else _OTHER)


def _title(summary: dict[str, Any]) -> str:
    saving = "" if summary["saving"] is None else f", {summary['saving']:.0%} saved"
    weather = Path(summary["weather"]).name if summary["weather"] else "days by the normals of Toulouse"
    return (
        f"One canopy, {summary['days']} days from {summary['start']}, {weather}\n"
        f"{summary['litres']} l against a timer's {summary['timer_litres']} l{saving}; "
        f"{summary['stress_hours']} h of stress against {summary['timer_stress_hours']} h; "
        f"{summary['mist_hours']} h of mist, {summary['cooling_kh']} degree-hours of cooling"
    )


def _number(unix_s: float) -> float:
    return float(dates.date2num(_wall(unix_s)))


def _wall(unix_s: float) -> datetime:
    return local(unix_s).replace(tzinfo=None)


def _numbers(moments: Iterable[float]) -> list[float]:
    return [_number(moment) for moment in moments]

"""A run of `corolle bench gateway` as a picture: how it went along, and what it is measured against."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from corolle_tools.bench.gateway import Run

# Colours that the colour-blind tell apart (Okabe and Ito, "Color universal design", 2008).
_STORED, _TOLD, _PAHO = "#0072B2", "#009E73", "#E69F00"
_DPI = 150


def save(path: Path, run: Run) -> None:
    """Draw a run; the suffix says as what: .png, .svg or .pdf. Raises OSError when it cannot be written."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    progress, rates = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_progress(progress, run)
    _draw_rates(rates, run)
    figure.suptitle(
        f"{run.uplinks:,} uplinks from the UDP port to PUBACK ({run.broker}):"
        f" {run.rate:,.0f}/s, {run.cpu_s_per_1000:.3f} CPU s per 1,000, {run.rss_mb:.0f} MB, {run.lost} lost"
    )
    figure.savefig(path, dpi=_DPI)


def _draw_progress(axes: Axes, run: Run) -> None:
    seconds, stored, told = zip(*run.progress, strict=True)
    axes.plot(seconds, stored, color=_STORED, label="stored and acknowledged")
    axes.plot(seconds, told, color=_TOLD, label="heard by the city")
    axes.set_xlabel("seconds")
    axes.set_ylabel("uplinks")
    axes.legend(frameon=False)


def _draw_rates(axes: Axes, run: Run) -> None:
    """SQLite alone is so much faster that beside its bar the others would be none."""
    bars = axes.barh(("gateway", "paho alone"), (run.rate, run.paho_rate), color=(_TOLD, _PAHO))
    axes.bar_label(bars, fmt="{:,.0f}", padding=3)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(f"messages a second; SQLite alone stores {run.sqlite_rate:,.0f}")
    axes.invert_yaxis()
    axes.margins(x=0.2)

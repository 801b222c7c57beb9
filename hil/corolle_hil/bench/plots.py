"""A plot as SVG that can stand inside a page."""

import io
import re

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from corolle_hil.bench.figures import Plot

_SIZE_IN = (7.2, 3.0)
_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)  # the XML declaration, which a page has no place for
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)


def svg(plot: Plot) -> str:
    """Draw it."""
    figure = Figure(_SIZE_IN, layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot(title=plot.title, xlabel=plot.x_label, ylabel=plot.y_label)
    for name, points in plot.lines.items():
        style = "o" if name in plot.dots else "-"
        axes.plot([x for x, _ in points], [y for _, y in points], style, label=name)
    axes.grid(alpha=0.3)
    if len(plot.lines) > 1:
        axes.legend()
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg")
    return _METADATA.sub("", _HEAD.sub("", drawn.getvalue()))

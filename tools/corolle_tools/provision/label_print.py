"""Labels as PNG and PDF, one alone or a street's on sheets of A4; text in a PDF stays text."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from corolle_tools.provision.label import HEIGHT_MM, WIDTH_MM, Code, Label

_MM_PER_INCH, _PT_PER_INCH = 25.4, 72.0
_DPI = 300
_A4_MM = (210.0, 297.0)
_COLUMNS, _ROWS = 3, 8
_TOP_MM = (_A4_MM[1] - _ROWS * HEIGHT_MM) / 2
_PRINT = {"pdf.use14corefonts": True, "font.family": "Helvetica", "text.usetex": False}
_BOX = (Outline.MOVETO, Outline.LINETO, Outline.LINETO, Outline.LINETO, Outline.CLOSEPOLY)


def save_png(path: Path, label: Label) -> None:
    """One label, 300 dots an inch. OSError."""
    figure, axes = _paper(WIDTH_MM, HEIGHT_MM)
    _draw(axes, label, 0.0, 0.0)
    figure.savefig(path, format="png", dpi=_DPI)


def save_pdf(path: Path, label: Label) -> None:
    """One label, a page of its size. OSError."""
    _save_pages(path, label.title, [[label]], (WIDTH_MM, HEIGHT_MM), 0.0)


def save_sheets(path: Path, title: str, labels: Sequence[Label]) -> None:
    """Many, 24 on a sheet of A4, three in a row. OSError."""
    full = _COLUMNS * _ROWS
    pages = [labels[first : first + full] for first in range(0, len(labels), full)]
    _save_pages(path, title, pages, _A4_MM, _TOP_MM)


def _save_pages(
    path: Path, title: str, pages: Sequence[Sequence[Label]], size_mm: tuple[float, float], top_mm: float
) -> None:
    about = {"Title": title, "Creator": "corolle", "CreationDate": None}
    with rc_context(_PRINT), PdfPages(path, metadata=about) as pdf:
        for page in pages:
            figure, axes = _paper(*size_mm)
            for number, label in enumerate(page):
                row, column = divmod(number, _COLUMNS)
                _draw(axes, label, column * WIDTH_MM, top_mm + row * HEIGHT_MM)
            pdf.savefig(figure)


def _paper(width_mm: float, height_mm: float) -> tuple[Figure, Axes]:
    """A page in millimetres from its upper left corner."""
    figure = Figure(figsize=(width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0.0, width_mm)
    axes.set_ylim(height_mm, 0.0)
    return figure, axes


def _draw(axes: Axes, label: Label, x_mm: float, y_mm: float) -> None:
    axes.add_patch(
        PathPatch(_outline(label.code, x_mm, y_mm), facecolor="black", linewidth=0, antialiased=False)
    )
    for text in label.texts:
        axes.text(
            x_mm + text.x_mm,
            y_mm + text.y_mm,
            text.words,
            va="baseline",
            fontsize=text.size_mm / _MM_PER_INCH * _PT_PER_INCH,
            fontweight="bold" if text.is_bold else "normal",
            parse_math=False,
        )


def _outline(code: Code, x_mm: float, y_mm: float) -> Outline:
    corners: list[tuple[float, float]] = []
    size = code.module_mm
    for column, row, length in code.runs:
        left, top = x_mm + code.x_mm + column * size, y_mm + code.y_mm + row * size
        right, foot = left + length * size, top + size
        corners += [(left, top), (right, top), (right, foot), (left, foot), (left, top)]
    outline = Outline(corners, [*_BOX] * len(code.runs))
    outline.should_simplify = False  # matplotlib would leave out corners that it takes for details
    return outline

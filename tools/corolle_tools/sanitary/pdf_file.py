"""The document on A4 pages. Its font is Helvetica, which every PDF reader has (PDF 32000-1, 9.6.2.2): small
files, and text that can be searched and copied."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from corolle_tools.sanitary.dossier import Dossier
from corolle_tools.sanitary.summary import summary
from corolle_tools.sanitary.table import HEADS, RULES, TITLE, opening, rows

_STYLE = {"pdf.use14corefonts": True, "font.family": "Helvetica", "text.usetex": False}
_WIDTH_MM, _HEIGHT_MM, _LEFT_MM, _RIGHT_MM, _TOP_MM, _BOTTOM_MM = 210, 297, 12, 198, 14, 18
_MM_PER_INCH = 25.4
_RED, _BLACK, _GREY = "#b00000", "black", "#666666"
_NAME_MM = 68  # where the texts of opening and summary begin
_CHARACTERS = 112, 76  # that fit on a line of the page, and of the column at _NAME_MM

# Where each of HEADS stands, and to which side of that its text goes.
_COLUMNS = (
    (21, "right"),
    (24, "left"),
    (42, "left"),
    (57, "left"),
    (111, "right"),
    (112.5, "left"),
    (131, "left"),
    (155, "left"),
    (180, "left"),
)


@dataclass(frozen=True)
class _Line:
    """A line of print: texts at their places, (mm from the left, side, text)."""

    texts: tuple[tuple[float, str, str], ...]
    size_pt: float = 8
    is_bold: bool = False
    colour: str = _BLACK
    height_mm: float = 4.6
    in_table: bool = False


def save(path: Path, dossier: Dossier) -> None:
    """Write the document. OSError when it cannot be written."""
    pages = list(_pages([*_front(dossier), *_table(dossier)]))
    about = {"Title": f"{TITLE} - {dossier.unit.name}", "Creator": "corolle", "CreationDate": None}
    with rc_context(_STYLE), PdfPages(path, metadata=about) as pdf:
        for number, page in enumerate(pages, 1):
            pdf.savefig(_drawn(page, f"{TITLE} - {dossier.unit.name} - page {number} / {len(pages)}"))


def _front(dossier: Dossier) -> Iterator[_Line]:
    yield _Line(((_LEFT_MM, "left", TITLE),), 18, True, height_mm=10)
    for text in wrap(RULES, _CHARACTERS[0]):
        yield _Line(((_LEFT_MM, "left", text),), colour=_GREY)
    yield _Line((), height_mm=3)
    for name, text in opening(dossier):
        yield _Line(((_LEFT_MM, "left", name), (_NAME_MM, "left", text)), 9, True, height_mm=5)
    yield _Line((), height_mm=3)
    for item in summary(dossier):
        for count, text in enumerate(wrap(item.text, _CHARACTERS[1])):
            name = "" if count else item.name
            texts = ((_LEFT_MM, "left", name), (_NAME_MM, "left", text))
            yield _Line(texts, is_bold=item.is_alarm, colour=_RED if item.is_alarm else _BLACK)
    yield _Line((), height_mm=4)


def _table(dossier: Dossier) -> Iterator[_Line]:
    yield _head()
    for row in rows(dossier):
        colour = _RED if row.is_alarm else _BLACK
        if row.is_notice:
            for text in wrap(row.cells[0], _CHARACTERS[0]):
                yield _Line(((_LEFT_MM, "left", text),), is_bold=True, colour=colour, in_table=True)
        else:
            yield _Line(_in_columns(row.cells), 7.5, row.is_alarm, colour, in_table=True)


def _head() -> _Line:
    return _Line(_in_columns(HEADS), 7.5, True, height_mm=6)


def _in_columns(cells: tuple[str, ...]) -> tuple[tuple[float, str, str], ...]:
    return tuple((at_mm, side, cell) for (at_mm, side), cell in zip(_COLUMNS, cells, strict=True))


def _pages(lines: list[_Line]) -> Iterator[list[_Line]]:
    """The lines page by page; a page that begins within the table begins with its head."""
    page: list[_Line] = []
    room_mm = _HEIGHT_MM - _TOP_MM - _BOTTOM_MM
    for line in lines:
        if page and sum(each.height_mm for each in page) + line.height_mm > room_mm:
            yield page
            page = [_head()] if line.in_table else []
        page.append(line)
    yield page


def _drawn(page: list[_Line], foot: str) -> Figure:
    figure = Figure(figsize=(_WIDTH_MM / _MM_PER_INCH, _HEIGHT_MM / _MM_PER_INCH))
    y_mm = float(_HEIGHT_MM - _TOP_MM)
    for line in page:
        y_mm -= line.height_mm
        for place in line.texts:
            _print(figure, place, y_mm, line)
    at = ((_RIGHT_MM, "right", foot),)
    _print(figure, at[0], _BOTTOM_MM / 2, _Line(at, colour=_GREY))
    return figure


def _print(figure: Figure, place: tuple[float, str, str], y_mm: float, line: _Line) -> None:
    x_mm, side, text = place
    figure.text(
        x_mm / _WIDTH_MM,
        y_mm / _HEIGHT_MM,
        text,
        ha=side,
        va="baseline",
        fontsize=line.size_pt,
        fontweight="bold" if line.is_bold else "normal",
        color=line.colour,
        parse_math=False,  # a dollar sign in somebody's name is one
    )

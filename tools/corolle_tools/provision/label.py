"""A unit's label, laid out in millimetres: 70 x 37, of which 24 stand on a sheet of A4 without a margin."""

from dataclasses import dataclass
from textwrap import wrap

from corolle_tools.identity import Identity
from corolle_tools.provision import tr005

WIDTH_MM, HEIGHT_MM = 70.0, 37.0
_CODE_MM = 33.0  # with its quiet zone
_QUIET = 4  # modules of white about a code (ISO/IEC 18004, 6.3.8)
_ERROR = "q"  # a quarter of it may be scratched off or painted over
_TEXT_LEFT_MM, _TEXT_WIDTH_MM = 35.0, 33.0
_NAME_SIZES_MM, _NAME_FOOT_MM, _LEADING = (5.6, 4.4, 3.4, 2.4), 18.0, 1.2
_NAME_ROOM_MM = 15.0  # enough, at the smallest size, for the longest name there may be
_SMALL_MM = 2.5
_BROADEST = 0.7  # of its height a letter is broad, bold capitals on average


@dataclass(frozen=True)
class Text:
    """A line of print; x and y are its left foot, from the label's upper left corner."""

    x_mm: float
    y_mm: float
    size_mm: float
    words: str
    is_bold: bool = False


@dataclass(frozen=True)
class Code:
    """A QR code: its dark modules, row by row as (column, row, modules in a row), and where it stands."""

    runs: tuple[tuple[int, int, int], ...]
    x_mm: float
    y_mm: float
    module_mm: float


@dataclass(frozen=True)
class Label:
    """What is printed."""

    title: str
    code: Code
    texts: tuple[Text, ...]


def label(unit: Identity, profile: str = "") -> Label:
    """A unit's label. `profile`: its ProfileID (TR005) where it is not the usual one; ValueError."""
    said = tr005.code(unit.join_eui, unit.dev_eui, profile or tr005.profile_of(unit.kind))
    return Label(unit.name, _code(said), (*_name(unit.name), *_facts(unit)))


def grouped(dev_eui: str) -> str:
    """A DevEUI as people can read it aloud: 02C0 FFEE 0000 0001."""
    return " ".join(wrap(dev_eui.upper(), 4))


def _code(said: str) -> Code:
    import segno  # here, for no other command has to wait for it

    matrix = segno.make_qr(said, error=_ERROR, boost_error=False).matrix
    module_mm = _CODE_MM / (len(matrix) + 2 * _QUIET)
    corner_mm = (HEIGHT_MM - _CODE_MM) / 2 + _QUIET * module_mm
    return Code(tuple(_runs(matrix)), corner_mm, corner_mm, module_mm)


def _runs(matrix: tuple[bytearray, ...]) -> list[tuple[int, int, int]]:
    """Dark modules side by side are one: no gap shows between them, whatever draws or prints them."""
    found = []
    for row, line in enumerate(matrix):
        column = 0
        while column < len(line):
            end = column
            while end < len(line) and line[end]:
                end += 1
            if end > column:
                found.append((column, row, end - column))
            column = end + 1
    return found


def _name(name: str) -> list[Text]:
    """As large as it fits, in several lines where it is long."""
    size_mm = next(size_mm for size_mm in _NAME_SIZES_MM if _height_mm(name, size_mm) <= _NAME_ROOM_MM)
    top_mm = _NAME_FOOT_MM - _height_mm(name, size_mm)
    return [
        Text(_TEXT_LEFT_MM, top_mm + size_mm * (1 + number * _LEADING), size_mm, line, True)
        for number, line in enumerate(_lines(name, size_mm))
    ]


def _height_mm(name: str, size_mm: float) -> float:
    return len(_lines(name, size_mm)) * size_mm * _LEADING


def _lines(name: str, size_mm: float) -> list[str]:
    """Broken at hyphens, but at the smallest size wherever a line is full: so that every name fits."""
    letters = int(_TEXT_WIDTH_MM / (_BROADEST * size_mm))
    return wrap(name, letters, break_on_hyphens=size_mm > _NAME_SIZES_MM[-1])


def _facts(unit: Identity) -> list[Text]:
    told = " ".join(filter(None, (unit.kind, unit.board)))
    lines = (told, unit.site, "DevEUI", grouped(unit.dev_eui))
    return [
        Text(_TEXT_LEFT_MM, 22.5 + 4 * number, _fitting(line), line, number == 3)
        for number, line in enumerate(lines)
    ]


def _fitting(line: str) -> float:
    return min(_SMALL_MM, _TEXT_WIDTH_MM / (_BROADEST * len(line)))

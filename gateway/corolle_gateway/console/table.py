"""Tables that fit 80 columns: the widest columns give way."""

from collections.abc import Sequence

from corolle_gateway.console.line import WIDTH

_BETWEEN = "  "
_NARROWEST = 6
_CUT = "~"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of at most 79 characters; what does not fit ends with a tilde. Figures stand at the right."""
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    room = WIDTH - 1 - len(_BETWEEN) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    right = [all(_is_figure(cell) for cell in column[1:]) for column in columns]
    return [_line(row, widths, right) for row in (heads, *rows)]


def _line(row: Sequence[str], widths: list[int], right: list[bool]) -> str:
    cells = (
        cell.rjust(width) if is_right else cell.ljust(width)
        for cell, width, is_right in zip(map(_cut, row, widths), widths, right, strict=True)
    )
    return _BETWEEN.join(cells).rstrip()


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else cell[: width - 1] + _CUT


def _is_figure(cell: str) -> bool:
    return not cell or (cell[0].isdigit() and len(cell) <= _NARROWEST)

"""Where everything stands on the page, in millimetres."""

from collections.abc import Mapping
from dataclasses import dataclass

from corolle_tools.boards.module import Module
from corolle_tools.boards.wiring.sheet import Box

WIDTH, HEIGHT = 210.0, 297.0
MARGIN = 8.0
TOP, BOTTOM = 30.0, 270.0
BOX_WIDTH = 42.0
MODULE_LEFT, MODULE_RIGHT = 75.5, 134.5
_WIDEST_PITCH, _GOOD_PITCH = 5.0, 4.2


@dataclass(frozen=True)
class Placed:
    """A box and the height of its upper edge; side is -1 on the left, 1 on the right."""

    box: Box
    side: int
    top: float
    pitch: float

    @property
    def left(self) -> float:
        """Its left edge."""
        return MARGIN if self.side < 0 else WIDTH - MARGIN - BOX_WIDTH

    @property
    def edge(self) -> float:
        """Where its terminals are."""
        return self.left + BOX_WIDTH if self.side < 0 else self.left

    @property
    def height(self) -> float:
        """From edge to edge."""
        return (len(self.box.terminals) + 1.6) * self.pitch

    def terminal_y(self, index: int) -> float:
        """The height of a terminal; the title takes the room above."""
        return self.top + (index + 2) * self.pitch


@dataclass(frozen=True)
class Layout:
    """The page: boxes, and the module's pins by their GPIO as (side, y)."""

    placed: list[Placed]
    pitch: float
    module_top: float
    module_bottom: float
    pins: Mapping[int, tuple[int, float]]


def lay_out(module: Module, boxes: list[Box]) -> Layout:
    """Boxes stand on the side of most of their pins, ordered like these, so that few wires cross."""
    sides = {gpio: (-1, row) for row, (_, gpio) in enumerate(module.left) if isinstance(gpio, int)}
    sides |= {gpio: (1, row) for row, (_, gpio) in enumerate(module.right) if isinstance(gpio, int)}
    columns = _balanced(boxes, sides)
    longest = max(_rows(column) for column in columns.values())
    pitch = min(_WIDEST_PITCH, (BOTTOM - TOP) / longest)
    crossing = {gpio for side, column in columns.items() for box in column for gpio in box.gpios}
    over = sum(1 for gpio in crossing if _crosses(gpio, columns, sides)) / 2 + 1
    # Pins are half a row beside terminals: a pin's wire never lies on a terminal's.
    rows = max(len(module.left), len(module.right))
    spare = (BOTTOM - TOP) / pitch - over - rows - 2
    first = TOP + (int(over + max(spare, 0) / 3) + 0.5) * pitch
    pins = {gpio: (side, first + (row + 1) * pitch) for gpio, (side, row) in sides.items()}
    placed = [it for side, column in columns.items() for it in _stacked(column, side, pitch)]
    return Layout(placed, pitch, first, first + (rows + 1) * pitch, pins)


def over_y(layout: Layout, index: int) -> float:
    """The height at which the wire of this number goes over the module: two of them between two terminals."""
    return layout.module_top - (0.5 + index // 2 + (1 + index % 2) / 3) * layout.pitch


def _rows(column: list[Box]) -> int:
    return sum(len(box.terminals) + 3 for box in column) or 1


def _balanced(boxes: list[Box], sides: Mapping[int, tuple[int, int]]) -> dict[int, list[Box]]:
    def pull(box: Box) -> int:
        return sum(sides[gpio][0] for gpio in box.gpios if gpio in sides)

    columns = {side: [box for box in boxes if (pull(box) > 0) == (side > 0)] for side in (-1, 1)}
    room = (BOTTOM - TOP) / _GOOD_PITCH
    while max(map(_rows, columns.values())) > room:
        full = max(columns, key=lambda side: _rows(columns[side]))
        loosest = min(columns[full], key=lambda box: abs(pull(box)))
        if _rows(columns[-full]) + len(loosest.terminals) + 3 >= _rows(columns[full]):
            break
        columns[full].remove(loosest)
        columns[-full].append(loosest)
    for column in columns.values():
        column.sort(key=lambda box: _mean_row(box, sides))
    return columns


def _mean_row(box: Box, sides: Mapping[int, tuple[int, int]]) -> float:
    rows = [sides[gpio][1] for gpio in box.gpios if gpio in sides]
    return sum(rows) / len(rows) if rows else 0.0


def _crosses(gpio: int, columns: dict[int, list[Box]], sides: Mapping[int, tuple[int, int]]) -> bool:
    return any(gpio in box.gpios for box in columns[-sides[gpio][0]])


def _stacked(column: list[Box], side: int, pitch: float) -> list[Placed]:
    placed, row = [], 0
    spare = int((BOTTOM - TOP) / pitch) - _rows(column)
    gap = max(spare // max(len(column), 1), 0)
    for box in column:
        placed.append(Placed(box, side, TOP + row * pitch, pitch))
        row += len(box.terminals) + 3 + min(gap, 3)
    return placed

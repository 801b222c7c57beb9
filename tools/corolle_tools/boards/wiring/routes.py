"""The way of each wire: from its pin along a lane of its own to every terminal that it joins."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from corolle_tools.boards.wiring.layout import (
    BOX_WIDTH,
    MARGIN,
    MODULE_LEFT,
    MODULE_RIGHT,
    WIDTH,
    Layout,
    over_y,
)

_CLEAR = 3.0  # between the last lane and the boxes
_WIDEST_LANE = 2.4
Point = tuple[float, float]


@dataclass
class Route:
    """One wire. `lines` are its stretches, each from point to point; `joints` where three of them meet."""

    gpio: int
    lines: list[list[Point]] = field(default_factory=list)
    joints: list[Point] = field(default_factory=list)


def route(layout: Layout) -> list[Route]:
    """All wires, those of the left side first."""
    ends = _ends(layout)
    over = [gpio for gpio in ends if any(side != layout.pins[gpio][0] for side, _, _ in ends[gpio])]
    lanes = {side: _lanes(layout, side, ends, over) for side in (-1, 1)}
    return [_way(layout, gpio, ends[gpio], lanes, over) for gpio in ends]


End = tuple[int, float, float]  # side, x, y


def _ends(layout: Layout) -> dict[int, list[End]]:
    ends: dict[int, list[End]] = {}
    for placed in layout.placed:
        for index, terminal in enumerate(placed.box.terminals):
            if terminal.gpio is not None:
                end = placed.side, placed.edge, placed.terminal_y(index)
                ends.setdefault(terminal.gpio, []).append(end)
    return dict(sorted(ends.items(), key=lambda item: layout.pins[item[0]]))


def _lanes(layout: Layout, side: int, ends: dict[int, list[End]], over: list[int]) -> dict[int, float]:
    """x of each wire's lane on one side.

    Of wires that go down, the lowest pin has the lane next to the module; of those that go up, the highest:
    so no lane crosses the stub of another that goes the same way.
    """
    down, up = [], []
    for gpio, points in ends.items():
        heights = [y for at, _, y in points if at == side]
        if not heights and layout.pins[gpio][0] != side:
            continue
        own_side = layout.pins[gpio][0] == side
        begin = layout.pins[gpio][1] if own_side else over_y(layout, over.index(gpio))
        target = sum(heights) / len(heights) if heights else over_y(layout, over.index(gpio))
        (down if target > begin else up).append((begin, gpio))
    ordered = [gpio for _, gpio in sorted(down, reverse=True)] + [gpio for _, gpio in sorted(up)]
    near = MODULE_LEFT - 2.5 if side < 0 else MODULE_RIGHT + 2.5
    far = MARGIN + BOX_WIDTH + _CLEAR if side < 0 else WIDTH - MARGIN - BOX_WIDTH - _CLEAR
    pitch = min(_WIDEST_LANE, abs(near - far) / max(len(ordered) - 1, 1))
    return {gpio: near + side * index * pitch for index, gpio in enumerate(ordered)}


def _way(
    layout: Layout, gpio: int, points: list[End], lanes: dict[int, dict[int, float]], over: list[int]
) -> Route:
    side, pin_y = layout.pins[gpio]
    edge = MODULE_LEFT if side < 0 else MODULE_RIGHT
    it = Route(gpio)
    x = lanes[side][gpio]
    it.lines.append([(edge, pin_y), (x, pin_y)])
    if gpio in over:
        top, other = over_y(layout, over.index(gpio)), lanes[-side][gpio]
        it.lines.append([(x, top), (other, top)])
        _trunk(it, other, top, [(at, y) for where, at, y in points if where != side])
        here = [(at, y) for where, at, y in points if where == side]
        _trunk(it, x, pin_y, [*here, (x, top)])
    else:
        _trunk(it, x, pin_y, [(at, y) for _, at, y in points])
    return it


def _trunk(it: Route, x: float, begin: float, targets: Iterable[Point]) -> None:
    """A lane from the height at which it begins to those of its targets, and a branch to each."""
    targets = list(targets)
    heights = [begin, *(y for _, y in targets)]
    it.lines.append([(x, min(heights)), (x, max(heights))])
    for at, y in targets:
        if at != x:
            it.lines.append([(x, y), (at, y)])
    inner = sorted(heights)[1:-1]
    it.joints += [(x, y) for y in inner]

"""The picture of a board's wiring: each wire can be followed from screw to screw, in grey too."""

from collections.abc import Iterator

from corolle_tools.boards.definition import Definition
from corolle_tools.boards.wiring import svg
from corolle_tools.boards.wiring.layout import (
    BOX_WIDTH,
    HEIGHT,
    MARGIN,
    MODULE_LEFT,
    MODULE_RIGHT,
    WIDTH,
    Layout,
    Placed,
    lay_out,
)
from corolle_tools.boards.wiring.routes import Route, route
from corolle_tools.boards.wiring.sheet import boxes, onboard

_COLOURS = ("#1f5fbf", "#d1600a", "#1a8a3a", "#8a2fb0", "#b8860b", "#0a8f8f", "#c2185b", "#6b4a2b", "#4f5b66")
_SUPPLIES = {
    "3V3": "#c62828",
    "5V": "#e06000",
    "Ve": "#b04a4a",
    "9V": "#7b1fa2",
    "12V": "#7b1fa2",
    "GND": "#222",
}
_GREY, _PALE = "#777", "#f4f1ea"
_PLATE = 7.0


def picture(board: Definition) -> str:
    """The wiring as an SVG document. The board is one that the checks have found good."""
    layout = lay_out(board.module, boxes(board))
    wires = route(layout)
    colours = {wire.gpio: _COLOURS[index % len(_COLOURS)] for index, wire in enumerate(wires)}
    shapes = [*_heading(board), *_module(board, layout)]
    shapes += [shape for placed in layout.placed for shape in _box(placed, colours)]
    shapes += [_wire(board, layout, wire, colours[wire.gpio]) for wire in wires]
    shapes += [*_others(board, layout, set(colours)), *_legend(board)]
    return svg.page(WIDTH, HEIGHT, f"Wiring of {board.raw['name']}", shapes)


def _heading(board: Definition) -> Iterator[str]:
    yield svg.text((MARGIN, 14), f"{board.raw['name']}: wiring", 6, bold=True)
    yield svg.text((MARGIN, 20), f"{board.module.name}, a {board.raw['unit']}'s controller", 3.4)
    yield svg.text((MARGIN, 24.5), f"Pins by {board.module.document}; {board.module.hint}", 2.5, colour=_GREY)


def _module(board: Definition, layout: Layout) -> Iterator[str]:
    size = MODULE_RIGHT - MODULE_LEFT, layout.module_bottom - layout.module_top
    yield svg.rectangle((MODULE_LEFT, layout.module_top), size, "#e6eef5")
    used = {end.gpio for end in board.ends}
    for row in range(max(len(board.module.left), len(board.module.right))):
        y = layout.module_top + (row + 1) * layout.pitch + 0.9
        for pins, x, inner, anchor in (
            (board.module.left, MODULE_LEFT, 1, "start"),
            (board.module.right, MODULE_RIGHT, -1, "end"),
        ):
            if row < len(pins):
                place, pin = pins[row]
                colour = "#111" if pin in used else _SUPPLIES.get(str(pin), "#9aa5ad")
                label = f"GPIO {pin}" if isinstance(pin, int) else pin
                yield svg.text((x + inner, y), label, 2.5, anchor, colour, bold=pin in used)
                if place != label:
                    outer = "end" if anchor == "start" else "start"
                    middle = (MODULE_LEFT + MODULE_RIGHT) / 2 - inner
                    yield svg.text((middle, y), place, 2, outer, "#7a8791")


def _box(placed: Placed, colours: dict[int, str]) -> Iterator[str]:
    left, pitch = placed.left, placed.pitch
    yield svg.rectangle((left, placed.top), (BOX_WIDTH, placed.height), _PALE)
    yield svg.text((left + 1.2, placed.top + 0.72 * pitch), placed.box.title, 2.9, bold=True)
    yield svg.text((left + 1.2, placed.top + 1.32 * pitch), placed.box.subtitle, 2.2, colour="#555")
    inner = -1 if placed.side < 0 else 1
    anchor = "end" if placed.side < 0 else "start"
    for index, terminal in enumerate(placed.box.terminals):
        y = placed.terminal_y(index)
        label = f"{terminal.name}  ({terminal.text})" if terminal.text else terminal.name
        yield svg.text((placed.edge + inner, y + 0.9), label, 2.5, anchor)
        far = left + 1.2 if placed.side < 0 else left + BOX_WIDTH - 1.2
        if terminal.gpio is not None:
            outer = "start" if placed.side < 0 else "end"
            yield svg.text((far, y + 0.85), f"GPIO {terminal.gpio}", 2.2, outer, colours[terminal.gpio])
        if terminal.supply:
            yield from _plate((far if placed.side < 0 else far - _PLATE, y), terminal.supply)


def _plate(at: svg.Point, supply: str) -> Iterator[str]:
    """A supply's name in its colour, where else the GPIO of a terminal stands."""
    x, y = at
    colour = _SUPPLIES[supply]
    yield svg.rectangle((x, y - 1.35), (_PLATE, 2.7), colour, colour)
    yield svg.text((x + _PLATE / 2, y + 0.85), supply, 2.3, "middle", "#fff", bold=True)


def _wire(board: Definition, layout: Layout, wire: Route, colour: str) -> str:
    side, y = layout.pins[wire.gpio]
    x = MODULE_LEFT if side < 0 else MODULE_RIGHT
    shapes = [svg.lines(wire.lines, "#fff", 1.1), svg.lines(wire.lines, colour, 0.6)]
    shapes += [svg.dot(joint, colour) for joint in wire.joints]
    shapes.append(svg.dot((x, y), colour, 0.9))
    if mark := _resistor(board, wire.gpio):
        at, anchor = (x - side * 13.2, y + 0.8), "start" if side < 0 else "end"
        shapes.append(svg.text(at, mark, 2, anchor, _SUPPLIES["3V3" if "↑" in mark else "GND"]))
    return svg.group(f"gpio-{wire.gpio}", _told(board, wire.gpio), *shapes)


def _others(board: Definition, layout: Layout, drawn: set[int]) -> Iterator[str]:
    """Pins that have no wire to draw: wired on the module, or left open."""
    x, y = MODULE_LEFT, layout.module_bottom + 6
    wired = onboard(board)
    if wired:
        yield svg.text((x, y), "Wired on the module already:", 2.5, bold=True)
    for part, end in wired:
        y += 3.6
        words = f"{part}: {end.kind.at} at GPIO {end.gpio}"
        yield svg.group(f"gpio-{end.gpio}", _told(board, end.gpio), svg.text((x, y), words, 2.4))
        drawn.add(end.gpio)
    for end in board.ends:
        if end.gpio not in drawn:
            y += 5
            words = f"GPIO {end.gpio} ({end.kind.at}) stays open"
            yield svg.group(f"gpio-{end.gpio}", _told(board, end.gpio), svg.text((x, y), words, 2.4))


def _legend(board: Definition) -> Iterator[str]:
    y = HEIGHT - 20
    rules = (
        "Each wire has a colour, and its GPIO's name at both ends. Crossing without a dot is not joining.",
        "Plates are supplies: join all GND, each other to its own source. Switch all off before you wire.",
        "10k ↑: a resistor of 10 kohm from this wire to 3V3; 10k ↓: to GND. They rule while it resets.",
    )
    for index, rule in enumerate(rules):
        yield svg.text((MARGIN, y + index * 3.6), rule, 2.5)
    yield svg.text((MARGIN, HEIGHT - 6), f"corolle boards wiring {board.raw['name']}", 2.2, colour=_GREY)


def _resistor(board: Definition, gpio: int) -> str:
    for way, arrow in (("up", "↑"), ("down", "↓")):
        if ohm := board.pull_ohm(gpio, way):
            return f"{ohm / 1000:g}k {arrow}"
    return ""


def _told(board: Definition, gpio: int) -> str:
    """A wire in words: GPIO 6 to relay.pin."""
    owners = [f"{end.owner.split('.')[1]}.{end.key}" for end in board.ends if end.gpio == gpio]
    return f"GPIO {gpio} to {', '.join(owners)}"

"""A board as text: what it is, who has which pin, what is free."""

from collections.abc import Iterable, Iterator

from corolle_tools.boards.definition import Definition, End
from corolle_tools.boards.keys import Pin


def columns(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Rows as lines whose columns stand below each other, in a pipe too."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def summary(board: Definition) -> Iterator[str]:
    """A few lines: chip, memories, image, what is fitted."""
    raw, image = board.raw, board.raw["micropython"]
    psram = f", {raw['psram_mb']} MB PSRAM" if raw["psram_mb"] else ""
    variant = f", variant {image['variant']}" if image.get("variant") else ""
    yield f"{raw['name']}: a {raw['unit']} on {board.module.name}"
    yield f"chip: {board.mcu.name}, {raw['flash_mb']} MB flash{psram}"
    yield f"image: MicroPython {image['version']}, {image['port']}{variant}"
    yield f"pins by: {board.module.document}"
    for part, entry in board.fitted.items():
        address = f" at 0x{entry['address']:02x}" if "bus" in entry and "address" in entry else ""
        bus = f" on {entry['bus']}" if "bus" in entry else f" on {entry['uart']}" if "uart" in entry else ""
        yield f"  {part}: {board.driver(part).title}{bus}{address}"


def pin_rows(board: Definition) -> Iterator[tuple[str, ...]]:
    """Each pin that is had, in order of its number; first the names of the columns."""
    yield "GPIO", "at", "has", "part's pin", "at rest", "remarks"
    for end in sorted(board.ends, key=lambda end: end.gpio):
        place = "on the module" if board.is_onboard(end) else board.module.place(end.gpio)
        remarks = ", ".join(board.mcu.remarks(end.gpio))
        yield str(end.gpio), place, f"{end.owner}.{end.key}", end.kind.at, _rest(board, end), remarks


def free_pins(board: Definition) -> str:
    """What a further part could have."""
    pins = board.free(Pin("", "in"))
    return ", ".join(f"GPIO{gpio}" for gpio in pins) or "none"


def _rest(board: Definition, end: End) -> str:
    for way, level in (("up", "high"), ("down", "low")):
        if ohm := board.pull_ohm(end.gpio, way):
            return f"{level}, by {ohm:_} ohm".replace("_", ",")
    return ""

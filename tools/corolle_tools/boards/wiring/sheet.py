"""What is on the page: boxes with their terminals, and the wires between them and the module."""

from dataclasses import dataclass, field
from typing import Any

from corolle_tools.boards.definition import Definition, End
from corolle_tools.boards.keys import Choice
from corolle_tools.boards.parts import BUSES

_LEVELS = ("GND", "3V3", "SDA", "SCL")  # what a chip's address pin can be tied to, in the order of addresses


@dataclass(frozen=True)
class Terminal:
    """One screw: its name at the part, and what it is joined to: a GPIO, a supply, and what `text` says."""

    name: str
    gpio: int | None = None
    supply: str = ""
    text: str = ""


@dataclass
class Box:
    """A part as it is wired, or a converter with the parts at its inputs."""

    title: str
    subtitle: str
    terminals: list[Terminal] = field(default_factory=list)

    @property
    def gpios(self) -> list[int]:
        """The pins it is wired to."""
        return [terminal.gpio for terminal in self.terminals if terminal.gpio is not None]


def boxes(board: Definition) -> list[Box]:
    """All that is wired to the module. What its maker has put on it is not."""
    made: dict[tuple[Any, ...], Box] = {}
    for part, entry in board.fitted.items():
        driver = board.driver(part)
        own = [end for end in board.ends if end.owner == f"fitted.{part}"]
        if part in board.module.onboard or not driver.keys:
            continue
        if not driver.chip:
            box = Box(part.replace("_", " "), driver.title + _address(entry))
            box.terminals += _feed(driver.feed) + _bus(board, part, entry)
            box.terminals += [Terminal(end.kind.at, end.gpio, text=_divider(entry)) for end in own]
            made[part,] = box
            continue
        place = entry["bus"], entry["address"]
        if place not in made:
            made[place] = Box("converter", driver.chip + _address(entry))
            made[place].terminals += _feed((("VDD", "3V3"), ("GND", "GND"))) + _bus(board, part, entry)
        made[place].terminals += _inputs(part, entry) + _own_feed(part, driver.feed)
    return list(made.values())


def onboard(board: Definition) -> list[tuple[str, End]]:
    """What is wired on the module itself: the part, and its pin."""
    found = []
    for end in board.ends:
        if board.is_onboard(end):
            part = next(part for part, keys in board.module.onboard.items() if keys.get(end.key) == end.gpio)
            found.append((part, end))
    return found


def _address(entry: dict[str, Any]) -> str:
    return f", 0x{entry['address']:02x}" if "bus" in entry and "address" in entry else ""


def _feed(feed: tuple[tuple[str, str], ...]) -> list[Terminal]:
    return [Terminal(name, supply=supply) for name, supply in feed]


def _bus(board: Definition, part: str, entry: dict[str, Any]) -> list[Terminal]:
    """The part's pins at its bus, and those that make its address."""
    name = entry.get("bus", entry.get("uart"))
    if name is None:
        return []
    bus, driver = board.buses[name], board.driver(part)
    keys = [key for key in BUSES[bus["kind"]] if key in ("sck", "mosi", "miso", "sda", "scl", "tx", "rx")]
    named = driver.at_bus or {key: getattr(BUSES[bus["kind"]][key], "at", key) for key in keys}
    terminals = [Terminal(named[key], bus[key]) for key in keys if key in named]
    if driver.straps:
        legal = driver.keys["address"]
        first = legal.values[0] if isinstance(legal, Choice) else 0
        terminals += _straps(driver.straps, entry["address"] - first, bus)
    return terminals


def _straps(names: tuple[str, ...], code: int, bus: dict[str, Any]) -> list[Terminal]:
    """Each address pin has four levels, the first named the lowest digit."""
    terminals = []
    for name in names:
        level = _LEVELS[code % 4]
        code //= 4
        if level in ("GND", "3V3"):
            terminals.append(Terminal(name, supply=level))
        else:
            terminals.append(Terminal(name, bus[level.lower()]))
    return terminals


def _divider(entry: dict[str, Any]) -> str:
    """The resistor over a thermistor."""
    return f"{entry['pullup_ohm'] / 1000:g}k ↑" if "pullup_ohm" in entry else ""


def _own_feed(part: str, feed: tuple[tuple[str, str], ...]) -> list[Terminal]:
    """What a sensor at a converter's input is fed by itself."""
    return [Terminal(f"{part.replace('_', ' ')} {name}", supply=supply) for name, supply in feed]


def _inputs(part: str, entry: dict[str, Any]) -> list[Terminal]:
    channels = entry.get("channels", [entry.get("channel")])
    named = part.replace("_", " ")
    if len(channels) == 1:
        shunt = f", {entry['shunt_ohm']:g} ohm ↓" if "shunt_ohm" in entry else ""
        return [Terminal(f"AIN{channels[0]}", text=named + shunt)]
    return [Terminal(f"AIN{channel}", text=f"{named} {n}") for n, channel in enumerate(channels, 1)]

"""The kinds of values that the entries of a board.toml have, and what is wrong with one."""

from dataclasses import dataclass
from typing import Any

from corolle_tools.boards.finding import listed

Fault = tuple[str, str, str]  # what is wrong, why, what would be right


@dataclass(frozen=True)
class Pin:
    """A GPIO. `at`: the part's own name of it.

    way: "out" (driven), "in", "both" (open drain), "analog". safe: the level at which nothing happens while
    nobody drives it, `else_` what the other level does; `must`: a board that does not see to it is refused.
    pull_up: the driver wants one, of the chip or on the board.
    """

    at: str
    way: str = "in"
    safe: int | None = None
    else_: str = ""
    must: bool = True
    pull_up: bool = False
    optional: bool = False

    def fault(self, value: Any) -> Fault | None:
        """What is wrong with a value, if anything."""
        if isinstance(value, int) and not isinstance(value, bool):
            return None
        return "is no pin", "a pin is the number of a GPIO", "Right would be a whole number, as in pin = 4"


@dataclass(frozen=True)
class Number:
    """A number within bounds; `of` says whose they are."""

    low: float
    high: float
    of: str
    whole: bool = True
    optional: bool = False
    above: bool = False  # the lower bound itself is too little

    def fault(self, value: Any) -> Fault | None:
        """What is wrong with a value, if anything."""
        right = f"Right would be {self._range()}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "is no number", self.of, right
        if self.whole and not isinstance(value, int):
            return "is no whole number", self.of, right
        if self.low <= value <= self.high and not (self.above and value == self.low):
            return None
        return "is out of range", self.of, right

    def _range(self) -> str:
        if self.above:
            return f"more than {self.low:_} and up to {self.high:_}"
        return f"{self.low:_} to {self.high:_}"


@dataclass(frozen=True)
class Choice:
    """One of a few values."""

    values: tuple[Any, ...]
    of: str
    optional: bool = False
    hexadecimal: bool = False

    def fault(self, value: Any) -> Fault | None:
        """What is wrong with a value, if anything."""
        if any(value == legal and type(value) is type(legal) for legal in self.values):
            return None
        shown = [f"0x{legal:02x}" if self.hexadecimal else _legal(legal) for legal in self.values]
        return "is not possible", self.of, f"Right would be {listed(shown)}"


@dataclass(frozen=True)
class OnBus:
    """The name of a bus of one kind."""

    kind: str
    optional: bool = False

    def fault(self, value: Any) -> Fault | None:
        """What is wrong with a value, if anything. Whether there is such a bus, the whole board tells."""
        if isinstance(value, str):
            return None
        return (
            "names no bus",
            "it is the name of one of [buses]",
            f"Right would be the name of an {self.kind} bus",
        )


@dataclass(frozen=True)
class Each:
    """A list with a number for each channel."""

    number: Number
    optional: bool = False

    def fault(self, value: Any) -> Fault | None:
        """What is wrong with a value, if anything."""
        if not isinstance(value, list) or not value:
            right = "Right would be a list, one number a channel"
            return "is no list", "each channel has its own", right
        return next((fault for fault in map(self.number.fault, value) if fault), None)


@dataclass(frozen=True)
class Host:
    """Which of the chip's hosts a bus is. Whether there is such a one, checks.buses tells by the chip."""

    optional: bool = False

    def fault(self, value: Any) -> Fault | None:
        """What is wrong with a value, if anything."""
        if isinstance(value, int) and not isinstance(value, bool):
            return None
        return "is no host", "the chip's hosts are numbered", "Right would be a whole number, as in id = 1"


Key = Pin | Number | Choice | OnBus | Each | Host


def toml(value: Any) -> str:
    """A value as a file has it."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _legal(value: Any) -> str:
    return f"{value:_}" if isinstance(value, int) and not isinstance(value, bool) else toml(value)

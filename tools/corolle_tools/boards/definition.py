"""A board's definition and all that stands behind its words: chip, module, wires."""

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from corolle_tools.boards.drivers import DRIVERS, Driver
from corolle_tools.boards.esp32 import ESP32
from corolle_tools.boards.esp32s3 import ESP32_S3
from corolle_tools.boards.keys import OnBus, Pin
from corolle_tools.boards.mcu import Mcu
from corolle_tools.boards.module import Module, read_module
from corolle_tools.boards.parts import BUSES
from corolle_tools.firmware import BOARDS, board_names

MCUS = {"esp32": ESP32, "esp32s3": ESP32_S3}


@dataclass(frozen=True)
class End:
    """A pin that somebody has. `owner`: "fitted.relay", "buses.i2c0"; `key`: what the entry calls the pin."""

    owner: str
    key: str
    gpio: int
    kind: Pin

    @property
    def where(self) -> str:
        """The entry, as its file has it."""
        return f"{self.owner}.{self.key} = {self.gpio}"


@dataclass(frozen=True)
class Definition:
    """What a file says, its tables looked up; mcu and module are right when checks.head found nothing."""

    path: Path
    raw: dict[str, Any]

    @property
    def mcu(self) -> Mcu:
        """The chip. KeyError when it is not known."""
        return MCUS[self.raw["mcu"]]

    @cached_property
    def module(self) -> Module:
        """The module. LookupError when it is not known."""
        return read_module(self.raw["module"])

    @property
    def buses(self) -> dict[str, dict[str, Any]]:
        """Buses whose kind is known, by name."""
        entries = self.raw.get("buses", {})
        return {name: entry for name, entry in entries.items() if _named(entry, "kind") in BUSES}

    @property
    def fitted(self) -> dict[str, dict[str, Any]]:
        """Parts whose driver is known, by name."""
        entries = self.raw.get("fitted", {})
        return {name: entry for name, entry in entries.items() if _named(entry, "driver") in DRIVERS}

    def driver(self, part: str) -> Driver:
        """What a part's driver needs."""
        return DRIVERS[self.fitted[part]["driver"]]

    def on_bus(self, bus: str) -> list[str]:
        """The parts at a bus of their kind."""
        kind = self.buses[bus]["kind"]
        return [
            part
            for part, entry in self.fitted.items()
            for key, rule in self.driver(part).keys.items()
            if isinstance(rule, OnBus) and rule.kind == kind and entry.get(key) == bus
        ]

    @cached_property
    def ends(self) -> list[End]:
        """Every pin that a bus or a part has; what is no number is left to checks.entries."""
        owners = [(f"buses.{name}", BUSES[entry["kind"]], entry) for name, entry in self.buses.items()]
        owners += [(f"fitted.{name}", self.driver(name).keys, entry) for name, entry in self.fitted.items()]
        return [
            End(owner, key, entry[key], kind)
            for owner, keys, entry in owners
            for key, kind in keys.items()
            if isinstance(kind, Pin) and key in entry and kind.fault(entry[key]) is None
        ]

    def is_onboard(self, end: End) -> bool:
        """Whether a pin is one that the module's maker has wired, to just this part."""
        room, name = end.owner.split(".", 1)
        for part, keys in self.module.onboard.items():
            on_this_bus = room == "buses" and name == _named(self.fitted.get(part, {}), "bus")
            if (on_this_bus or end.owner == f"fitted.{part}") and keys.get(end.key) == end.gpio:
                return True
        return False

    def pull_ohm(self, gpio: int, way: str) -> int | None:
        """The resistor of the board at a pin, `way` "up" or "down"; None where there is none."""
        return self.raw.get(f"pull_{way}_ohm", {}).get(str(gpio))

    def free(self, kind: Pin) -> list[int]:
        """Pins that nobody has, and that will do for this one."""
        mcu = self.mcu
        psram_mb = self.raw.get("psram_mb", 0)
        unfit = mcu.reserved(psram_mb) | {end.gpio for end in self.ends} | self.module.taken.keys()
        unfit |= frozenset(mcu.jtag)
        if kind.way in ("out", "both") or kind.pull_up:
            unfit |= mcu.input_only
        if kind.safe == 0:
            unfit |= mcu.high_glitch | mcu.pulled_up
        if kind.way == "analog":
            unfit |= mcu.gpios - mcu.adc1
        return [gpio for gpio in self.module.reachable if gpio in mcu.gpios and gpio not in unfit]


def read_definition(board: str) -> Definition:
    """A board by its name, or by the path of a file or of its folder.

    Raises LookupError for a name that is none, OSError for a file that cannot be read, and ValueError for one
    that is not TOML, or has a value where a table belongs.
    """
    path = BOARDS / board / "board.toml"
    if "/" in board or board.endswith(".toml"):
        path = Path(board) / "board.toml" if Path(board).is_dir() else Path(board)
    elif board not in board_names():
        raise LookupError(f"no board {board!r}: there are {', '.join(board_names())}")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text: byte {error.start} is not UTF-8") from None
    except ValueError as error:
        raise ValueError(f"{path} is not TOML: {error}") from None
    for name in ("micropython", "buses", "fitted", "pull_up_ohm", "pull_down_ohm"):
        _expect_table(path, name, raw.get(name, {}))
    for name in ("buses", "fitted"):
        for key, entry in raw.get(name, {}).items():
            _expect_table(path, f"{name}.{key}", entry)
    return Definition(path, raw)


def _named(entry: dict[str, Any], key: str) -> str:
    """A word of an entry, "" where there is something else."""
    return entry[key] if isinstance(entry.get(key), str) else ""


def _expect_table(path: Path, name: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise ValueError(
            f"{path}: {name} = {value!r} is no table. Right would be [{name}] and its keys below"
        )

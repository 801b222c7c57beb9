"""Modules that boards are built on: pins that can be reached, and what their maker put to the others."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corolle_tools.firmware import BOARDS

MODULES = BOARDS / "modules"


@dataclass(frozen=True)
class Module:
    """One module, bare or with USB and more.

    document: where its pins were taken from. left, right: its pins from above, downwards, each with its place
    ("J3-18", "12") and its GPIO or its name. taken: what its maker has at a GPIO. onboard: parts that are on
    it, with the keys that a board.toml must give them. hint: what whoever looks for a pin should know.
    """

    key: str
    name: str
    mcu: str
    document: str
    flash_mb: tuple[int, ...]
    psram_mb: tuple[int, ...]
    left: tuple[tuple[str, int | str], ...]
    right: tuple[tuple[str, int | str], ...]
    taken: Mapping[int, str]
    onboard: Mapping[str, Mapping[str, Any]]
    hint: str

    @property
    def reachable(self) -> list[int]:
        """The GPIOs that a wire can be put to."""
        return sorted(pin for _, pin in (*self.left, *self.right) if isinstance(pin, int))

    def place(self, gpio: int) -> str:
        """Where a GPIO is, "" when it cannot be reached."""
        return next((place for place, pin in (*self.left, *self.right) if pin == gpio), "")


def module_names() -> list[str]:
    """The modules that are known."""
    return sorted(path.stem for path in MODULES.glob("*.toml"))


def read_module(key: str) -> Module:
    """The module of this name. LookupError names those there are."""
    path: Path = MODULES / f"{key}.toml"
    if key not in module_names():
        raise LookupError(f"no module {key!r}: there are {', '.join(module_names())}")
    entry = tomllib.loads(path.read_text(encoding="utf-8"))
    return Module(
        key,
        entry["name"],
        entry["mcu"],
        entry["document"],
        tuple(entry["flash_mb"]),
        tuple(entry["psram_mb"]),
        tuple((place, pin) for place, pin in entry["left"]),
        tuple((place, pin) for place, pin in entry["right"]),
        {int(gpio): what for gpio, what in entry.get("taken", {}).items()},
        entry.get("onboard", {}),
        entry.get("hint", ""),
    )

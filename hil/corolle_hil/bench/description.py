"""A rig's file: which boards stand on the bench, and what is wired to them. See hil/rigs/README.md."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corolle_hil.bench.description_check import find_problems

_EXAMPLE = "hil/rigs/desk.toml"


class WrongRig(ValueError):
    """A rig's file that cannot be used: a sentence for each problem, with its key and what is legal."""


@dataclass(frozen=True)
class UnitDescription:
    """One unit on the bench.

    Attributes:
        port: its console: a device's path, or usb:SERIAL.
        power: (way, what it switches), None where nothing does.
        meter, photodiode: their sections, None where there is none.
        wires: the jig's GPIO, by what is wired to it.
    """

    name: str
    kind: str
    board: str
    port: str
    power: tuple[str, str] | None
    meter: Mapping[str, Any] | None
    photodiode: Mapping[str, int] | None
    wires: Mapping[str, int]


@dataclass(frozen=True)
class Description:
    """A whole rig. Sections that are absent are None."""

    name: str
    units: tuple[UnitDescription, ...]
    jig_port: str | None
    labgrid: Mapping[str, str] | None
    gateway: Mapping[str, Any] | None

    def unit(self, kind: str) -> UnitDescription | None:
        """The first unit of that kind."""
        return next((unit for unit in self.units if unit.kind == kind), None)


def read(path: Path, boards: Path) -> Description:
    """Read a rig's file. `boards` is the folder of the boards' definitions.

    Raises WrongRig, also for a file that cannot be read.
    """
    try:
        raw = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongRig(f"{path}: not TOML: {error}") from None
    except OSError as error:
        raise WrongRig(f"{path}: {error.strerror}: a rig is virtual, or a file like {_EXAMPLE}") from None
    if problems := list(find_problems(raw, _definitions(boards))):
        raise WrongRig("\n".join(f"{path}: {problem}" for problem in problems))
    jig = raw.get("jig")
    units = tuple(_unit(name, entry) for name, entry in raw["units"].items())
    return Description(path.stem, units, jig and jig["port"], raw.get("labgrid"), raw.get("gateway"))


def _definitions(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.parent.name: tomllib.loads(path.read_text()) for path in folder.glob("*/board.toml")}


def _unit(name: str, entry: dict[str, Any]) -> UnitDescription:
    way, colon, switched = entry.get("power", "").partition(":")
    return UnitDescription(
        name,
        entry["kind"],
        entry["board"],
        entry["port"],
        (way, switched) if colon else None,
        entry.get("meter"),
        entry.get("photodiode"),
        entry.get("wires", {}),
    )

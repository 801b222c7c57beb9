"""The firmware as a node's flash holds it: starters as source, the program as .mpy, facts as JSON."""

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import corolle
from corolle_hil.mpy import compile_mpy

from corolle_tools.identity import Identity
from corolle_tools.link.kept import linked
from corolle_tools.link.program import LinkError, Program

FIRMWARE = Path(corolle.__file__).parent.parent
BOARDS = FIRMWARE.parent / "boards"

_STARTERS = ("boot.py", "main.py")  # MicroPython runs these two as source only
_START = "corolle.start"  # what main.py imports
_ASKED = ("spawn",)  # of the supervisor, by a main.py that adds tasks of its own
_SELDOM = ("rtc",)  # parts whose drivers are borrowed
# What makes a unit of its parts is there for the boot alone; of what it keeps, these are sure to stay.
_BESIDE = {
    "canopy": ("units.canopy_unit", "units.garden", "units.sensor"),
    "radio": ("radio.lorawan",),
    "ble": ("radio.ble.service", "radio.ble.near"),
    "lamp ble": ("control.neighbours",),
    "soil": ("drivers.soil_probe",),
    "valve": ("units.tap", "units.guarded", "units.valve_guard"),
    "mist_valve": ("units.misting", "units.sanitary_sender", "system.sanitary_log"),
    "battery": ("units.canopy_power",),
}
_NONE: Mapping[str, str] = MappingProxyType({})


@cache
def modules() -> dict[str, bytes]:
    """Every module of the firmware's package, compiled as it stands: path on the node -> .mpy.

    Raises SyntaxError, with the compiler's own words, for a file that mpy-cross refuses.
    """
    sources = {name: _source(name) for name in _module_names()}
    packages = {name.rpartition(".")[0] for name in sources}
    paths = {name: name.replace(".", "/") + ("/__init__" if name in packages else "") for name in sources}
    return {f"/{paths[name]}.mpy": compile_mpy(source.encode(), name) for name, source in sources.items()}


def program_files(definition: dict[str, Any], stand_ins: Mapping[str, str] = _NONE) -> dict[str, bytes]:
    """The program of a board, linked and compiled: path on the node -> content.

    `stand_ins`: sources of modules that a simulation puts in the place of the firmware's own.

    Raises LinkError for a module that cannot be linked and SyntaxError for what mpy-cross refuses.
    """
    return _linked(frozenset(_certain(definition)), tuple(sorted(stand_ins.items())))


def whole_program() -> Program:
    """All modules of the firmware, as the linker sees them."""
    return Program(_module_names(), _source)


@cache
def _linked(certain: frozenset[str], stand_ins: tuple[tuple[str, str], ...]) -> dict[str, bytes]:
    replaced = dict(stand_ins)

    def source(module: str) -> str:
        return replaced[module] if module in replaced else _source(module)

    program = linked(_module_names(), source, _START, certain, _ASKED)
    files = {name: compile_mpy(source.encode(), name) for name, source in program.sources.items()}
    told = {"/corolle/origins.txt": "\n".join(program.origins), "/corolle/texts.txt": program.texts}
    package = {"/corolle/__init__.mpy": compile_mpy(_source("corolle").encode(), "corolle")}
    placed = {f"/{name.replace('.', '/')}.mpy": content for name, content in files.items()}
    return package | {path: text.encode() for path, text in told.items()} | placed


def _certain(definition: dict[str, Any]) -> Iterator[str]:
    """The modules that a node needs for sure because of what its board is and has."""
    yield from ("corolle.node", f"corolle.units.{definition['unit']}")
    yield from ("corolle.units.serial_desk", "corolle.units.near_desk")
    for part, entry in definition["fitted"].items():
        driver = f"corolle.drivers.{entry['driver']}"
        if driver in _module_names() and part not in _SELDOM:
            yield driver
    unit, fitted = definition["unit"], definition["fitted"]
    for cause in (unit, *fitted, *(f"{unit} {part}" for part in fitted)):
        yield from (f"corolle.{module}" for module in _BESIDE.get(cause, ()))


@cache
def _module_names() -> list[str]:
    paths = (
        path.relative_to(FIRMWARE).with_suffix("") for path in sorted((FIRMWARE / "corolle").rglob("*.py"))
    )
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def _source(module: str) -> str:
    path = FIRMWARE / module.replace(".", "/")
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()


def board_names() -> list[str]:
    """The boards that can be had."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.toml"))


def board_definition(board: str, left_off: Iterable[str] = ()) -> dict[str, Any]:
    """Read a board's definition, without the parts that are `left_off`.

    Raises LookupError that names the boards there are.
    """
    path = BOARDS / board / "board.toml"
    if not path.is_file():
        raise LookupError(f"no board {board!r}: there are {', '.join(board_names())}")
    definition = tomllib.loads(path.read_text())
    for part in left_off:
        definition["fitted"].pop(part, None)
    return definition


def node_files(
    board: str, identity: Identity, left_off: Iterable[str] = (), stand_ins: Mapping[str, str] = _NONE
) -> dict[str, bytes]:
    """All that a node's flash holds before its first boot, on a board without what is `left_off`.

    `stand_ins`: as for program_files().

    Raises LookupError for an unknown board and SyntaxError for a file that mpy-cross refuses.
    """
    definition = board_definition(board, left_off)
    return program_files(definition, stand_ins) | _beside_program(definition, identity)


def _beside_program(definition: dict[str, Any], identity: Identity) -> dict[str, bytes]:
    starters = {f"/{name}": (FIRMWARE / name).read_bytes() for name in _STARTERS}
    facts = {
        "/board.json": definition,
        "/unit.json": identity.unit_json(),
        "/keys.json": identity.keys_json(),
    }
    return starters | {path: json.dumps(fact).encode() for path, fact in facts.items()}


def main() -> None:
    """Compile everything there is for a node, starters too, and say how much it is."""
    try:
        for name in _STARTERS:
            compile_mpy((FIRMWARE / name).read_bytes(), name)
        compiled = modules()
        sizes = {name: _size_kb(program_files(board_definition(name))) for name in board_names()}
    except (SyntaxError, LinkError) as error:
        sys.exit(str(error))
    told = ", ".join(f"{size_kb:.0f} KB on {name}" for name, size_kb in sizes.items())
    print(f"mpy-cross: {len(compiled)} modules; linked, {told}")


def _size_kb(files: dict[str, bytes]) -> float:
    return sum(map(len, files.values())) / 1024


if __name__ == "__main__":
    main()

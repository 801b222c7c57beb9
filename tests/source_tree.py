"""The project's own files, and what is in them: what the tests of the whole tree look at."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
_ROOMS = ("firmware", "boards", "gateway", "hil", "tools", "tests", "docs", ".ci")


def files(*suffixes: str) -> list[Path]:
    """Every file of ours with one of these suffixes, in order."""
    rooms = (path for room in _ROOMS for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts)
    tops = ROOT.glob("*")
    return sorted(path for path in (*rooms, *tops) if path.is_file() and path.suffix in suffixes)


class Contents(NamedTuple):
    """What the rules ask about a Python file.

    Attributes:
        imports: each module that it imports, wherever the import stands, by its full dotted name.
        functions: the names of its functions, and their lines.
        asserts: the lines on which one stands.
    """

    imports: tuple[str, ...]
    functions: tuple[tuple[str, int], ...]
    asserts: tuple[int, ...]


@cache
def contents(path: Path) -> Contents:
    """Read a file, once for all rules: to read the whole tree takes seconds."""
    nodes = list(ast.walk(ast.parse(path.read_text(), path.as_posix())))
    return Contents(
        tuple(name for node in nodes for name in _imported(path, node)),
        tuple(
            (node.name, (node.end_lineno or 0) - node.lineno + 1)
            for node in nodes
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        tuple(node.lineno for node in nodes if isinstance(node, ast.Assert)),
    )


def module_name(path: Path) -> str:
    """The name a file of a package is imported by: gateway/corolle_gateway/app.py -> corolle_gateway.app."""
    parts = path.relative_to(ROOT).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        source = _absolute(path, node)
        yield from (f"{source}.{alias.name}" for alias in node.names)


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module_name(path).split(".") + (["__init__"] if path.name == "__init__.py" else [])
    return ".".join([*package[: -node.level], *([node.module] if node.module else [])])

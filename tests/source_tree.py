"""The project's own files, read as text and as syntax trees: what the tests of the whole tree look at."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
_ROOMS = ("firmware", "boards", "gateway", "hil", "tools", "tests", "docs", ".ci")


def files(*suffixes: str) -> list[Path]:
    """Every file of ours with one of these suffixes, in order."""
    rooms = (path for room in _ROOMS for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts)
    tops = ROOT.glob("*")
    return sorted(path for path in (*rooms, *tops) if path.is_file() and path.suffix in suffixes)


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(), path.as_posix())


def module_name(path: Path) -> str:
    """The name a file of a package is imported by: gateway/corolle_gateway/app.py -> corolle_gateway.app."""
    parts = path.relative_to(ROOT).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Each module that a file imports, wherever in the file the import stands, by its full dotted name."""
    for node in ast.walk(parsed(path)):
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

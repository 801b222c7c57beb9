"""Every event the gateway logs is told of in the documents, and every one told of is logged."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from corolle_gateway.log import LEVELS

_ROOT = Path(__file__).parents[3]
_SOURCES = _ROOT / "gateway" / "corolle_gateway"
_PAGE = (_ROOT / "docs" / "operation.md").read_text()


def _logged(path: Path) -> Iterator[ast.expr]:
    """The first argument of each call of a log's: log.info(...), self._log.error(...), an alias of these."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _is_a_logs(node.func):
            name = node.args[0]
            yield from _assigned(tree, name.id) if isinstance(name, ast.Name) else (name,)


def _is_a_logs(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in LEVELS and ast.unparse(function.value).endswith("log")
    return isinstance(function, ast.Name) and function.id == "write"


def _assigned(tree: ast.Module, name: str) -> Iterator[ast.expr]:
    """What a variable is given anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and name in map(ast.unparse, node.targets):
            yield node.value


def _names(expression: ast.expr) -> Iterator[str]:
    """What an event's name may be, as regular expressions."""
    if isinstance(expression, ast.IfExp):
        yield from _names(expression.body)
        yield from _names(expression.orelse)
    elif isinstance(expression, ast.Constant):
        yield re.escape(str(expression.value))
    elif isinstance(expression, ast.JoinedStr):
        parts = (
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
            for part in expression.values
        )
        yield "".join(parts)
    else:
        raise AssertionError(f"an event's name is not known from the source: {ast.unparse(expression)}")


def _told() -> set[str]:
    """The first column of the table of events."""
    table = _PAGE.partition("| event |")[2].partition("\n\n")[0]
    return {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def _in_sources() -> set[str]:
    return {
        name for path in _SOURCES.rglob("*.py") for expression in _logged(path) for name in _names(expression)
    }


def test_every_event_is_told_and_none_that_is_not():
    told, patterns = _told(), _in_sources()
    assert {"started", "rejected", "log_file_failed"} <= told
    assert not [each for each in patterns if not any(re.fullmatch(each, name) for name in told)]
    assert not [name for name in told if not any(re.fullmatch(each, name) for each in patterns)]


def test_every_kind_of_call_is_seen(tmp_path: Path):
    """The rule above is worth what the reading of calls is worth."""
    path = tmp_path / "room.py"
    path.write_text(
        'self._log.info("one")\nlog.error("two" if bad else "three")\nself._log.warning(f"{name}_four")\n'
        'write = log.debug\nword = "five"\nwrite(word)\nself._db.execute("six")\n'
    )
    assert {name for each in _logged(path) for name in _names(each)} == {
        "one",
        "two",
        "three",
        r"\w+_four",
        "five",
    }

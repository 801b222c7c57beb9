"""Text from trees, with every statement on a line that tells its module and the line it has there."""

import ast
from collections.abc import Iterator

LINES = 1000  # of a module at most: line 7046 of what is linked is line 46 of the seventh module


def text_of(modules: list[tuple[int, list[ast.stmt]]]) -> str:
    """The text of statements, given as (number of their module, statements), in the order of the numbers."""
    statements = [statement for _, body in modules for statement in body]
    wanted = [number * LINES + _line(node) for number, body in modules for node in _statements(body)]
    text = ast.unparse(ast.fix_missing_locations(ast.Module(statements, [])))
    written = [_line(node) for node in _statements(ast.parse(text).body)]
    return "\n".join(_spaced(text.split("\n"), dict(zip(written, wanted, strict=True)))) + "\n"


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.stmt):
                yield node


def _line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else node.lineno


def _spaced(lines: list[str], wanted: dict[int, int]) -> Iterator[str]:
    """The lines, empty ones before some of them so that each comes where it is wanted, or later."""
    at = 0
    for number, line in enumerate(lines, 1):
        empty = max(0, wanted.get(number, 0) - at - 1)
        at += empty + 1
        yield "\n" * empty + line

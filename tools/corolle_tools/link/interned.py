"""Texts that could be names become names.

Of another that is longer than ten characters the compiler makes an object, and whoever asks for an attribute
by it, as settings are asked for, has it looked for among all names there are.
"""

import ast
from collections.abc import Iterable
from keyword import iskeyword


def names_first(bodies: Iterable[list[ast.stmt]]) -> list[ast.stmt]:
    """What is never done, but read before the texts of some bodies: the compiler knows them then."""
    nodes = (node for body in bodies for statement in body for node in ast.walk(statement))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    names = sorted(text for text in texts if text.isidentifier() and not iskeyword(text))
    return ast.parse(f"if 0: {'; '.join(names)}").body if names else []

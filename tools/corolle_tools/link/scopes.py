"""Which names are a function's own."""

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def parameters(function: Function) -> list[ast.arg]:
    """All of them, in the order in which they are written."""
    given = function.args
    return [
        *given.posonlyargs,
        *given.args,
        *([given.vararg] if given.vararg else []),
        *given.kwonlyargs,
        *([given.kwarg] if given.kwarg else []),
    ]


def own_names(function: Function) -> set[str]:
    """Parameters and what is assigned in a function, though not what functions within it assign."""
    body = function.body if isinstance(function.body, list) else [function.body]
    names = {parameter.arg for parameter in parameters(function)}
    foreign = set()
    for node in _within(body):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            foreign.update(node.names)
        names.update(_bound(node))
    return names - foreign


def _within(nodes: list) -> Iterator[ast.AST]:
    """Every node below some, down to the functions and classes that have scopes of their own."""
    for node in nodes:
        yield node
        if not isinstance(node, _SCOPES):
            yield from _within(list(ast.iter_child_nodes(node)))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in node.names)


def class_names(definition: ast.ClassDef) -> set[str]:
    """What the statements of a class assign, which is not seen from its methods."""
    return {name for node in _within(list(definition.body)) for name in _bound(node)}

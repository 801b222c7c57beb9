"""Short names for parameters that nobody passes by name."""

import ast
from collections.abc import Iterable

from corolle_tools.link.scopes import Function, own_names, parameters
from corolle_tools.link.short_names import short_names


def names_passed(trees: Iterable[ast.AST]) -> set[str]:
    """Every name by which anything may be passed: in a call, or as the key of a dict that becomes one."""
    names = {"self"}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.keyword) and node.arg:
            names.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    return names


def shorten_parameters(statements: list[ast.stmt], passed: set[str]) -> None:
    """Rename the parameters of all functions among some statements, save those in `passed`."""
    for statement in statements:
        for node in _innermost_first(statement):
            _shorten(node, passed)


def _innermost_first(tree: ast.AST) -> list[Function]:
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    return functions[::-1]  # ast.walk goes from the outside in


def _shorten(function: Function, passed: set[str]) -> None:
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    used |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    fresh = short_names(used | own_names(function))
    renamed = {each.arg: next(fresh) for each in parameters(function) if each.arg not in passed}
    for parameter in parameters(function):
        parameter.arg = renamed.get(parameter.arg, parameter.arg)
    body = function.body if isinstance(function.body, list) else [function.body]
    for node in body:
        _rename(node, renamed)


def _rename(node: ast.AST, names: dict[str, str]) -> None:
    if isinstance(node, Function):
        names = {name: new for name, new in names.items() if name not in own_names(node)}
    if isinstance(node, ast.Name):
        node.id = names.get(node.id, node.id)
    for child in ast.iter_child_nodes(node):
        _rename(child, names)

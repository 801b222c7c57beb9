"""Short names for what our classes are made of: their methods and attributes.

Whose object an attribute is cannot be seen in the sources, so a name is either short everywhere or nowhere.
"""

import ast
from collections.abc import Iterable, Iterator

from corolle_tools.link.program import Program, Symbol
from corolle_tools.link.scopes import Function, class_names
from corolle_tools.link.short_names import short_names

# Names of ours that objects of MicroPython's have as well.
OF_MICROPYTHON = frozenset(
    "accept add append close count done encrypt end errors flags lines listen locked memory name on open pack"
    " pending push put read reason release reset run send serial session set span start state step tell time"
    " total update value values version".split()
)

Names = dict[str, str]


def members(program: Program, kept: set[str]) -> set[str]:
    """What only objects of our own can have, and nobody asks for by name, as he does for what is `kept`."""
    public = {name for module in program.modules.values() for name in module.defines}
    return _defined(program) - kept - public - _of_modules(program) - OF_MICROPYTHON


def _of_modules(program: Program) -> set[str]:
    """What is asked of MicroPython's modules, as in gc.collect."""
    asked = set()
    for module in program.modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = module.bindings.get(node.value.id)
                asked |= {node.attr} if isinstance(owner, Symbol) and not owner.ours else set()
    return asked


def _defined(program: Program) -> set[str]:
    """Names that our classes give to their members, or anybody to those of their objects."""
    names: set[str] = set()
    for node in (node for module in program.modules.values() for node in ast.walk(module.tree)):
        if isinstance(node, ast.ClassDef):
            names |= class_names(node)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    return {name for name in names if not name.startswith("__")}


def short_members(bodies: Iterable[list[ast.stmt]], short: set[str]) -> Names:
    """A short name for each of the members `short` that some bodies use, in the order of its first use."""
    nodes = [node for body in bodies for statement in body for node in ast.walk(statement)]
    used = dict.fromkeys(name for node in nodes for name in _names(node))
    taken = {name for name in used if name not in short}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            taken |= {leaf.id for leaf in _evaluated(node)}
    fresh = short_names(taken)
    return {name: next(fresh) for name in used if name in short}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.ClassDef):
        yield from sorted(class_names(node))


def _evaluated(node: ast.ClassDef) -> Iterator[ast.Name]:
    """The names that are looked up while a class is made: its own ones come first."""
    for statement in node.body:
        parts: list[ast.AST] = [statement]
        if isinstance(statement, Function):
            defaults = [*statement.args.defaults, *statement.args.kw_defaults]
            parts = [*statement.decorator_list, *(each for each in defaults if each)]
        yield from (leaf for part in parts for leaf in ast.walk(part) if isinstance(leaf, ast.Name))


def shorten_members(body: list[ast.stmt], names: Names) -> None:
    """Rename members in a module's statements."""
    for node in (node for statement in body for node in ast.walk(statement)):
        if isinstance(node, ast.Attribute):
            node.attr = names.get(node.attr, node.attr)
        elif isinstance(node, ast.ClassDef):
            _shorten_class(node, names)


def _shorten_class(node: ast.ClassDef, names: Names) -> None:
    own = {name: names[name] for name in class_names(node) if name in names}
    for leaf in _evaluated(node):
        leaf.id = own.get(leaf.id, leaf.id)
    for statement in node.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            statement.name = own.get(statement.name, statement.name)

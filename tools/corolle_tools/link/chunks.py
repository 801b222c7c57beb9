"""Which modules become one: those that are always there, and those that come and go together."""

from collections.abc import Iterable
from dataclasses import dataclass

from corolle_tools.link.program import PACKAGE, Program
from corolle_tools.link.short_names import short_names


@dataclass(frozen=True)
class Chunk:
    """Modules linked into one, in the order of their imports; those in `named` are asked for by name.

    `name` is as short as can be, on a node it is a name like any other: a line tells its module anyway.
    """

    name: str
    modules: tuple[str, ...]
    named: frozenset[str]


def partition(program: Program, start: str, certain: Iterable[str]) -> list[Chunk]:
    """The chunks of a program that begins with `start` and loads the `certain` modules whatever happens."""
    entries = {start, *certain}
    groups = {group for name in _reached(program, entries) for group in program.groups(name)}
    named = frozenset(name for group in groups for name in group)
    keys: dict[str, set] = {name: set() for name in _reached(program, entries)}
    for name in named:
        keys[name] |= {group for group in groups if name in group}
    late = {module for name in keys for module in program.late_imports(name)}
    for entry in late | named:
        for name in _closure(program, {entry}) - named:
            keys[name].add(entry)
    for name in _lasting(program, entries, named):
        keys[name] = {start}
    return _chunks(program, keys, start, named)


def _lasting(program: Program, entries: set[str], named: frozenset[str]) -> set[str]:
    """What is loaded with the entries and stays: all but what is borrowed and nobody else keeps."""
    lasting = _closure(program, entries) - named
    kept = {name for module in lasting for name in program.imports(module)}
    return lasting | (_closure(program, kept) if kept - lasting else set())


def _closure(program: Program, entries: set[str]) -> set[str]:
    """All modules that are loaded with the entries."""
    return _spread(entries, program.imports)


def _reached(program: Program, entries: set[str]) -> set[str]:
    """All modules that are ever loaded."""

    def further(name: str) -> frozenset[str]:
        named = {module for group in program.groups(name) for module in group}
        return program.imports(name) | program.late_imports(name) | named

    return _spread(entries, further)


def _spread(entries: set[str], further) -> set[str]:
    reached, fresh = set(), set(entries)
    while fresh:
        reached |= fresh
        fresh = {module for name in fresh for module in further(name)} - reached
    return reached


def _chunks(program: Program, keys: dict[str, set], start: str, named: frozenset[str]) -> list[Chunk]:
    members: dict[frozenset, list[str]] = {}
    for name in _in_order(program, sorted(keys)):
        members.setdefault(frozenset(keys[name]), []).append(name)
    fresh = short_names(set())
    chunks = []
    for names in members.values():
        called = start if start in names else f"{PACKAGE}.{next(fresh)}"
        chunks.append(Chunk(called, tuple(names), named & set(names)))
    return chunks


def _in_order(program: Program, names: list[str]) -> list[str]:
    """Each module after those it imports."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in order:
            for module in sorted(program.imports(name)):
                visit(module)
            order[name] = None

    for name in names:
        visit(name)
    return list(order)

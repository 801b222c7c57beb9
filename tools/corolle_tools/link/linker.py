"""From many modules to few: the one place where a linked program is put together."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from corolle_tools.link.chunks import Chunk, partition
from corolle_tools.link.constants import is_constant, value_of
from corolle_tools.link.interned import names_first
from corolle_tools.link.lines import text_of
from corolle_tools.link.members import Names, members, short_members, shorten_members
from corolle_tools.link.naming import Naming, lasting
from corolle_tools.link.parameters import names_passed, shorten_parameters
from corolle_tools.link.program import READER, Program, Symbol
from corolle_tools.link.rewrite import Rewriter
from corolle_tools.link.texts import Mover, Texts


@dataclass(frozen=True)
class Linked:
    """A program for a node.

    Attributes:
        sources: module on the node -> its text.
        origins: the module of line 1000 and on, of 2000, ...
        texts: what errors say, by their places in the file that corolle.wire.texts reads.
    """

    sources: dict[str, str]
    origins: tuple[str, ...]
    texts: str


def link(program: Program, start: str, certain: Iterable[str], asked: Iterable[str] = ()) -> Linked:
    """Link what begins with module `start` and needs the `certain` modules, whatever else it needs at times.

    `asked`: members that whoever starts it asks its objects for.

    LinkError: a module does what a linked one cannot.
    """
    passed = names_passed(module.tree for module in program.modules.values())
    chunks = partition(program, start, certain)
    namings = [Naming(program, chunk, lasting(program, chunk, start)) for chunk in chunks]
    homes = {name: naming for naming in namings for name in naming.chunk.modules}
    origins = tuple(name for chunk in chunks for name in chunk.modules)
    numbers = {name: number for number, name in enumerate(origins, 1)}
    texts = Texts()
    linkers = [_ChunkLinker(program, naming, homes, texts) for naming in namings]
    names = short_members(
        [body for each in linkers for body in each.bodies], members(program, passed.union(asked))
    )
    sources = {each.chunk.name: each.text(numbers, passed, names) for each in linkers}
    return Linked(sources, origins, texts.content)


class _ChunkLinker:
    def __init__(self, program: Program, naming: Naming, homes: dict[str, Naming], texts: Texts):
        self.chunk: Chunk = naming.chunk
        self._program = program
        self._naming = naming
        self._homes = homes
        self._texts = texts
        self._needed: dict[Symbol, None] = {}  # from outside, in the order of its first use
        self.bodies = [self._statements(name) for name in self.chunk.modules]

    def text(self, numbers: dict[str, int], passed: set[str], names: Names) -> str:
        for body in self.bodies:
            shorten_members(body, names)
            shorten_parameters(body, passed)
        numbered = zip((numbers[name] for name in self.chunk.modules), self.bodies, strict=True)
        return text_of([(0, self._header()), *numbered])

    def _statements(self, module: str) -> list[ast.stmt]:
        statements = Rewriter(self._program, module, self._homes, self._name_of).statements()
        raised = [node for each in statements for node in ast.walk(each) if isinstance(node, ast.Raise)]
        if raised and READER.module in self._program.modules:
            mover = Mover(self._texts, self._name_of(READER))
            for node in raised:
                node.exc = node.exc and mover.visit(node.exc)
        return statements

    def _name_of(self, symbol: Symbol) -> str:
        if symbol.module not in self.chunk.modules:
            self._needed[symbol] = None
        return self._naming.of(symbol)

    def _header(self) -> list[ast.stmt]:
        """What stands first: names, imports of what is used from outside, copies of its constants."""
        header = names_first(self.bodies)
        for symbol in self._needed:
            header += self._brought(symbol)
        for node in header:
            node.lineno = 1
        return header

    def _brought(self, symbol: Symbol) -> list[ast.stmt]:
        name = self._naming.of(symbol)
        if is_constant(self._program, symbol):
            value = repr(value_of(self._program, symbol))
            return ast.parse(f"{name} = const({value})").body
        if symbol.ours:
            home = self._homes[symbol.module]
            return [ast.ImportFrom(home.chunk.name, [ast.alias(home.of(symbol), name)], 0)]
        if symbol.name:
            return [ast.ImportFrom(symbol.module, [ast.alias(symbol.name, name)], 0)]
        return [ast.Import([ast.alias(symbol.module, name)])]

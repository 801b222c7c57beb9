"""What everything is called in the chunk it is linked into."""

import ast
from itertools import count

from corolle_tools.link.chunks import Chunk
from corolle_tools.link.constants import is_constant
from corolle_tools.link.program import LinkError, Program, Symbol
from corolle_tools.link.short_names import short_names


class Naming:
    """The names of one chunk. `lasting`: what keeps its name because somebody asks for it by that name.

    A constant of ours begins with an underscore, which the compiler takes as leave to forget it.
    """

    def __init__(self, program: Program, chunk: Chunk, lasting: set[Symbol]):
        self.chunk = chunk
        self._program = program
        self._names: dict[Symbol, str] = {}
        taken = _used(program, chunk)
        for symbol in sorted(lasting, key=repr):
            self._keep(symbol)
        self._fresh = short_names(taken | set(self._names.values()))
        self._constants = (f"_{number}" for number in count(1))
        for name in chunk.modules:
            for defined in sorted(program.modules[name].defines):
                self.of(Symbol(name, defined))

    def of(self, symbol: Symbol) -> str:
        """The name of a symbol in this chunk; it gets one when it had none."""
        if symbol not in self._names:
            self._names[symbol] = self._new(symbol)
        return self._names[symbol]

    def _keep(self, symbol: Symbol) -> None:
        if symbol.name in self._names.values():
            raise LinkError(f"{self.chunk.name}: two of its modules have a public {symbol.name}")
        self._names[symbol] = symbol.name

    def _new(self, symbol: Symbol) -> str:
        if is_constant(self._program, symbol):
            return next(self._constants)
        if symbol.ours:
            return next(self._fresh)
        name = symbol.name or symbol.module
        return next(self._fresh) if name in self._names.values() else name


def lasting(program: Program, chunk: Chunk, start: str) -> set[Symbol]:
    """What keeps its name: the public side of what is started or borrowed, and exceptions."""
    symbols = [Symbol(name, defined) for name in chunk.modules for defined in program.modules[name].defines]
    asked_for = {start, *chunk.named}
    public = {each for each in symbols if each.module in asked_for and not each.name.startswith("_")}
    return public | {each for each in symbols if _is_exception(program, each)}


def _is_exception(program: Program, symbol: Symbol) -> bool:
    if not symbol.ours:
        return False
    module = program.modules[symbol.module]
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == symbol.name:
            return any(_is_error(program, symbol.module, base) for base in node.bases)
    return False


def _is_error(program: Program, module: str, base: ast.expr) -> bool:
    if not isinstance(base, ast.Name):
        return False
    bound = program.modules[module].bindings.get(base.id, Symbol(module, base.id))
    if isinstance(bound, Symbol) and bound.ours and bound.name in program.modules[bound.module].defines:
        return _is_exception(program, bound)
    return base.id.endswith(("Error", "Exception"))


def _used(program: Program, chunk: Chunk) -> set[str]:
    """Every name that functions and classes of a chunk use as theirs, or MicroPython's."""
    names: set[str] = set()
    for node in (node for name in chunk.modules for node in ast.walk(program.modules[name].tree)):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.alias)):
            names.add(node.name)
    return names

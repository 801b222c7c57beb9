"""The firmware's modules as trees: what each defines, imports at once, imports late, and names in a text."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from corolle_tools.link.short_names import shorten

PACKAGE = "corolle"
_LATE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class LinkError(Exception):
    """The firmware cannot be linked; the message names the module and what it does."""


@dataclass(frozen=True)
class Symbol:
    """Something with a name of its own in a module; `name` is "" for a module of MicroPython's as a whole."""

    module: str
    name: str

    @property
    def ours(self) -> bool:
        return self.module.partition(".")[0] == PACKAGE


READER = Symbol(f"{PACKAGE}.wire.texts", "text")  # gives a text that lies beside the program


@dataclass
class Module:
    """`bindings`: name -> the symbol it stands for, or the name of a module of ours."""

    name: str
    tree: ast.Module
    defines: set[str]
    bindings: dict[str, Symbol | str]


class Program:
    """All modules of the firmware. `read(module)` gives a source; `names` are the modules there are."""

    def __init__(self, names: list[str], read: Callable[[str], str]):
        trees = {name: ast.parse(shorten(read(name), read)) for name in names}
        self.modules = {name: Module(name, tree, _defined(tree), {}) for name, tree in trees.items()}
        for module in self.modules.values():
            module.bindings = self.bound_by(module.tree.body)
        # Each is asked for many times: to look through all trees anew would take a quarter of a link.
        self._imports = {name: self._imported_at_once(name) for name in self.modules}
        self._late_imports = {name: self._imported_late(name) for name in self.modules}
        self._groups = {name: frozenset(self._named_together(name)) for name in self.modules}

    def bound_by(self, statements: Iterable[ast.stmt]) -> dict[str, Symbol | str]:
        """What the imports among some statements bind."""
        bindings: dict[str, Symbol | str] = {}
        for node in statements:
            if isinstance(node, ast.Import):
                bindings |= {alias.asname or alias.name: Symbol(alias.name, "") for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                aliases = [
                    alias for alias in node.names if alias.name != "const"
                ]  # the compiler's own business
                bindings |= {alias.asname or alias.name: self._from(node, alias.name) for alias in aliases}
        return bindings

    def _from(self, node: ast.ImportFrom, name: str) -> Symbol | str:
        module = f"{node.module}.{name}"
        return module if module in self.modules else Symbol(node.module or "", name)

    def resolve(self, symbol: Symbol) -> Symbol:
        """The symbol where it is defined, however many modules hand it on. LinkError: there is none."""
        while symbol.ours:
            module = self.modules[symbol.module]
            if symbol.name in module.defines:
                break
            further = module.bindings.get(symbol.name)
            if not isinstance(further, Symbol):
                raise LinkError(f"{symbol.module} has no {symbol.name}")
            symbol = further
        return symbol

    def imports(self, name: str) -> frozenset[str]:
        """Modules of ours that a module needs as soon as it is imported itself."""
        return self._imports[name]

    def late_imports(self, name: str) -> frozenset[str]:
        """Modules of ours that functions of a module import."""
        return self._late_imports[name]

    def groups(self, name: str) -> frozenset[frozenset[str]]:
        """Modules that are named together in texts of a module, which is how they are borrowed."""
        return self._groups[name]

    def _imported_at_once(self, name: str) -> frozenset[str]:
        tree = self.modules[name].tree
        reads = any(isinstance(node, ast.Raise) for node in ast.walk(tree)) and name != READER.module
        implied = self.modules.keys() & {READER.module} if reads else set()
        return frozenset(implied | {module for node in tree.body for module in self._imported(node)})

    def _imported_late(self, name: str) -> frozenset[str]:
        functions = (node for node in ast.walk(self.modules[name].tree) if isinstance(node, _LATE))
        return frozenset(
            module for function in functions for node in ast.walk(function) for module in self._imported(node)
        )

    def _imported(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.ImportFrom):
            for bound in self.bound_by([node]).values():
                module = bound.module if isinstance(bound, Symbol) else bound
                if module in self.modules:
                    yield module

    def _named_together(self, name: str) -> Iterator[frozenset[str]]:
        for node in ast.walk(self.modules[name].tree):
            texts = [field.value for field in ast.iter_child_nodes(node) if isinstance(field, ast.Constant)]
            named = frozenset(text for text in texts if isinstance(text, str) and text in self.modules)
            if isinstance(node, ast.Dict):
                yield from (frozenset({text}) for text in named)  # one of them at a time
            elif named:
                yield named


def _defined(tree: ast.Module) -> set[str]:
    return {name for node in tree.body for name in _names(node)}


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        stored = [leaf for leaf in ast.walk(node) if isinstance(leaf, ast.Name)]
        yield from (leaf.id for leaf in stored if isinstance(leaf.ctx, ast.Store))
    elif isinstance(node, ast.Try):
        for inner in node.body:
            yield from _names(inner)

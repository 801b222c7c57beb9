"""A module's statements as they stand in a chunk: names are the chunk's, and imports within it are gone."""

import ast
from collections.abc import Callable
from copy import deepcopy

from corolle_tools.link.naming import Naming
from corolle_tools.link.program import LinkError, Program, Symbol
from corolle_tools.link.scopes import Function, class_names, own_names, parameters

_Scope = dict[str, Symbol | str | None]  # None: a name of the scope's own
_OF_A_CLASS = ""  # a name that marks the scope of one


class Rewriter(ast.NodeTransformer):
    """Rewrites one module. `name_of` names a symbol in its chunk; `homes`: module -> its chunk's names."""

    def __init__(
        self, program: Program, module: str, homes: dict[str, Naming], name_of: Callable[[Symbol], str]
    ):
        self._program = program
        self._module = program.modules[module]
        self._homes = homes
        self._name_of = name_of
        self._scopes: list[_Scope] = []

    def statements(self) -> list[ast.stmt]:
        """The module's statements, without its imports and what only people read."""
        return self._visited(deepcopy(self._module.tree.body))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        target = self._look_up(node.id)
        if isinstance(target, str):
            raise LinkError(f"{self._module.name} line {node.lineno}: module {target} is used as a value")
        if target is None:
            return node
        return ast.copy_location(ast.Name(self._name_of(target), node.ctx), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        target = self._look_up(node.value.id) if isinstance(node.value, ast.Name) else None
        if isinstance(target, str):
            name = self._name_of(self._program.resolve(Symbol(target, node.attr)))
            return ast.copy_location(ast.Name(name, node.ctx), node)
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        home = self._homes.get(node.value) if isinstance(node.value, str) else None
        return node if home is None else ast.copy_location(ast.Constant(home.chunk.name), node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        node.names = [self._name_of(Symbol(self._module.name, name)) for name in node.names]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        names = {leaf.id for leaf in node.targets if isinstance(leaf, ast.Name)}
        return None if "__all__" in names else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        return node if self._scopes else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.stmt] | None:
        if not self._scopes:
            return None
        imported: list[ast.stmt] = []
        for name, target in self._program.bound_by([node]).items():
            if self._is_local(target):
                imported.append(ast.copy_location(self._late(target, name), node))
        return imported or ast.copy_location(ast.Pass(), node)

    def _late(self, target: Symbol | str, name: str) -> ast.stmt:
        if isinstance(target, str):
            raise LinkError(f"{self._module.name}: a function imports module {target} as a whole")
        symbol = self._program.resolve(target)
        if not symbol.ours:
            return ast.ImportFrom(symbol.module, [ast.alias(symbol.name, name)], 0)
        home = self._homes[symbol.module]
        return ast.ImportFrom(home.chunk.name, [ast.alias(home.of(symbol), name)], 0)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.bases = [self.visit(base) for base in node.bases]
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        named = self._renamed(node.name)
        self._scopes.append(dict.fromkeys([*class_names(node), _OF_A_CLASS]))
        node.body = self._body(node.body)
        self._scopes.pop()
        node.name = named
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        self._defaults(node)
        node.returns = None
        named = self._renamed(node.name)
        self._scopes.append(self._scope(node))
        node.body = self._body(node.body)
        self._scopes.pop()
        node.name = named
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._defaults(node)
        self._scopes.append(self._scope(node))
        node.body = self.visit(node.body)
        self._scopes.pop()
        return node

    def _defaults(self, node: Function) -> None:
        node.args.defaults = [self.visit(each) for each in node.args.defaults]
        node.args.kw_defaults = [each and self.visit(each) for each in node.args.kw_defaults]
        for parameter in parameters(node):
            parameter.annotation = None

    def _body(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        return self._visited(nodes) or [ast.copy_location(ast.Pass(), nodes[0])]

    def _visited(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        visited = []
        for node in nodes:
            new = self.visit(node)
            visited += new if isinstance(new, list) else [new] if new is not None else []
        return visited

    def visit_With(self, node: ast.With) -> ast.AST | list[ast.stmt]:
        """What was borrowed is in memory for as long as a local name stands for it: none does afterwards."""
        borrows = any("borrowed(" in ast.unparse(item.context_expr) for item in node.items)
        self.generic_visit(node)
        if not borrows or not self._scopes:
            return node
        imports = [leaf for each in node.body for leaf in ast.walk(each) if isinstance(leaf, ast.ImportFrom)]
        lent = [item.optional_vars.id for item in node.items if isinstance(item.optional_vars, ast.Name)]
        lent += [alias.asname or alias.name for each in imports for alias in each.names]
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in lent]
        forget = ast.Assign(targets, ast.Constant(None), lineno=node.end_lineno or node.lineno)
        return [node, forget] if targets else node

    def visit_Try(self, node: ast.Try) -> ast.AST | list[ast.stmt]:
        caught = {ast.unparse(each.type) for each in node.handlers if each.type}
        if self._scopes or "ImportError" not in caught:
            return self.generic_visit(node)
        return self._visited(node.body)  # what a module tries to import first is what there is on a node

    def _scope(self, node: Function) -> _Scope:
        """A function's own names, save those that stand for what is in the chunk already."""
        scope: _Scope = dict.fromkeys(own_names(node))
        inner = node.body if isinstance(node.body, list) else []
        imports = [leaf for each in inner for leaf in ast.walk(each) if isinstance(leaf, ast.ImportFrom)]
        for name, target in self._program.bound_by(imports).items():
            if not self._is_local(target):
                scope[name] = target
        return scope

    def _is_local(self, target: Symbol | str) -> bool:
        """Whether what a function imports is to become a local name: all that is not in the chunk anyway."""
        if isinstance(target, str):
            return self._homes[target] is not self._homes[self._module.name]
        resolved = self._program.resolve(target)
        return not resolved.ours or self._homes[resolved.module] is not self._homes[self._module.name]

    def _renamed(self, name: str) -> str:
        return name if self._scopes else self._name_of(Symbol(self._module.name, name))

    def _look_up(self, name: str) -> Symbol | str | None:
        """What a name stands for: a symbol, a module of ours, or None for a local or built-in one."""
        for depth, scope in enumerate(reversed(self._scopes)):
            if _OF_A_CLASS in scope and depth:
                continue  # a class's own names are not seen from its methods
            if name in scope:
                target = scope[name]
                return self._program.resolve(target) if isinstance(target, Symbol) else target
        if name in self._module.defines:
            return Symbol(self._module.name, name)
        target = self._module.bindings.get(name)
        return self._program.resolve(target) if isinstance(target, Symbol) else target

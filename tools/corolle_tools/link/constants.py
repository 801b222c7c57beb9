"""NAME = const(...): values that the compiler puts in the place of their names."""

import ast

from corolle_tools.link.program import LinkError, Program, Symbol

Value = int | float | str | bytes | tuple


def is_constant(program: Program, symbol: Symbol) -> bool:
    """Whether a symbol is a constant of ours."""
    return symbol.ours and _expression(program, symbol) is not None


def value_of(program: Program, symbol: Symbol) -> Value:
    """The value of a constant. LinkError: it is not made of literals and other constants."""
    expression = _expression(program, symbol)
    if expression is None:
        raise LinkError(f"{symbol.module}.{symbol.name} is no constant")
    bindings = program.modules[symbol.module].bindings
    values = {}
    for name in {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}:
        target = bindings.get(name, Symbol(symbol.module, name))
        if not isinstance(target, Symbol):
            raise LinkError(f"{symbol.module}.{symbol.name} is made of a module, {target}")
        values[name] = value_of(program, program.resolve(target))
    return eval(compile(ast.Expression(expression), symbol.name, "eval"), {"__builtins__": {}}, values)


def _expression(program: Program, symbol: Symbol) -> ast.expr | None:
    for node in program.modules[symbol.module].tree.body:
        if (
            isinstance(node, ast.Assign)
            and _names(node) == [symbol.name]
            and isinstance(node.value, ast.Call)
        ):
            called = node.value.func
            if isinstance(called, ast.Name) and called.id == "const":
                return node.value.args[0]
    return None


def _names(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]

"""Runs a pure module of the firmware on CPython as an ESP32 computes: every float has 32 bits.

The module's source is rewritten before it is compiled: constants, operations and what functions give are
rounded to single precision, and so is a whole number that meets a float. `math` rounds what it takes and
gives. Sums, products, quotients and roots of such doubles, rounded once more, are those of 32-bit hardware;
the last bit of a sine may differ between an ESP32's library and this one. Comparisons are as they were.
"""

import ast
import builtins
import functools
import importlib.util
import math
import operator
import struct
from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

_pack, _unpack = struct.Struct("f").pack, struct.Struct("f").unpack
_pack_two, _unpack_two = struct.Struct("ff").pack, struct.Struct("ff").unpack
_OPERATIONS: dict[type, Callable] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def single(number: float) -> float:
    """What 32 bits hold of a number."""
    return _unpack(_pack(number))[0]


@functools.cache
def load(name: str) -> ModuleType:
    """A module by its full name, computing in 32 bits; what it imports of corolle.control does so too."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no source of {name}", name=name)
    tree = ast.fix_missing_locations(_Rounder().visit(ast.parse(Path(spec.origin).read_text())))
    module = ModuleType(name)
    module.__dict__.update({_name(kind): _operation(kind) for kind in _OPERATIONS})
    module.__dict__["_rounded"] = _rounded
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _import}
    exec(compile(tree, spec.origin, "exec"), module.__dict__)
    return module


class _Rounder(ast.NodeTransformer):
    """Puts the rounding into the source."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(_rounded(node.value), node.kind)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if type(node.op) not in _OPERATIONS:
            return node  # on bits: of whole numbers only
        return _call(_name(type(node.op)), node.left, node.right)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.Assign:
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.Assign([node.target], self.visit_BinOp(ast.BinOp(read, node.op, node.value)))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return _call("_rounded", node)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _name(kind: type) -> str:
    return f"_single_{kind.__name__}"


def _rounded(value: Any) -> Any:
    return single(value) if isinstance(value, float) else value


def _operation(kind: type) -> Callable:
    """An operator that rounds; whole numbers stay exact among themselves, but for a true division."""
    operate = _OPERATIONS[kind]
    rounded = {pair for pair in product((bool, int, float), repeat=2) if kind is ast.Div or float in pair}

    def rounding(left: Any, right: Any) -> Any:
        if (type(left), type(right)) in rounded:
            return single(operate(*_unpack_two(_pack_two(left, right))))
        return operate(left, right)

    return rounding


def _import(name: str, *arguments: Any) -> ModuleType:
    if name == "math":
        return _math()
    if name.startswith("corolle.control."):
        return load(name)
    return builtins.__import__(name, *arguments)


@functools.cache
def _math() -> ModuleType:
    module = ModuleType("math")
    for name, value in vars(math).items():
        if not name.startswith("_"):
            setattr(module, name, _function(value) if callable(value) else _rounded(value))
    return module


def _function(function: Callable) -> Callable:
    return lambda *numbers: _rounded(function(*map(single, numbers)))

"""Sentences that errors say, moved out of the program: a constant costs a node memory, said or not."""

import ast
from collections.abc import Iterator

_INTERNED = 10  # the compiler makes names of texts up to this length, which cost little


class Texts:
    """The sentences of a program, a line each, known by the offset of their first byte."""

    def __init__(self) -> None:
        self.content = ""
        self._offsets: dict[str, int] = {}

    def take(self, text: str) -> int:
        """Where a text stands among all."""
        if text not in self._offsets:
            self._offsets[text] = len(self.content.encode())
            self.content += text + "\n"
        return self._offsets[text]


class Mover(ast.NodeTransformer):
    """Puts calls of the function `reader` in the place of the sentences of a `raise`."""

    def __init__(self, texts: Texts, reader: str):
        self._texts = texts
        self._reader = reader

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, str) or len(node.value) <= _INTERNED or "\n" in node.value:
            return node
        return self._read(node.value, node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        template = "".join(_template(node))
        if len(template) <= _INTERNED or "\n" in template:
            return node
        values = [self.visit(each.value) for each in node.values if isinstance(each, ast.FormattedValue)]
        form = ast.Attribute(self._read(template, node), "format", ast.Load())
        return ast.copy_location(ast.Call(form, values, []), node)

    def _read(self, text: str, node: ast.AST) -> ast.expr:
        call = ast.Call(ast.Name(self._reader, ast.Load()), [ast.Constant(self._texts.take(text))], [])
        return ast.copy_location(call, node)


def _template(node: ast.JoinedStr) -> Iterator[str]:
    """What str.format() makes the same text of; formats are constants all over the firmware."""
    for each in node.values:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value.replace("{", "{{").replace("}", "}}")
        elif isinstance(each, ast.FormattedValue):
            conversion = f"!{chr(each.conversion)}" if each.conversion > 0 else ""
            form = "".join(_template(each.format_spec)) if isinstance(each.format_spec, ast.JoinedStr) else ""
            yield "{" + conversion + (f":{form}" if form else "") + "}"

"""Short names for what is a module's own: on a node each distinct name takes memory for as long as it runs.

A name that begins with one underscore is used in its module alone, save by a class that inherits from there.
So every module may have the same few short ones. Lines stay where they are: a traceback still finds them.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable
from itertools import count, product
from string import ascii_lowercase

Names = dict[str, str]

_NAME = re.compile(r"\b_\w+")


def short_names(source: str, read: Callable[[str], str]) -> Names:
    """What each of a module's own names becomes; `read(module)` gives the source of another of ours."""
    names: Names = {}
    for base in _bases(ast.parse(source)):
        names |= short_names(read(base), read)
    fresh = (f"_{''.join(letters)}" for n in count(1) for letters in product(ascii_lowercase, repeat=n))
    taken = set(names.values())
    for name in sorted(set(_own(source)) - names.keys()):
        names[name] = next(short for short in fresh if short not in taken)
    return names


def shorten(source: str, read: Callable[[str], str]) -> str:
    """The source with its own names shortened, line for line."""
    names = short_names(source, read)
    lines = source.splitlines(keepends=True)
    for token in reversed(list(_tokens(source))):
        if token.type == tokenize.NAME or _is_formatted(token):
            (row, begin), (last_row, end) = token.start, token.end
            if row == last_row:  # else it is a docstring
                line = lines[row - 1]
                short = _NAME.sub(lambda found: names.get(found[0], found[0]), token.string)
                lines[row - 1] = line[:begin] + short + line[end:]
    return "".join(lines)


def _is_formatted(token: tokenize.TokenInfo) -> bool:
    """Whether it is a string with names in it."""
    return token.type == tokenize.STRING and token.string[0] == "f"


def _own(source: str) -> list[str]:
    """Names with one underscore; constants, in capitals, are not there any more after compiling."""
    found = [token.string for token in _tokens(source) if token.type == tokenize.NAME]
    return [name for name in found if name[0] == "_" and name[1:2] not in ("", "_") and not name.isupper()]


def _tokens(source: str) -> Iterable[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(source).readline)


def _bases(tree: ast.Module) -> set[str]:
    """The modules of ours whose classes are inherited from."""
    origins = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("corolle.")
        for alias in node.names
    }
    bases = {
        base.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    }
    return {origins[base] for base in bases if base in origins}

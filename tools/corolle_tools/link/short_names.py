"""Short names for what is a module's own: on a node each distinct name takes memory for as long as it runs.

A name that begins with one underscore is used in its module alone, save by a class that inherits from there.
So every module may have the same few short ones. Lines stay where they are: a traceback still finds them.
"""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import count, product
from keyword import iskeyword
from string import ascii_lowercase

Names = dict[str, str]
Read = Callable[[str], str]

_OWN = re.compile(r"\b_[A-Za-z]\w*")


def short_names(taken: set[str]) -> Iterator[str]:
    """a, b, ... z, aa, ab, ... but those that are taken."""
    for letters in count(1):
        for word in map("".join, product(ascii_lowercase, repeat=letters)):
            if word not in taken and not iskeyword(word):
                yield word


def shorten(source: str, read: Read) -> str:
    """The source with its own names shortened, line for line; `read(module)` gives another of our sources."""
    names = _short_names(source, read)
    return _OWN.sub(lambda found: names.get(found[0], found[0]), source)


def _short_names(source: str, read: Read) -> Names:
    tree = ast.parse(source)
    names: Names = {}
    for base in _bases(tree):
        names |= _short_names(read(base), read)
    taken = set(names.values())
    fresh = (short for short in map("_{}".format, short_names(set())) if short not in taken)
    # Constants, in capitals, are not there any more after compiling; and what a text says has to stay.
    own = sorted(name for name in set(_OWN.findall(source)) - _said(tree) if not name.isupper())
    return names | {name: next(fresh) for name in own if name not in names}


def _said(tree: ast.Module) -> set[str]:
    """Names, or what looks like one, in the texts of a module."""
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {name for text in texts if isinstance(text, str) for name in _OWN.findall(text)}


def _bases(tree: ast.Module) -> list[str]:
    """The modules of ours from whose classes this one's inherit."""
    origins = {
        alias.asname or alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("corolle.")
        for alias in node.names
    }
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    names = [base.id for node in classes for base in node.bases if isinstance(base, ast.Name)]
    return [origins[name] for name in names if name in origins]

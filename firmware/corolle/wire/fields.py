"""How a table of the schema is written, and what its rows are.

    name  bits  steps  offset  kind  unit  meaning

A number is sent as round((value - offset) * steps) in `bits` bits; steps is raw steps per unit, so 10 is a
resolution of 0.1 (dividing gives the nearest decimal). kind is one of
    -               always there
    optional        all ones means "not measured" (None)
    wraps           a cumulative counter, sent modulo the raw values there are; the receiver unwraps it
    wraps?          such a counter, where it is counted at all (else all ones)
    word:TABLE      a code out of a table of words.py
    flags:TABLE     a set of bits, each a place in that table
    text:LIMIT      printable ASCII of at most LIMIT bytes; `bits` is the width of its length
"""

from collections import namedtuple

from corolle.wire.compat import cache
from corolle.wire.table import lines

# words: name of a table in words.py, or "". flags: whether it is a set. limit: of a text, else 0.
Field = namedtuple(
    "Field",
    ("name", "bits", "steps", "offset", "unit", "meaning", "optional", "wraps", "words", "flags", "limit"),
)


class Message:
    """One kind of payload: its name, its FPort, and its fields in the order in which they are packed."""

    def __init__(self, name: str, port: int, table: str):
        self.name = name
        self.port = port
        self._table = table

    @property
    def fields(self):
        """The rows of the table to iterate over, a Field each."""
        return _rows(self._table)

    def __repr__(self) -> str:
        return self.name


@cache
def _rows(table: str):
    return (_row(line) for line in lines(table))


def _row(line: str) -> Field:
    name, bits, steps, offset, kind, unit, meaning = line.split(None, 6)
    kind, _, of = kind.partition(":")
    return Field(
        name,
        int(bits),
        int(steps),
        int(offset),
        "" if unit == "-" else unit,
        meaning,
        kind in ("optional", "wraps?"),
        kind in ("wraps", "wraps?"),
        of if kind in ("word", "flags") else "",
        kind == "flags",
        int(of) if kind == "text" else 0,
    )


def top(field) -> int:
    """The largest raw value of a number; one more stands for none where that may be."""
    return (1 << field.bits) - (2 if field.optional else 1)


def scaled(field, raw: int):
    """Raw steps as a value; an int where the step is one."""
    if field.steps == 1:
        return raw + field.offset
    return (raw + field.offset * field.steps) / field.steps


def printable(text: bytes) -> bool:
    """Whether a text may stand in a field: ASCII that can be seen."""
    return all(32 <= byte < 127 for byte in text)

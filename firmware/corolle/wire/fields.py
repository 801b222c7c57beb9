"""What a row of the schema is: how one value is packed, and what it means."""

from collections import namedtuple

# A number is sent as round((value - offset) * steps) in `bits` bits.
#   steps     raw steps per unit: 10 is a resolution of 0.1 (dividing gives the nearest decimal)
#   optional  all ones means "not measured" (None)
#   wraps     a cumulative counter, sent modulo 2**bits / steps; the receiver unwraps it
#   words     name of the table in words.py that the code stands in; flags: each bit is a place in that table
#   limit     not 0: a text, `bits` is the width of its length, and at most `limit` bytes of ASCII follow
Field = namedtuple(
    "Field",
    ("name", "bits", "steps", "offset", "unit", "meaning", "optional", "wraps", "words", "flags", "limit"),
)

Message = namedtuple("Message", ("name", "port", "fields"))


def number(name, bits, meaning, unit="", steps=1, offset=0, optional=False, wraps=False):
    """A measured or counted value, or a bit."""
    return Field(name, bits, steps, offset, unit, meaning, optional, wraps, "", False, 0)


def word(name, bits, words, meaning, flags=False):
    """A code, or a set of flags, out of a table of words.py."""
    return Field(name, bits, 1, 0, "", meaning, False, False, words, flags, 0)


def text(name, bits, limit, meaning):
    """Printable ASCII of bounded length."""
    return Field(name, bits, 1, 0, "", meaning, False, False, "", False, limit)


def sequence():
    """The first field of what a unit sends of its own accord: (unit, seq) makes a message known again."""
    return number("seq", 8, "counts the unit's reports and events", wraps=True)

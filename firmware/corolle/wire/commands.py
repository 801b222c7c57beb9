"""Which commands there are, for which unit, and when one is refused: the same rule on gateway and node.

A command is absolute and ends by itself at `until_s`; given twice it changes nothing.
"""

from corolle.wire.words import VERBS, word_of

# verb, kind of unit, smallest and largest value, unit of the value ("-": none).
_TABLE = """
level  lamp   0  100 %
cap    lamp   0  100 %
auto   lamp   0    0 -
learn  lamp   0    0 -
report lamp   0    0 -
self-test lamp 0   0 -
open   canopy 1 1800 s
close  canopy 0    0 -
auto   canopy 0    0 -
report canopy 0    0 -
self-test canopy 0 0 -
drought canopy 0    4 -
rain    canopy 0 2000 dmm
ban     canopy 0    0 -
lift    canopy 0    0 -
lab     canopy 0 65535 CFU/L
cleaned canopy 0    0 -
sampled canopy 0    0 -
drain   canopy 0    0 -
records canopy 0 65535 -
"""


def verbs(kind: str | None = None) -> list:
    """The verbs that a kind of unit knows; all there are when no kind is given."""
    rows = [line.split() for line in _TABLE.split("\n") if line]
    return sorted({row[0] for row in rows if kind in (None, row[1])})


def legal_values(kind: str, verb: str) -> tuple | None:
    """(low, high, unit) of the values a kind of unit takes with a verb, or None."""
    for line in _TABLE.split("\n"):
        row = line.split()
        if row[:2] == [verb, kind]:
            return int(row[2]), int(row[3]), row[4].strip("-")
    return None


def verdict_on(kind: str, command: dict, now_s: int | None) -> str:
    """The verdict on a decoded COMMAND at unix time `now_s` (None: unknown): "accepted", or what is wrong."""
    verb = word_of(VERBS, command["verb"])
    legal = legal_values(kind, verb)
    if legal is None:
        return "not fitted" if verb in verbs() else "unknown verb"
    if not legal[0] <= command["value"] <= legal[1]:
        return "out of range"
    if now_s is None:
        return "clock unknown"
    return "accepted" if now_s < command["until_s"] else "expired"

"""Which commands there are, for which unit, and when one is refused: the same rule on gateway and node.

A command is absolute and ends by itself at `until_s`; given twice it changes nothing.
"""

from corolle.wire.words import VERBS, word_of

# verb, kind of unit, smallest and largest value, unit of the value.
COMMANDS = (
    ("level", "lamp", 0, 100, "%"),
    ("auto", "lamp", 0, 0, ""),
    ("open", "canopy", 1, 1800, "s"),
    ("close", "canopy", 0, 0, ""),
    ("auto", "canopy", 0, 0, ""),
    ("report", "lamp", 0, 0, ""),
    ("report", "canopy", 0, 0, ""),
)


def legal_values(kind: str, verb: str) -> tuple | None:
    """(low, high, unit) of the values a kind of unit takes with a verb, or None."""
    for name, unit_kind, low, high, unit in COMMANDS:
        if name == verb and unit_kind == kind:
            return low, high, unit
    return None


def verdict_on(kind: str, command: dict, now_s: int | None) -> str:
    """The verdict on a decoded COMMAND at unix time `now_s` (None: unknown): "accepted", or what is wrong."""
    verb = word_of(VERBS, command["verb"])
    if not any(name == verb for name, _, _, _, _ in COMMANDS):
        return "unknown verb"
    legal = legal_values(kind, verb)
    if legal is None:
        return "not fitted"
    if not legal[0] <= command["value"] <= legal[1]:
        return "out of range"
    if now_s is None:
        return "clock unknown"
    return "accepted" if now_s < command["until_s"] else "expired"

"""An order's way through a unit. What reads and answers it is let go of while it is carried out."""

from corolle.wire.seldom import borrowed
from corolle.wire.words import VERBS, word_of

_COMMANDS = ("corolle.units.commands", "corolle.wire.commands")


def obey(kind: str, common, unit, payload: bytes, port: int | None = None) -> dict | None:
    """Carry an order out or refuse it; what its ACK says, None where there is nobody to answer.

    A unit's carry_out(verb, value, until_s, author) returns a verdict, its output() (reason, value). `port`
    is the one that the order came by, where there are several.
    """
    with borrowed(*_COMMANDS) as commands:
        command, verdict = commands.admit(kind, common, payload, port)
    if not command:
        return None
    new = not verdict
    if new:
        verb = word_of(VERBS, command["verb"])
        verdict = unit.carry_out(verb, command["value"], command["until_s"], command["author"])
    with borrowed(*_COMMANDS) as commands:
        return commands.answer(common, unit, command, verdict, payload if new else b"")

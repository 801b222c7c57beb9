"""Counters that wrap on the air, made to grow for ever.

A unit sends a counter modulo its width: a lost report loses nothing as long as less than 15/16 of the modulus
go by between two that arrive.
"""

from functools import cache
from typing import Any

from corolle.wire.fields import Message

from corolle_gateway.model import RAW_UNKNOWN, Counters

# A step of the last sixteenth of the modulus is one back.
_BACK = 16


def unwrap(message: Message, values: dict[str, Any], before: Counters) -> tuple[dict[str, float], Counters]:
    """The totals of a report's counters, and where they stand: (raw steps, total steps) by field.

    A counter that comes back a little lower: the unit lost its last steps in a power cut. The total stays. So
    it does at the first report of another controller: nobody knows how much of it is from before.
    """
    totals: dict[str, float] = {}
    after: Counters = {}
    for name, steps, modulus in _wrapping(message):
        value = values[name]
        if value is not None:
            raw = round(value * steps)
            total = _grown(raw, before.get(name), modulus)
            after[name] = (raw, total)
            totals[name] = total if steps == 1 else total / steps
    return totals, after


@cache
def _wrapping(message: Message) -> list[tuple[str, int, int]]:
    """(name, steps, modulus) of the fields that count; a raw value that means "none" is not counted."""
    return [
        (field.name, field.steps, (1 << field.bits) - field.optional)
        for field in message.fields
        if field.wraps and field.name != "seq"
    ]


def _grown(raw: int, before: tuple[int, int] | None, modulus: int) -> int:
    if before is None:
        return raw
    last_raw, total = before
    if last_raw == RAW_UNKNOWN:
        return total
    step = (raw - last_raw) % modulus
    return total if step > modulus - modulus // _BACK else total + step

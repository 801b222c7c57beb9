"""How far a unit's counter has come between two messages, whatever was lost, swapped or set meanwhile."""

from functools import cache

from corolle.wire.fields import Message
from corolle.wire.schema import CANOPY_REPORT, CANOPY_SERVICE, LAMP_REPORT, LAMP_SERVICE
from msgspec import Struct

_HOUR_S = 3600.0


class Meter(Struct, frozen=True):
    """A counter that units send, what it is in the ledger, and how fast it can grow at most."""

    field: str
    column: str
    most_per_h: float  # in the units of the message
    steps: int  # raw steps in one
    modulus: int
    back: int  # raw steps from which on it has not grown, but fallen back
    most: float  # that it can have grown by in whatever time


# What nothing grows faster than in an hour: the largest power a report can tell; an hour; water that a
# canopy's guards, at their widest, would have shut off long before; a crowd.
_RATES = {
    LAMP_REPORT: (("energy_wh", "energy_wh", 409.5), ("passages", "passages", 1000.0)),
    LAMP_SERVICE: (("burn_h", "burn_h", 1.05),),
    CANOPY_REPORT: (("litres_total", "water_l", 1000.0),),
    CANOPY_SERVICE: (("mist_litres_total", "mist_l", 500.0), ("purge_litres_total", "purge_l", 500.0)),
}


@cache
def meters(kind: str, message: str) -> tuple[Meter, ...]:
    """What is counted in a unit's message (`message`: report or service)."""
    name = f"{kind}_{message}"
    return tuple(
        _meter(table, *rate) for table, rates in _RATES.items() if table.name == name for rate in rates
    )


@cache
def of_message(message: Message) -> tuple[Meter, ...]:
    """What is counted in a message."""
    kind, _, which = message.name.rpartition("_")
    return meters(kind, which)


def grown(meter: Meter, before: float, now: float, elapsed_s: float) -> tuple[float, bool]:
    """By how much a counter has grown, and whether it began anew: another board, or one without its memory.

    A little lower than before it is still the same one, that lost its last steps in a power cut. It began
    anew where it would else have grown by more than the time allows (with an hour more, for a clock that was
    set), or by more than half of what it can count. Then what it shows now is what it has counted, if the
    time allows that; else nobody knows how much of it is from before it was fitted, and nothing is booked.
    """
    step = round((now - before) * meter.steps) % meter.modulus
    if step >= meter.back:
        return 0.0, False
    by = step / meter.steps
    if by <= meter.most_per_h:
        return by, False
    most = min(meter.most_per_h * (max(elapsed_s, 0.0) / _HOUR_S + 1.0), meter.most)
    if by <= most:
        return by, False
    return (now if now <= most else 0.0), True


def _meter(table: Message, field: str, column: str, most_per_h: float) -> Meter:
    row = next(row for row in table.fields if row.name == field)
    modulus = (1 << row.bits) - row.optional
    back = modulus - int(most_per_h * row.steps)
    return Meter(field, column, most_per_h, row.steps, modulus, back, modulus / row.steps / 2)

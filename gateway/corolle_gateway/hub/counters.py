"""Counters that wrap on the air, made to grow for ever.

A unit sends a counter modulo its width: a lost report loses nothing. By how much it has grown is judged as it
is for the ledger (metering): what a report says in all, and what is booked, come to the same.
"""

from typing import Any

from corolle.wire.fields import Message

from corolle_gateway.hub.metering import Meter, grown, of_message
from corolle_gateway.model import RAW_UNKNOWN, Counters


def unwrap(
    message: Message, values: dict[str, Any], before: Counters, elapsed_s: float
) -> tuple[dict[str, float], Counters]:
    """The totals of a report's counters, and where they stand: (raw steps, total steps) by field.

    `elapsed_s`: since the report before it. The total stays at the first report of another controller: nobody
    knows how much of its count is from before. So it does for a counter that is not told this time.
    """
    totals: dict[str, float] = {}
    after = dict(before)
    for meter in of_message(message):
        value = values[meter.field]
        if value is not None:
            raw = round(value * meter.steps)
            last = before.get(meter.field)
            total = _total(meter, raw, *last, elapsed_s) if last else raw
            after[meter.field] = (raw, total)
            totals[meter.field] = total if meter.steps == 1 else total / meter.steps
    return totals, after


def _total(meter: Meter, raw: int, last_raw: int, total: int, elapsed_s: float) -> int:
    if last_raw == RAW_UNKNOWN:
        return total
    by, _ = grown(meter, last_raw / meter.steps, raw / meter.steps, elapsed_s)
    return total + round(by * meter.steps)

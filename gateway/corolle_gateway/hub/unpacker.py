"""Payloads into values as corolle.wire does it, from the same table, at a fifth of the cost.

The codec goes through a payload bit by bit, for it runs on a node. Here a payload becomes one number, and
what each field needs of it is worked out once a message. Whatever is not plainly one of ours goes to the
codec, which knows what is wrong with it.
"""

from functools import cache
from typing import Any

from corolle.wire import schema
from corolle.wire.fields import Field, Message
from corolle.wire.schema import message_for

_MOST_BITS = 10  # of a field whose values are all kept at hand

_Step = tuple[str, int, int, "range | tuple[float | None, ...] | _Scaled"]  # name, shift, mask, values


def decode(port: int, payload: bytes) -> tuple[Message, dict[str, Any]]:
    """Unpack what came on FPort `port`: (message, values). FrameError when it is not one of ours."""
    plan = _plan(port)
    if plan is None or len(payload) != plan[1]:
        return schema.decode(port, payload)
    message, _, padding, steps = plan
    number = int.from_bytes(payload, "big")
    if number & padding:
        return schema.decode(port, payload)
    return message, {name: told[number >> shift & mask] for name, shift, mask, told in steps}


@cache
def _plan(port: int) -> tuple[Message, int, int, list[_Step]] | None:
    """(message, its bytes, mask of the padding, how each field is read); None: it has no fixed length."""
    message = message_for(port)
    if message is None or any(field.limit for field in message.fields):
        return None
    bits = sum(field.bits for field in message.fields)
    length = (bits + 7) // 8
    place = 8 * length
    steps = []
    for field in message.fields:
        place -= field.bits
        steps.append(_step(field, place))
    return message, length, (1 << place) - 1, steps


def _step(field: Field, shift: int) -> _Step:
    values = 1 << field.bits
    scaled = _Scaled(field)
    if field.steps == 1 and not field.optional:
        told = range(field.offset, field.offset + values)
    elif field.bits <= _MOST_BITS:
        told = tuple(scaled[raw] for raw in range(values))
    else:
        told = scaled
    return field.name, shift, values - 1, told


class _Scaled:
    """What the raw values of a field say, too many of them to be kept."""

    def __init__(self, field: Field):
        self._none = (1 << field.bits) - 1 if field.optional else None
        self._offset, self._steps = field.offset * field.steps, field.steps

    def __getitem__(self, raw: int) -> float | None:
        if raw == self._none:
            return None
        return raw + self._offset if self._steps == 1 else (raw + self._offset) / self._steps

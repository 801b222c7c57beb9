"""Packs the messages of the schema."""

from corolle.wire.bits import BitWriter
from corolle.wire.compat import const
from corolle.wire.fields import printable, scaled, top

_MOST_BYTES = const(51)  # what LoRaWAN carries at any data rate (RP002, EU863-870)


def encode(message, values: dict, clipped: bool = False) -> bytes:
    """Pack `values` (field name to value; an optional field may be absent or None).

    `clipped`: readings beyond what their fields can carry are brought to its end, for a hot pipe is not to
    silence a report. ValueError names the field and its legal range, or a name the message does not have.
    """
    strangers, buffer = set(values), bytearray(_MOST_BYTES)
    writer = BitWriter(buffer)
    for field in message.fields:  # once: on a node each round reads the whole table anew
        strangers.discard(field.name)
        if field.limit:
            _put_text(writer, field, _text(field, values))
            continue
        value = values.get(field.name)
        if clipped and field.optional and not field.wraps and value is not None:
            low, high = legal_range(field)
            value = min(max(value, low), high)
        writer.put(_raw(field, value), field.bits)
    if strangers:
        raise ValueError(f"{message.name} has no field {strangers.pop()!r}")
    return bytes(memoryview(buffer)[: (writer.position + 7) // 8])


def legal_range(field) -> tuple:
    """The smallest and the largest value a number field can carry."""
    return scaled(field, 0), scaled(field, top(field))


def _raw(field, value) -> int:
    """A value in the field's raw steps."""
    if value is None:
        if field.optional:
            return (1 << field.bits) - 1
        raise ValueError(f"{field.name} is missing")
    if value - value:  # not 0 for NaN and infinities
        raise ValueError(f"{field.name} = {value} is not a finite number")
    steps = round((value - field.offset) * field.steps)
    if field.wraps:
        return steps % (top(field) + 1)
    if not 0 <= steps <= top(field):
        low, high = legal_range(field)
        raise ValueError(f"{field.name} = {value} is outside {low}..{high} {field.unit}")
    return steps


def _text(field, values: dict) -> bytes:
    text = (values.get(field.name) or "").encode()
    if len(text) > field.limit or not printable(text):
        raise ValueError(f"{field.name} = {text!r} is not printable ASCII of at most {field.limit}")
    return text


def _put_text(writer, field, text: bytes) -> None:
    writer.put(len(text), field.bits)
    for byte in text:
        writer.put(byte, 8)

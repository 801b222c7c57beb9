"""Packs the messages of the schema."""

from corolle.wire.bits import BitWriter
from corolle.wire.fields import printable, scaled, top


def encode(message, values: dict) -> bytes:
    """Pack `values` (field name to value; an optional field may be absent or None).

    ValueError names the field and its legal range, or a name the message does not have.
    """
    bits, strangers = 0, set(values)
    for field in message.fields:
        strangers.discard(field.name)
        bits += field.bits + (8 * len(_text(field, values)) if field.limit else 0)
    if strangers:
        raise ValueError(f"{message.name} has no field {strangers.pop()!r}")
    buffer = bytearray((bits + 7) // 8)
    writer = BitWriter(buffer)
    for field in message.fields:
        if field.limit:
            _put_text(writer, field, _text(field, values))
        else:
            writer.put(_raw(field, values.get(field.name)), field.bits)
    return bytes(buffer)


def legal_range(field) -> tuple:
    """The smallest and the largest value a number field can carry."""
    return scaled(field, 0), scaled(field, top(field))


def clip(message, values: dict) -> None:
    """Bring readings to the end of what their fields can carry: a hot pipe is not to silence a report."""
    for field in message.fields:
        value = values.get(field.name)
        if field.optional and not field.wraps and value is not None:
            low, high = legal_range(field)
            values[field.name] = min(max(value, low), high)


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

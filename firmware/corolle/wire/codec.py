"""Packs and unpacks the messages of the schema."""

from corolle.wire.bits import BitReader, BitWriter
from corolle.wire.errors import FrameError

__all__ = ("FrameError", "clip", "encode", "legal_range", "unpack")


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


def unpack(message, payload: bytes) -> dict:
    """The values of one message, by field name. FrameError when `payload` is not such a message."""
    reader = BitReader(payload)
    values = {}
    for field in message.fields:
        values[field.name] = _take_text(reader, field) if field.limit else _take(reader, field)
    left = 8 * len(payload) - reader.position
    if left > 7:
        raise FrameError("length")
    if reader.take(left):
        raise FrameError("padding")
    return values


def legal_range(field) -> tuple:
    """The smallest and the largest value a number field can carry."""
    return _scaled(field, 0), _scaled(field, _top(field))


def clip(message, values: dict) -> None:
    """Bring readings to the end of what their fields can carry: a hot pipe is not to silence a report."""
    for field in message.fields:
        value = values.get(field.name)
        if field.optional and not field.wraps and value is not None:
            low, high = legal_range(field)
            values[field.name] = min(max(value, low), high)


def _top(field) -> int:
    return (1 << field.bits) - (2 if field.optional else 1)


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
        return steps % (_top(field) + 1)
    if not 0 <= steps <= _top(field):
        low, high = legal_range(field)
        raise ValueError(f"{field.name} = {value} is outside {low}..{high} {field.unit}")
    return steps


def _scaled(field, raw: int):
    """Raw steps as a value; an int where the step is one."""
    if field.steps == 1:
        return raw + field.offset
    return (raw + field.offset * field.steps) / field.steps


def _take(reader, field):
    raw = reader.take(field.bits)
    if field.optional and raw == (1 << field.bits) - 1:
        return None
    return _scaled(field, raw)


def _printable(text: bytes) -> bool:
    return all(32 <= byte < 127 for byte in text)


def _text(field, values: dict) -> bytes:
    text = (values.get(field.name) or "").encode()
    if len(text) > field.limit or not _printable(text):
        raise ValueError(f"{field.name} = {text!r} is not printable ASCII of at most {field.limit}")
    return text


def _put_text(writer, field, text: bytes) -> None:
    writer.put(len(text), field.bits)
    for byte in text:
        writer.put(byte, 8)


def _take_text(reader, field) -> str:
    length = reader.take(field.bits)
    if length > field.limit:
        raise FrameError(field.name)
    text = bytes(reader.take(8) for _ in range(length))
    if not _printable(text):
        raise FrameError(field.name)
    return text.decode()

"""The properties of MQTT 5 (2.2.2): what stands between a packet's head and its payload."""

from collections.abc import Iterator

from corolle_gateway.northbound.packets import MqttError, read_length

SESSION_EXPIRY, SERVER_KEEPALIVE, SERVER_REFERENCE, REASON_STRING = 0x11, 0x13, 0x1C, 0x1F
RECEIVE_MAXIMUM, MAXIMUM_QOS, MAXIMUM_PACKET_SIZE = 0x21, 0x24, 0x27

# How each property is written (table 2-4): a width in bytes, or one of the kinds below.
_TEXT, _PAIR, _VARIABLE = 0, -1, -2
_KINDS = {
    0x01: 1, 0x02: 4, 0x03: _TEXT, 0x08: _TEXT, 0x09: _TEXT, 0x0B: _VARIABLE, 0x11: 4, 0x12: _TEXT, 0x13: 2,
    0x15: _TEXT, 0x16: _TEXT, 0x17: 1, 0x18: 4, 0x19: 1, 0x1A: _TEXT, 0x1C: _TEXT, 0x1F: _TEXT, 0x21: 2,
    0x22: 2, 0x23: 2, 0x24: 1, 0x25: 1, 0x26: _PAIR, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1,
}  # fmt: skip
_REPEATABLE = (0x0B, 0x26)

Values = dict[int, int | bytes]


def skip(body: bytes, at: int) -> int:
    """Where the properties that begin at `at` end. MqttError when they are cut off."""
    length, begin = read_length(body, at)
    if begin + length > len(body):
        raise MqttError("properties that end too early")
    return begin + length


def read(body: bytes, at: int) -> Values:
    """The properties that begin at `at`, by identifier; of user properties the last. MqttError."""
    length, begin = read_length(body, at)
    if begin + length > len(body):
        raise MqttError("properties that end too early")
    found: Values = {}
    for identifier, value in _each(body[begin : begin + length]):
        if identifier in found and identifier not in _REPEATABLE:
            raise MqttError(f"property 0x{identifier:02X} stands there twice")
        found[identifier] = value
    return found


def number(values: Values, identifier: int, default: int) -> int:
    """A property that is a number."""
    value = values.get(identifier, default)
    return value if isinstance(value, int) else default


def text(values: Values, identifier: int) -> str:
    """A property that is a text, made fit to print; empty: it is not there."""
    value = values.get(identifier, b"")
    told = value.decode(errors="replace") if isinstance(value, bytes) else ""
    return "".join(each if each.isprintable() else "?" for each in told)


def _each(block: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(block):
        identifier, kind = block[at], _KINDS.get(block[at])
        if kind is None:
            raise MqttError(f"an unknown property 0x{identifier:02X}")
        value, at = _value(block, at + 1, kind)
        if at > len(block):
            raise MqttError(f"property 0x{identifier:02X} ends too early")
        yield identifier, value


def _value(block: bytes, at: int, kind: int) -> tuple[int | bytes, int]:
    """A value, and where it ends; that may be beyond the block."""
    if kind > 0:
        return int.from_bytes(block[at : at + kind], "big"), at + kind
    if kind == _VARIABLE:
        return read_length(block, at)
    end = at + 2 + int.from_bytes(block[at : at + 2], "big")
    if kind == _PAIR:
        second = end + 2 + int.from_bytes(block[end : end + 2], "big")
        return block[end + 2 : second], second
    return block[at + 2 : end], end

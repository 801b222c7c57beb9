"""What must hold for every message and every payload, not for examples only."""

import struct

from corolle.wire.codec import FrameError, encode, legal_range
from corolle.wire.schema import MESSAGES, decode
from hypothesis import given
from hypothesis import strategies as st

_PORTS = [message.port for message in MESSAGES]


def _steps(field):
    """Every value a field can carry, by its raw steps."""
    low, _ = legal_range(field)
    top = (1 << field.bits) - (2 if field.optional else 1)
    values = st.integers(0, top).map(lambda raw: low + raw / field.steps if field.steps != 1 else low + raw)
    return st.none() | values if field.optional else values


def _values(message):
    text = st.text(st.characters(min_codepoint=32, max_codepoint=126))
    return st.fixed_dictionaries(
        {
            field.name: text.filter(lambda t, limit=field.limit: len(t) <= limit)
            if field.limit
            else _steps(field)
            for field in message.fields
        }
    )


_MESSAGE_AND_VALUES = st.sampled_from(MESSAGES).flatmap(lambda m: st.tuples(st.just(m), _values(m)))


@given(_MESSAGE_AND_VALUES)
def test_what_is_packed_is_unpacked(drawn):
    message, values = drawn
    found, decoded = decode(message.port, encode(message, values))
    assert found is message
    for field in message.fields:
        if isinstance(values[field.name], float):
            assert abs(decoded[field.name] - values[field.name]) * field.steps < 0.01
        else:
            assert decoded[field.name] == values[field.name]


@given(st.sampled_from(_PORTS) | st.integers(0, 255), st.binary(max_size=40))
def test_any_payload_is_decoded_or_refused_with_a_cause(port, payload):
    try:
        message, values = decode(port, payload)
    except FrameError as error:
        assert error.cause
    else:
        assert encode(message, values) == payload


@given(_MESSAGE_AND_VALUES, st.data())
def test_a_value_outside_is_refused_by_name(drawn, data):
    message, values = drawn
    bounded = [field for field in message.fields if not field.wraps and not field.limit]
    field = data.draw(st.sampled_from(bounded))
    low, high = legal_range(field)
    outside = st.integers(int(high) + 2, 1 << 40) | st.integers(-(1 << 40), int(low) - 1)
    values[field.name] = data.draw(outside)
    try:
        encode(message, values)
    except ValueError as error:
        assert str(error).startswith(field.name)
    else:
        raise AssertionError(f"{field.name} took {values[field.name]}")


def _single(value: float) -> float:
    """A value as an ESP32 holds it, where a float has 32 bits."""
    return struct.unpack("f", struct.pack("f", value))[0]


@given(st.sampled_from([f for m in MESSAGES for f in m.fields if f.steps > 1]), st.data())
def test_floats_of_32_bits_give_the_same_steps(field, data):
    raw = data.draw(st.integers(0, (1 << field.bits) - 2))
    value = _single(_single(raw + field.offset * field.steps) / field.steps)
    steps = round(_single(_single(value - field.offset) * field.steps))
    # Such a float holds 24 bits: the widest counter may be one step off, which the next report makes good.
    assert abs(steps - raw) <= (1 if field.bits > 23 else 0)

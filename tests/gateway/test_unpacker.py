"""The gateway's quick unpacker says what the codec says, of every payload there can be."""

from typing import Any

import pytest
from corolle.wire import schema
from corolle.wire.errors import FrameError
from corolle.wire.fields import Message
from corolle.wire.schema import MESSAGES
from corolle_gateway.hub import unpacker
from hypothesis import given, settings
from hypothesis import strategies as st


def _length(message: Message) -> int:
    return (sum(field.bits for field in message.fields) + 7) // 8


def _said(decode: Any, port: int, payload: bytes) -> Any:
    try:
        message, values = decode(port, payload)
    except FrameError as error:
        return error.cause
    return message.name, values, [type(value) for value in values.values()]


@pytest.mark.parametrize("message", MESSAGES, ids=str)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_of_random_payloads(message: Message, data: st.DataObject):
    length = _length(message)
    size = data.draw(st.sampled_from([length, length, length, length - 1, length + 1, 0]))
    payload = data.draw(st.binary(min_size=size, max_size=size))
    assert _said(unpacker.decode, message.port, payload) == _said(schema.decode, message.port, payload)


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_of_all_zeros_and_all_ones(message: Message):
    for payload in (bytes(_length(message)), b"\xff" * _length(message)):
        assert _said(unpacker.decode, message.port, payload) == _said(schema.decode, message.port, payload)


def test_an_unknown_port_is_the_codec_s_to_refuse():
    with pytest.raises(FrameError, match="unknown port"):
        unpacker.decode(222, b"")

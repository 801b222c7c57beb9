"""MQTT 5 packets: bytes from the standard, and whatever else a socket may bring."""

import pytest
from corolle_gateway.northbound import packets, packets5, properties
from corolle_gateway.northbound.packets import Answer, Incoming, MqttError, Secrets, Will
from hypothesis import given, settings
from hypothesis import strategies as st

_WANTED = b"\x11\x00\x09\x3a\x80" + b"\x27\x00\x10\x00\x00"  # a session of a week, packets of a megabyte


def test_connect_has_its_properties_and_those_of_the_will():  # 3.1
    said = packets5.connect("me", 30, Will("w", b"gone"), Secrets("u", "p"))
    body = b"\x00\x04MQTT\x05\xec\x00\x1e" + bytes((len(_WANTED),)) + _WANTED
    body += b"\x00\x02me" + b"\x00" + b"\x00\x01w" + b"\x00\x04gone" + b"\x00\x01u" + b"\x00\x01p"
    assert said == bytes((0x10, len(body))) + body


def test_a_session_that_is_not_kept_ends_with_its_connection():  # 3.1.2.4, 3.1.2.11.2
    said = packets5.connect("me", 30, None, Secrets(), keep=False)
    assert said[9] == 0x02 and said[13:18] == b"\x11\x00\x00\x00\x00"


def test_publish_and_subscribe_have_room_for_properties():  # 3.3, 3.8
    said = packets5.publish(10, "a/b", b"hello", retain=True)
    assert said == b"\x33\x0d\x00\x03a/b\x00\x0a\x00hello"
    assert packets.topic_of(said) == "a/b"
    assert packets5.subscribe(10, ("a/b", "c/d")) == b"\x82\x0f\x00\x0a\x00\x00\x03a/b\x01\x00\x03c/d\x01"
    user_property = b"\x26\x00\x01k\x00\x01v"
    body = b"\x00\x03a/b\x00\x0a" + bytes((len(user_property),)) + user_property + b"hello"
    assert packets5.incoming(0x33, body) == Incoming("a/b", b"hello", True, 10)


def test_connack_tells_the_limits():  # 3.2.2.3
    limits = b"\x21\x00\x05" + b"\x27\x00\x00\x04\x00" + b"\x13\x00\x14" + b"\x11\x00\x00\x00\x3c"
    welcome = packets5.welcome(b"\x01\x00" + bytes((len(limits),)) + limits)
    assert (welcome.refusal, welcome.has_session) == ("", True)
    assert (welcome.receive_maximum, welcome.longest) == (5, 1024)
    assert welcome.keepalive_s == 20
    unlimited = packets5.welcome(b"\x00\x00\x00")
    assert (unlimited.receive_maximum, unlimited.keepalive_s) == (65_535, 0)
    assert unlimited.longest > 256 << 20


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"\x00\x87\x00", "not authorized: look at user and password_file"),
        (b"\x00\x86\x0c\x1f\x00\x09no such u", 'bad user or password; it says "no such u"'),
        (b"\x00\x9d\x08\x1c\x00\x05b:188", "the server has moved: change url (to b:188)"),
        (b"\x00\x00\x02\x24\x00", "it does not take QoS 1"),
        (b"\x00\x01", 'it does not speak MQTT 5: set protocol = "3.1.1"'),  # a broker of 3.1.1
        (b"\x00\x84\x00", 'it does not speak MQTT 5: set protocol = "3.1.1"'),
        (b"\x00\xee\x00", "reason code 0xEE"),
    ],
)
def test_a_refusal_is_a_sentence(body: bytes, sentence: str):
    assert packets5.welcome(body).refusal.startswith(sentence)


def test_puback_suback_and_disconnect_have_reasons():  # 3.4, 3.9, 3.14
    assert packets5.answer(b"\x00\x0a\x10") == Answer(10, "")  # nobody has subscribed: it has it all the same
    assert packets5.answer(b"\x00\x0a\x97\x00") == Answer(
        10, "its quota is used up: it is asked again later", True
    )
    assert packets5.answer(b"\x00\x0a\x87").refusal.startswith("not authorized")
    assert packets5.refused(b"\x00\x0a\x00\x01\x01") == ""
    assert packets5.refused(b"\x00\x0a\x00\x01\xa2").startswith("it takes no wildcards")
    assert packets5.farewell(b"") == "it closes in good order"
    assert packets5.farewell(b"\x8e").startswith("another client has taken the session over")
    assert packets5.farewell(b"\x8b\x00") == "it is shutting down"


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\x00\x05\x21\x00",  # properties cut off
        b"\x00\x00\x06\x21\x00\x05\x21\x00\x05",  # 2.2.2.2: the same twice
        b"\x00\x00\x02\x7f\x00",  # no such property
        b"\x00\x00\xff\xff\xff\xff\x01",  # a length of five bytes
    ],
)
def test_properties_that_are_none_are_refused(body: bytes):
    with pytest.raises(MqttError):
        packets5.welcome(body)


def test_every_kind_of_property_is_read():
    block = (
        b"\x01\x01"
        + b"\x02\x00\x00\x00\x3c"
        + b"\x0b\x80\x01"
        + b"\x1f\x00\x02ok"
        + b"\x26\x00\x01k\x00\x01v"
    )
    found = properties.read(bytes((len(block),)) + block, 0)
    assert found == {0x01: 1, 0x02: 60, 0x0B: 128, 0x1F: b"ok", 0x26: b"v"}
    assert properties.text({0x1F: b"a\nb\xff"}, 0x1F) == "a?b\ufffd"  # what a broker says goes to the log


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 255), st.binary(max_size=64))
def test_rubbish_is_refused_and_nothing_else_is_raised(kind: int, body: bytes):
    readers = packets5.answer, packets5.welcome, packets5.refused, packets5.farewell
    for read in (*readers, lambda body: packets5.incoming(kind, body)):
        try:
            read(body)
        except MqttError as error:
            assert str(error)

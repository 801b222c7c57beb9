"""MQTT 3.1.1 packets: bytes from the standard, and whatever else a socket may bring."""

import pytest
from corolle_gateway.northbound import packets
from corolle_gateway.northbound.packets import Incoming, MqttError, Reader, Secrets, Welcome, Will
from hypothesis import given, settings
from hypothesis import strategies as st


def test_connect_is_laid_out_as_in_figure_3_6():
    said = packets.connect("me", 30, Will("w", b"gone"), Secrets("u", "p"))
    body = b"\x00\x04MQTT\x04\xec\x00\x1e" + b"\x00\x02me" + b"\x00\x01w" + b"\x00\x04gone"
    body += b"\x00\x01u" + b"\x00\x01p"
    assert said == bytes((0x10, len(body))) + body


def test_without_a_user_there_are_no_credentials():
    assert packets.connect("me", 30, Will("w", b""), Secrets())[9] == 0x2C


def test_without_a_will_none_is_announced():
    body = b"\x00\x04MQTT\x04\x00\x00\x1e" + b"\x00\x02me"  # 3.1.2.4: not even CleanSession
    assert packets.connect("me", 30, None, Secrets()) == bytes((0x10, len(body))) + body
    assert packets.connect("me", 30, None, Secrets(), keep=False)[9] == 0x02, "CleanSession"


def test_subscribe_asks_for_several_filters_and_one_refusal_counts():
    said = packets.subscribe(10, ("a/b", "c/d"))
    assert said == b"\x82\x0e\x00\x0a\x00\x03a/b\x01\x00\x03c/d\x01"  # 3.8.3, figure 3.23
    assert packets.refused(b"\x00\x0a\x80\x01") and not packets.refused(b"\x00\x0a\x00\x01")  # 3.9.3


def test_a_connack_says_whether_there_is_a_session_and_why_not():  # 3.2.2
    assert packets.welcome(b"\x01\x00") == Welcome("", has_session=True)
    assert packets.welcome(b"\x00\x05").refusal.startswith("not authorized")
    assert packets.welcome(b"\x00\x01").refusal == 'it does not speak MQTT 3.1.1: set protocol = "5"'


def test_publish_has_its_number_and_is_marked_when_it_is_repeated():
    said = packets.publish(10, "a/b", b"hello", retain=True)
    assert said == b"\x33\x0c\x00\x03a/b\x00\x0ahello"  # 3.3.2.3, QoS 1 and RETAIN
    assert packets.again(said) == b"\x3b" + said[1:] and packets.topic_of(said) == "a/b"
    assert packets.again(packets.again(said), was_sent=False) == said


@pytest.mark.parametrize(
    ("length", "head"), [(127, b"\x7f"), (128, b"\x80\x01"), (16_383, b"\xff\x7f"), (16_384, b"\x80\x80\x01")]
)
def test_remaining_length_as_in_table_2_4(length: int, head: bytes):
    payload = bytes(length - 5)
    said = packets.publish(1, "a", payload, retain=False)
    assert said[1 : 1 + len(head)] == head and len(said) == 1 + len(head) + length
    ((kind, body),) = Reader().packets(said)
    assert packets.incoming(kind, body) == Incoming("a", payload, False, 1)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=300)), max_size=8), st.data())
def test_however_a_stream_is_cut_the_packets_are_the_same(
    messages: list[tuple[str, bytes]], data: st.DataObject
):
    stream = b"".join(packets.publish(n + 1, *each, retain=False) for n, each in enumerate(messages))
    reader, found = Reader(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += [packets.incoming(*packet) for packet in reader.packets(stream[:cut])]
        stream = stream[cut:]
    assert [(each.topic, each.payload, each.number) for each in found] == [
        (topic, payload, n + 1) for n, (topic, payload) in enumerate(messages)
    ]


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=64))
def test_rubbish_is_refused_and_nothing_else_is_raised(rubbish: bytes):
    try:
        for kind, body in Reader().packets(rubbish):
            packets.incoming(kind, body)
            for read in (packets.answer, packets.welcome, packets.refused):
                read(body)
    except MqttError as error:
        assert str(error)


def test_a_packet_nobody_needs_is_not_waited_for():
    with pytest.raises(MqttError, match="a packet of 268435455 bytes, at most 1048576"):
        list(Reader().packets(b"\x30\xff\xff\xff\x7f"))

"""MQTT 5 packets as bytes (OASIS standard, 2019): what a client at QoS 1 writes and reads, and no more.

Topic aliases are neither used nor allowed to the broker (a Topic Alias Maximum left out is none). User,
password and certificate are the only ways of authentication.
"""

from corolle_gateway.northbound import packets, properties, reasons
from corolle_gateway.northbound.packets import (
    LONGEST,
    PUBLISH,
    QOS1,
    RETAIN,
    Answer,
    Incoming,
    MqttError,
    Secrets,
    Welcome,
    Will,
    packet,
    text,
)

UNANSWERED: str = 'it has not answered: perhaps it does not speak MQTT 5, then set protocol = "3.1.1"'
_LEVEL = b"\x00\x04MQTT\x05"  # 3.1.2.1 and 3.1.2.2
_SESSION_S = (
    7 * 86400
)  # orders wait for a gateway that is away; a city's longest storage, and theirs end earlier
_NO_PROPERTIES = b"\x00"
_FAILURE = 0x80  # from here on a reason code means that it was not done (2.4)


def connect(
    client_id: str, keepalive_s: int, will: Will | None, secrets: Secrets, keep: bool = True
) -> bytes:
    """CONNECT to a session that the broker keeps for a week, or to one that ends with this (3.1)."""
    wanted = bytes((properties.SESSION_EXPIRY,)) + (_SESSION_S if keep else 0).to_bytes(4, "big")
    wanted += bytes((properties.MAXIMUM_PACKET_SIZE,)) + LONGEST.to_bytes(4, "big")
    flags, said = packets.credentials(client_id, will, secrets, _NO_PROPERTIES)
    flags |= 0 if keep else packets.CLEAN
    head = _LEVEL + bytes((flags,)) + keepalive_s.to_bytes(2, "big")
    return packet(packets.CONNECT, head + bytes((len(wanted),)) + wanted + said)


def subscribe(number: int, topic_filters: tuple[str, ...]) -> bytes:
    """SUBSCRIBE at QoS 1 (3.8); retained messages come as well, for they are refused aloud."""
    asked = b"".join(text(each) + b"\x01" for each in topic_filters)
    return packet(packets.SUBSCRIBE, number.to_bytes(2, "big") + _NO_PROPERTIES + asked)


def publish(number: int, topic: str, payload: bytes, retain: bool) -> bytes:
    """PUBLISH at QoS 1 (3.3)."""
    kind = PUBLISH | QOS1 | (RETAIN if retain else 0)
    return packet(kind, text(topic) + number.to_bytes(2, "big") + _NO_PROPERTIES + payload)


def complaint() -> bytes:
    """DISCONNECT for a malformed packet (3.14.2.1); the last will is published all the same."""
    return b"\xe0\x01\x81"


def welcome(body: bytes) -> Welcome:
    """Read a CONNACK (3.2), and the limits that the broker sets in it. Raises MqttError."""
    if len(body) == 2 and body[1]:  # of an older version: that broker knows no other
        return Welcome(refusal=reasons.sentence(body[1] if body[1] >= _FAILURE else 0x84))
    if len(body) < 3:
        raise MqttError(f"a CONNACK of {len(body)} bytes")
    told = properties.read(body, 2)
    return Welcome(
        refusal=_against(body[1], told),
        has_session=bool(body[0] & 1),
        receive_maximum=properties.number(told, properties.RECEIVE_MAXIMUM, 0xFFFF),
        longest=properties.number(told, properties.MAXIMUM_PACKET_SIZE, packets.LIMITLESS),
        keepalive_s=properties.number(told, properties.SERVER_KEEPALIVE, 0),
    )


def answer(body: bytes) -> Answer:
    """Read a PUBACK (3.4). Raises MqttError."""
    if len(body) < 2:
        raise MqttError(f"a PUBACK of {len(body)} bytes")
    code = body[2] if len(body) > 2 else 0
    told = properties.read(body, 3) if len(body) > 3 else {}
    refusal = _sentence(code, told) if code >= _FAILURE else ""
    return Answer(int.from_bytes(body[:2], "big"), refusal, code == reasons.FULL)


def refused(body: bytes) -> str:
    """What a SUBACK (3.9) has against a subscription. Raises MqttError."""
    codes = body[properties.skip(body, 2) :]
    if not codes:
        raise MqttError("a SUBACK without reason codes")
    worst = max(codes)
    return _sentence(worst, properties.read(body, 2)) if worst >= _FAILURE else ""


def incoming(kind: int, body: bytes) -> Incoming:
    """Read a PUBLISH (3.3). Raises MqttError."""
    topic, number, at = packets.addressed(kind, body)
    return Incoming(topic, body[properties.skip(body, at) :], bool(kind & RETAIN), number)


def farewell(body: bytes) -> str:
    """Why the broker disconnects (3.14). Raises MqttError."""
    if len(body) < 2:
        return reasons.sentence(body[0] if body else 0)
    return _sentence(body[0], properties.read(body, 1))


def _against(code: int, told: properties.Values) -> str:
    """What stands against this broker: its refusal, or that it does without acknowledgements."""
    if code >= _FAILURE:
        return _sentence(code, told)
    # Retained messages that it does not keep need no look: it refuses the last will, one itself.
    return "" if properties.number(told, properties.MAXIMUM_QOS, 2) else reasons.sentence(0x9B)


def _sentence(code: int, told: properties.Values) -> str:
    said = properties.text(told, properties.REASON_STRING)
    return reasons.sentence(code, said, properties.text(told, properties.SERVER_REFERENCE))

"""MQTT 3.1.1 packets as bytes (OASIS standard, 2014): what a client at QoS 1 writes and reads, and no more.

Of our own because of what it costs: paho needs some 80 us of a core for a message and its PUBACK, this a
tenth, and a cabinet's small computer has to catch up when a city comes back after days.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 0x20, 0x30, 0x40, 0x90, 0xD0
PINGREQ, DISCONNECT = b"\xc0\x00", b"\xe0\x00"

_CONNECT, _SUBSCRIBE = 0x10, 0x82
_LEVEL = b"\x00\x04MQTT\x04"  # 3.1.2.1 and 3.1.2.2
_WILL_RETAIN_QOS1, _WITH_USER, _WITH_PASSWORD = 0x2C, 0x80, 0x40  # 3.1.2.3
_QOS1, _RETAIN, _DUP = 0x02, 0x01, 0x08
_LONGEST = 1 << 20  # what nobody needs to send us; the standard allows 256 MB
_LENGTH_BYTES = 4


class MqttError(ValueError):
    """Bytes from a broker that are no MQTT; the text says why."""


class Will(Struct, frozen=True):
    """What the broker publishes, retained, when the gateway is gone."""

    topic: str
    payload: bytes


class Secrets(Struct, frozen=True):
    """How the gateway proves who it is. The repr leaves the password out."""

    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Secrets(user={self.user!r})"


class Incoming(Struct, frozen=True):
    """A PUBLISH from the broker."""

    topic: str
    payload: bytes
    retained: bool
    number: int  # 0: QoS 0, which nobody acknowledges


def connect(client_id: str, keepalive_s: int, will: Will | None, secrets: Secrets) -> bytes:
    """CONNECT to a session that the broker keeps (3.1)."""
    flags, said = 0, _text(client_id)
    if will:
        flags |= _WILL_RETAIN_QOS1
        said += _text(will.topic) + _string(will.payload)
    if secrets.user is not None:
        flags |= _WITH_USER
        said += _text(secrets.user)
        if secrets.password is not None:
            flags |= _WITH_PASSWORD
            said += _text(secrets.password)
    return _packet(_CONNECT, _LEVEL + bytes((flags,)) + keepalive_s.to_bytes(2, "big") + said)


def subscribe(number: int, topic_filters: Iterable[str]) -> bytes:
    """SUBSCRIBE at QoS 1 (3.8)."""
    asked = b"".join(_text(each) + b"\x01" for each in topic_filters)
    return _packet(_SUBSCRIBE, number.to_bytes(2, "big") + asked)


def publish(number: int, topic: str, payload: bytes, retain: bool) -> bytes:
    """PUBLISH at QoS 1 (3.3)."""
    kind = PUBLISH | _QOS1 | (_RETAIN if retain else 0)
    return _packet(kind, _text(topic) + number.to_bytes(2, "big") + payload)


def again(published: bytes) -> bytes:
    """The same PUBLISH, marked as sent before (3.3.1.1)."""
    return bytes((published[0] | _DUP,)) + published[1:]


def puback(number: int) -> bytes:
    """PUBACK (3.4)."""
    return b"\x40\x02" + number.to_bytes(2, "big")


def number_of(body: bytes) -> int:
    """The packet identifier of a PUBACK. Raises MqttError."""
    if len(body) != 2:
        raise MqttError(f"a PUBACK of {len(body)} bytes")
    return int.from_bytes(body, "big")


def verdict_of(body: bytes) -> int:
    """The return code of a CONNACK; of a SUBACK the worst of its codes. Raises MqttError."""
    if len(body) < 2:
        raise MqttError(f"an answer of {len(body)} bytes")
    return max(body[2:], default=body[-1])


def incoming(kind: int, body: bytes) -> Incoming:
    """Read a PUBLISH. Raises MqttError."""
    at = 2 + int.from_bytes(body[:2], "big")
    payload_at = at + 2 if kind & _QOS1 else at
    if len(body) < max(2, payload_at):
        raise MqttError("a PUBLISH that ends too early")
    try:
        topic = body[2:at].decode()
    except UnicodeDecodeError as error:
        raise MqttError("a topic that is not UTF-8") from error
    number = int.from_bytes(body[at:payload_at], "big")
    return Incoming(topic, body[payload_at:], bool(kind & _RETAIN), number)


class Reader:
    """Cuts what a broker sends into packets."""

    def __init__(self) -> None:
        self._rest = b""

    def packets(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """(first byte, body) of each packet that is whole by now. Raises MqttError."""
        data = self._rest + data
        at = 0
        try:
            while (head := _head(data, at)) is not None:
                begin, end = head
                if end > len(data):
                    break
                kind, at = data[at], end
                yield kind, data[begin:end]
        finally:
            self._rest = data[at:]


def _head(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the body of the packet at `at` begins and ends; None: too little of it is there (2.2.3)."""
    length = 0
    for place in range(_LENGTH_BYTES):
        if at + 1 + place >= len(data):
            return None
        byte = data[at + 1 + place]
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            if length > _LONGEST:
                raise MqttError(f"a packet of {length} bytes, at most {_LONGEST}")
            begin = at + 2 + place
            return begin, begin + length
    raise MqttError("a length of more than 4 bytes")


def _packet(kind: int, body: bytes) -> bytes:
    length = len(body)
    head = bytearray((kind,))
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + body


def _text(text: str) -> bytes:
    return _string(text.encode())


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data

"""MQTT 3.1.1 packets as bytes (OASIS standard, 2014): what a client at QoS 1 writes and reads, and no more.

What version 5 has in common with it is here as well; packets5 has the rest.

Of our own because of what it costs: paho needs some 45 us of a core for a message and its PUBACK, this a
tenth, and a cabinet's small computer has to catch up when a city comes back after days.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from corolle_gateway.northbound import reasons

CONNECT, SUBSCRIBE = 0x10, 0x82
CONNACK, PUBLISH, PUBACK, SUBACK, DISCONNECT = 0x20, 0x30, 0x40, 0x90, 0xE0
PINGREQ, GOODBYE = b"\xc0\x00", b"\xe0\x00"
QOS1, RETAIN = 0x02, 0x01
UNANSWERED: str = "it has not answered"
LONGEST = 1 << 20  # what nobody needs to send us; the standard allows 256 MB
LIMITLESS = 1 << 29  # more than any packet can have

_LEVEL = b"\x00\x04MQTT\x04"  # 3.1.2.1 and 3.1.2.2
CLEAN, _WILL_RETAIN_QOS1, _WITH_USER, _WITH_PASSWORD = 0x02, 0x2C, 0x80, 0x40  # 3.1.2.3
_DUP = 0x08
_NOT_GRANTED = 0x80  # 3.9.3
_LENGTH_BYTES = 4


class MqttError(ValueError):
    """Bytes from a broker that are no MQTT; the text says why."""


class RefusedError(MqttError):
    """The broker has said that it will not go on; the text says why."""


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


class Welcome(Struct, frozen=True):
    """What a CONNACK says: whether one is let in, and within which limits."""

    refusal: str  # a sentence; empty: accepted
    has_session: bool = False  # the broker knows what was under way
    receive_maximum: int = 0xFFFF  # so many messages may be under way to it
    longest: int = LIMITLESS  # so many bytes may a packet have
    keepalive_s: int = 0  # what the broker wants in place of ours; 0: nothing


class Answer(Struct, frozen=True):
    """What the broker says of a message it was sent."""

    number: int
    refusal: str  # a sentence; empty: it has the message
    is_full: bool = False  # it has no room now, and may have later


def connect(
    client_id: str, keepalive_s: int, will: Will | None, secrets: Secrets, keep: bool = True
) -> bytes:
    """CONNECT to a session that the broker keeps, or to one that ends with the connection (3.1)."""
    flags, said = credentials(client_id, will, secrets)
    flags |= 0 if keep else CLEAN
    return packet(CONNECT, _LEVEL + bytes((flags,)) + keepalive_s.to_bytes(2, "big") + said)


def credentials(
    client_id: str, will: Will | None, secrets: Secrets, will_properties: bytes = b""
) -> tuple[int, bytes]:
    """A CONNECT's flags and payload (3.1.2.3, 3.1.3)."""
    flags, said = 0, text(client_id)
    if will:
        flags |= _WILL_RETAIN_QOS1
        said += will_properties + text(will.topic) + string(will.payload)
    if secrets.user is not None:
        flags |= _WITH_USER
        said += text(secrets.user)
        if secrets.password is not None:
            flags |= _WITH_PASSWORD
            said += text(secrets.password)
    return flags, said


def subscribe(number: int, topic_filters: Iterable[str]) -> bytes:
    """SUBSCRIBE at QoS 1 (3.8)."""
    asked = b"".join(text(each) + b"\x01" for each in topic_filters)
    return packet(SUBSCRIBE, number.to_bytes(2, "big") + asked)


def publish(number: int, topic: str, payload: bytes, retain: bool) -> bytes:
    """PUBLISH at QoS 1 (3.3)."""
    kind = PUBLISH | QOS1 | (RETAIN if retain else 0)
    return packet(kind, text(topic) + number.to_bytes(2, "big") + payload)


def again(published: bytes, was_sent: bool = True) -> bytes:
    """The same PUBLISH, marked as sent before (3.3.1.1), unless the session is a new one."""
    first = published[0] | _DUP if was_sent else published[0] & ~_DUP
    return bytes((first,)) + published[1:]


def topic_of(published: bytes) -> str:
    """The topic of a PUBLISH of ours."""
    _, at = read_length(published, 1)
    return published[at + 2 : at + 2 + int.from_bytes(published[at : at + 2], "big")].decode()


def puback(number: int) -> bytes:
    """PUBACK (3.4)."""
    return b"\x40\x02" + number.to_bytes(2, "big")


def number_of(body: bytes) -> int:
    """The packet identifier of a PUBACK. Raises MqttError."""
    if len(body) != 2:
        raise MqttError(f"a PUBACK of {len(body)} bytes")
    return int.from_bytes(body, "big")


def complaint() -> bytes:
    """What a broker is told whose packets cannot be read: nothing, this version has no word for it."""
    return b""


def welcome(body: bytes) -> Welcome:
    """Read a CONNACK (3.2). Raises MqttError."""
    if len(body) < 2:
        raise MqttError(f"a CONNACK of {len(body)} bytes")
    return Welcome(reasons.refusal(body[1]), bool(body[0] & 1))


def answer(body: bytes) -> Answer:
    """Read a PUBACK (3.4). Raises MqttError."""
    return Answer(number_of(body), "")


def refused(body: bytes) -> str:
    """What a SUBACK (3.9) has against a subscription. Raises MqttError."""
    if len(body) < 3:
        raise MqttError(f"a SUBACK of {len(body)} bytes")
    return "a subscription" if max(body[2:]) >= _NOT_GRANTED else ""


def farewell(body: bytes) -> str:
    """Raises MqttError: no broker of this version disconnects by a packet (3.14)."""
    raise MqttError(f"a DISCONNECT of {len(body)} bytes")


def incoming(kind: int, body: bytes) -> Incoming:
    """Read a PUBLISH (3.3). Raises MqttError."""
    topic, number, at = addressed(kind, body)
    return Incoming(topic, body[at:], bool(kind & RETAIN), number)


def addressed(kind: int, body: bytes) -> tuple[str, int, int]:
    """The topic and the number of a PUBLISH, and where what follows them begins. Raises MqttError."""
    at = 2 + int.from_bytes(body[:2], "big")
    end = at + 2 if kind & QOS1 else at
    if len(body) < max(2, end):
        raise MqttError("a PUBLISH that ends too early")
    try:
        topic = body[2:at].decode()
    except UnicodeDecodeError as error:
        raise MqttError("a topic that is not UTF-8") from error
    return topic, int.from_bytes(body[at:end], "big"), end


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
    for place, byte in enumerate(data[at + 1 : at + 1 + _LENGTH_BYTES]):
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            if length > LONGEST:
                raise MqttError(f"a packet of {length} bytes, at most {LONGEST}")
            begin = at + 2 + place
            return begin, begin + length
    if len(data) > at + _LENGTH_BYTES:
        raise MqttError("a length of more than 4 bytes")
    return None


def read_length(body: bytes, at: int) -> tuple[int, int]:
    """A length, or another number, as MQTT writes it (2.2.3), and where it ends. Raises MqttError."""
    length = 0
    for place, byte in enumerate(body[at : at + _LENGTH_BYTES]):
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return length, at + place + 1
    raise MqttError("a length that does not end")


def packet(kind: int, body: bytes) -> bytes:
    """A packet: its first byte, its length, its body."""
    return b"%c%b%b" % (kind, _length(len(body)), body)


@lru_cache(maxsize=1024)
def _length(length: int) -> bytes:
    """A length as MQTT writes it (2.2.3)."""
    said = bytearray()
    while length > 0x7F:
        said.append(length & 0x7F | 0x80)
        length >>= 7
    said.append(length)
    return bytes(said)


def text(words: str) -> bytes:
    """A text, its length before it (1.5.3)."""
    return string(words.encode())


def string(data: bytes) -> bytes:
    """Bytes, their length before them."""
    return len(data).to_bytes(2, "big") + data

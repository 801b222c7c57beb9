"""A subscriber that costs as little as one can: it keeps the bytes and reads them when the run is over."""

import re
import socket

_KEEPALIVE_S = 0  # none
_TAIL = 64


class Listener:
    """Subscribed at QoS 0 to a topic filter of a broker on this machine (MQTT 3.1.1).

    Args:
        mark: what each message that counts has once, and no other.
    """

    def __init__(self, port: int, topic_filter: str, mark: bytes):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        name = b"bench-listener"
        hello = b"\x00\x04MQTT\x04\x02" + _KEEPALIVE_S.to_bytes(2, "big") + _string(name)
        self.socket.sendall(_packet(0x10, hello))
        self.socket.sendall(_packet(0x82, b"\x00\x01" + _string(topic_filter.encode()) + b"\x00"))
        self.heard = 0
        self._mark = mark
        self._chunks: list[bytes] = []
        self._tail = b""
        self._expect(4 + 5)  # CONNACK and SUBACK
        self.socket.setblocking(False)

    def receive(self) -> None:
        """Take what has come. Raises ConnectionError when the broker has gone."""
        try:
            chunk = self._received(1 << 18)
        except BlockingIOError:
            return
        self._chunks.append(chunk)
        before = self._tail.count(self._mark)
        whole = self._tail + chunk
        self.heard += whole.count(self._mark) - before
        self._tail = whole[-_TAIL:]

    def ids(self) -> list[str]:
        """The `id` of each JSON body that came, in order."""
        return [found.decode() for found in re.findall(rb'"id":"([^"]+)"', b"".join(self._chunks))]

    def close(self) -> None:
        """Go away."""
        self.socket.close()

    def _expect(self, length: int) -> None:
        while length > 0:
            length -= len(self._received(length))

    def _received(self, most: int) -> bytes:
        data = self.socket.recv(most)
        if not data:
            raise ConnectionError("the broker has gone")
        return data


def _string(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def _packet(kind: int, body: bytes) -> bytes:
    return bytes((kind, len(body))) + body  # all of ours are shorter than 128 bytes

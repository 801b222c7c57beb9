"""Brokers that do not behave, on a real socket: what no real broker can be made to do."""

import socket
import threading

_CONNECT, _PUBLISH = 0x10, 0x30
_CONNACK = b"\x20\x02\x00\x00"


class BadBroker:
    """Accepts connections on 127.0.0.1 and reads all; `way` is what it does then.

    drop: closes after CONNECT. mute: accepts, and acknowledges nothing. deaf: not even CONNECT.
    garbage: accepts, then answers each packet with bytes that are no MQTT.
    """

    def __init__(self, way: str):
        self.connections = 0
        self.publishes = 0
        self._way = way
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._attend, args=(client,), daemon=True).start()

    def _attend(self, client: socket.socket) -> None:
        with client:
            while data := client.recv(65_536):
                if self._way == "drop":
                    return
                if self._way != "deaf" and data[0] == _CONNECT:
                    client.sendall(_CONNACK)
                elif data[0] & 0xF0 == _PUBLISH:
                    self.publishes += 1
                if self._way == "garbage":
                    client.sendall(b"\x30\xff\xff\xff\xff\xff")

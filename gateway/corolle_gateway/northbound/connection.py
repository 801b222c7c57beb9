"""One connection to a broker: packets in, packets out, until it is lost."""

import asyncio
from collections.abc import Callable
from typing import cast

from corolle_gateway.northbound.packets import MqttError, Reader, RefusedError

# asyncio's own way to read takes a new piece of 256 kB for a few bytes of acknowledgement: an allocator that
# must find those between pieces that stay takes more and more from the system.
_ROOM_BYTES = 16_384


class Connection(asyncio.BufferedProtocol):
    """What is written in one turn of the event loop goes out together.

    Args:
        take: called with (first byte, body) of each packet; if it raises MqttError, the connection ends.
        last_words: what a broker is told whose packets cannot be taken.
    """

    def __init__(self, take: Callable[[int, bytes], None], last_words: bytes):
        self._take = take
        self._last_words = last_words
        self._reader = Reader()
        self._room = memoryview(bytearray(_ROOM_BYTES))
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self.lost: asyncio.Future[str] = self._loop.create_future()  # why
        self.error: Exception | None = None  # what the network, or TLS, had against it
        self.written_s = self._loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """So many came."""
        try:
            for kind, body in self._reader.packets(bytes(self._room[:nbytes])):
                self._take(kind, body)
        except MqttError as error:
            self.abandon(str(error), b"" if isinstance(error, RefusedError) else self._last_words)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side, or the network, has ended it."""
        self.error = exc
        self._end(str(exc) if exc else "closed by the broker")

    def write(self, packet: bytes) -> None:
        """Send a packet, in the order of the calls."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(packet)

    def close(self, last: bytes) -> None:
        """Send what waits, and `last`, and go."""
        self._waiting.append(last)
        self._flush()
        if self._transport:
            self._transport.close()

    def abandon(self, reason: str, last: bytes = b"") -> None:
        """Go at once, with no more than `last`: this broker does not behave."""
        self._end(reason)
        if self._transport:
            if last and not self._transport.is_closing():
                self._transport.write(last)
            self._transport.abort()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and self._transport and not self._transport.is_closing():
            self.written_s = self._loop.time()
            self._transport.write(b"".join(waiting))

    def _end(self, reason: str) -> None:
        if not self.lost.done():
            self.lost.set_result(reason)

"""paho in our event loop: no thread of its own that would compete with the store's for the interpreter."""

import asyncio
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

_KEEPALIVE_S = 30
_MISC_S = 1.0  # how often paho looks at its keep-alive
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_STABLE_S = 10.0  # a broker that drops each connection after less is not asked again at once


class PahoLoop:
    """Connects a client, again and again with a growing pause, and reads and writes when its socket can.

    Args:
        failed: told why a connection could not be made.
    """

    def __init__(self, client: Client, failed: Callable[[str], None]):
        self._client = client
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._socket: SocketLike | None = None
        self._lost = asyncio.Event()
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_register_write
        client.on_socket_unregister_write = self._on_unregister_write

    async def run(self, host: str, port: int) -> None:
        """Keep the client connected, until cancelled."""
        self._client.connect_async(host, port, _KEEPALIVE_S)
        pause_s = _FIRST_PAUSE_S
        while True:
            begun_s = self._loop.time()
            if await self._connect():
                await self._alive()
            if self._loop.time() - begun_s > _STABLE_S:
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _connect(self) -> bool:
        try:
            await self._loop.run_in_executor(None, self._client.reconnect)  # it blocks: DNS, TCP, TLS
        except OSError as error:  # also what TLS has against the broker's certificate
            self._failed(str(error))
            return False
        self._socket = self._client.socket()
        if self._socket is None:
            self._failed("lost at once")
            return False
        self._lost.clear()
        self._loop.add_reader(self._socket, self._readable)
        if self._client.want_write():
            self._loop.add_writer(self._socket, self._writable)
        return True

    async def _alive(self) -> None:
        while not self._lost.is_set():
            self._client.loop_misc()
            try:
                await asyncio.wait_for(self._lost.wait(), _MISC_S)
            except TimeoutError:
                continue

    def _readable(self) -> None:
        self._client.loop_read()
        # What TLS has read ahead does not make the socket readable once more.
        while isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            self._client.loop_read()

    def _writable(self) -> None:
        self._client.loop_write()

    # paho calls these also from the thread that connects, but then about a socket that is not ours yet.

    def _on_register_write(self, client: Client, userdata: Any, socket: "SocketLike") -> None:
        if socket is self._socket:
            self._loop.add_writer(socket, self._writable)

    def _on_unregister_write(self, client: Client, userdata: Any, socket: "SocketLike") -> None:
        if socket is self._socket:
            self._loop.remove_writer(socket)

    def _on_socket_close(self, client: Client, userdata: Any, socket: "SocketLike") -> None:
        if socket is self._socket:
            self._loop.remove_reader(socket)
            self._loop.remove_writer(socket)
            self._socket = None
            self._lost.set()

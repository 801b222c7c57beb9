"""A Bluetooth adapter for a program outside the street: a controller in the air, offered as HCI on a socket.

The program sees what it would see of a dongle: HCI packets with a type byte before each (H4; Core 5.4, Vol 4,
Part A, 2). Bumble opens it as `unix-client:PATH`; whatever speaks H4 to a socket may use it.
"""

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from bumble import core, hci
from bumble.transport.common import PacketParser

from corolle_hil.ble.controller import AirController
from corolle_hil.ble.link import AirLink
from corolle_hil.world.propagation import Position

_CHUNK_BYTES = 65536
_BACKLOG_BYTES = 1 << 20  # a program that leaves more than this unread does not read at all
_RETRY_US = 10_000


class Adapter:
    """One adapter, for one program at a time.

    A program that leaves and comes back finds a controller as after its power was cut.

    Args:
        link: the street's BLE.
        name: of its antenna.
        address: its public address, first byte first.
        path: of the Unix socket that is made for it, for this user alone.
    """

    def __init__(self, link: AirLink, name: str, position: Position, address: bytes, path: Path):
        self.path = path
        self._link = link
        self._name = name
        self._position = position
        self._address = hci.Address(address[::-1], hci.Address.PUBLIC_DEVICE_ADDRESS)
        self._user: _User | None = None
        self._server = socket.socket(socket.AF_UNIX)
        path.unlink(missing_ok=True)
        self._server.bind(str(path))
        path.chmod(0o600)
        self._server.listen(1)
        self._server.setblocking(False)
        link.scheduler.add_reader(self._server, self._accept)

    @property
    def in_use(self) -> bool:
        """Whether a program has opened it."""
        return self._user is not None

    def close(self) -> None:
        """Take it away."""
        self._leave()
        self._link.scheduler.remove_reader(self._server)
        self._server.close()
        self.path.unlink(missing_ok=True)

    def _accept(self) -> None:
        """Whoever comes last has it: a program that was killed leaves its socket behind for a while."""
        self._leave()
        sock, _ = self._server.accept()
        controller = self._link.loop.run(AirController, self._name, self._position, self._link, self._address)
        self._user = _User(self._link, controller, sock, self._leave)

    def _leave(self) -> None:
        if self._user:
            self._user.close()
            self._user = None


class _User:
    """The program's end of the socket, and its controller."""

    def __init__(
        self, link: AirLink, controller: AirController, sock: socket.socket, leave: Callable[[], None]
    ):
        self._link = link
        self._controller = controller
        self._sock = sock
        self._leave = leave
        self._parser = PacketParser(controller)
        self._outbox = bytearray()
        self._flushing = False
        controller.host = self
        sock.setblocking(False)
        link.scheduler.add_reader(sock, self._read)

    def close(self) -> None:
        """The program has gone."""
        self._link.scheduler.remove_reader(self._sock)
        self._sock.close()
        self._link.loop.run(self._controller.vanish)

    def on_packet(self, packet: bytes) -> None:
        """An HCI packet for the program."""
        self._outbox += packet
        if not self._flushing:
            self._flush()

    def _read(self) -> None:
        """HCI packets from the program; one that makes no sense ends its session."""
        try:
            data = self._sock.recv(_CHUNK_BYTES)
            self._link.loop.run(self._parser.feed_data, data)
        except BlockingIOError:
            return
        except (ConnectionError, core.BaseBumbleError, ValueError):
            data = b""
        if not data:
            self._leave()

    def _flush(self) -> None:
        """Send what it takes now; the rest a little later."""
        self._flushing = False
        if self._sock.fileno() < 0:
            return
        with contextlib.suppress(BlockingIOError, ConnectionError):
            del self._outbox[: self._sock.send(self._outbox)]
        if len(self._outbox) > _BACKLOG_BYTES:
            self._outbox.clear()
            self._sock.shutdown(socket.SHUT_RDWR)  # read as its end, a moment later
        elif self._outbox:
            self._flushing = True
            self._link.scheduler.after(_RETRY_US, self._flush)

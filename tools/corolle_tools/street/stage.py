"""What a street needs around it, begun and ended in order: folder, broker, gateway, the city's ear."""

import queue
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from corolle_tools.broker_url import BrokerUrl
from corolle_tools.street import gateway
from corolle_tools.street.cable import Cable
from corolle_tools.street.children import Child
from corolle_tools.street.city import City
from corolle_tools.street.folder import StreetFolder
from corolle_tools.street.ledger import Record
from corolle_tools.street.plan import SITE
from corolle_tools.street.world import World, WorldOptions

_HOST = "127.0.0.1"
_LISTENS, _IN_USE = "listening on", "already in use"  # what a broker says
_USUAL_PORT = 1883
_START_S = 20.0  # what a program may take to come up


class StageError(Exception):
    """Something a street needs does not come up; the message says what, and its last words."""


class Stage:
    """Everything beside the spectators. Use it as a context: leaving it ends all programs.

    Raises StageError, FolderBusy, ValueError and OSError, each with a sentence for whoever asked.
    """

    def __init__(self, options: WorldOptions, broker: str | None, state: Path | None):
        self.records: queue.SimpleQueue[Record] = queue.SimpleQueue()
        with ExitStack() as stack:
            self.folder = self._folder(stack, state)
            udp_port = _free_port(socket.SOCK_DGRAM)
            self.world = World(options, self.folder, (_HOST, udp_port), self.records.put)
            stack.callback(self.world.close)
            self.broker = BrokerUrl.parse(broker) if broker else self._own_broker(stack)
            self.city = self._listen(stack)
            self.cable = stack.enter_context(closing(Cable(self.folder.path)))
            self.gateway = self._gateway(stack, udp_port)
            self._stack = stack.pop_all()

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _folder(self, stack: ExitStack, state: Path | None) -> StreetFolder:
        path = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="corolle-street-")))
        return stack.enter_context(closing(StreetFolder(path)))

    def _own_broker(self, stack: ExitStack) -> BrokerUrl:
        """Of two streets that begin together both may find the usual port free: the second takes another."""
        for wanted in (_USUAL_PORT, 0):
            port = _free_port(socket.SOCK_STREAM, wanted)
            with ExitStack() as trial:
                if self._broker_listens(trial, port):
                    stack.enter_context(trial.pop_all())
                    return BrokerUrl(_HOST, port, tls=False)
        raise StageError("the broker finds no port")

    def _broker_listens(self, stack: ExitStack, port: int) -> bool:
        """Begin a broker; False when somebody has its port."""
        command = [sys.executable, "-m", "corolle_hil.broker", "--port", str(port)]
        child = self._child(stack, "broker", command)
        _wait(child, lambda: any(word in child.last_words() for word in (_LISTENS, _IN_USE)))
        return _LISTENS in child.last_words()

    def _listen(self, stack: ExitStack) -> City:
        city = City(self.broker, SITE, self.records.put)
        try:
            city.open(_START_S)
        except OSError as error:
            raise StageError(f"no broker at {self.broker}: {error.strerror or error}") from error
        stack.callback(city.close)
        return city

    def _gateway(self, stack: ExitStack, udp_port: int) -> Child:
        folder = self.folder
        adapters = self.world.adapters
        adapter = adapters.gateway.path if adapters else None
        places = gateway.GatewayPlaces(
            folder.path, udp_port, self.broker, folder.units, folder.clock, adapter, self.cable.gateway_end
        )
        self.password = gateway.let_in(places)
        child = self._child(stack, "gateway", gateway.command(gateway.write_configuration(places)))
        stack.callback(self.world.unplug)  # before it is ended: it would wait for the radio's goodbye
        _wait(child, self.city.gateway_online.is_set)
        return child

    def _child(self, stack: ExitStack, name: str, command: list[str]) -> Child:
        child = Child(name, command, self.folder.path / f"{name}.log", self.folder.lock)
        child.start()
        stack.callback(child.stop)
        return child


def _wait(child: Child, is_up: Callable[[], bool]) -> None:
    """Wait until a program is up. Raises StageError with its last words when it does not come."""
    deadline = time.monotonic() + _START_S
    while not is_up():
        if time.monotonic() > deadline:
            raise StageError(f"the {child.name} does not come up; its last words:\n{child.last_words()}")
        time.sleep(0.05)


def _free_port(kind: socket.SocketKind, wanted: int = 0) -> int:
    """The wanted port of the loopback address if nobody has it, else any other."""
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((_HOST, wanted))
        except OSError:
            probe.bind((_HOST, 0))
        return probe.getsockname()[1]

"""The publisher beside others who publish by the same connection."""

import asyncio
import io
from pathlib import Path
from typing import Any

from corolle_gateway.config import BrokerConfig
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.model import Unit
from corolle_gateway.northbound import packets
from corolle_gateway.northbound.mqtt import IN_FLIGHT, MqttClient
from corolle_gateway.northbound.packets import Reader
from corolle_gateway.northbound.publisher import Publisher
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.store import database, messages
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer

_CONNECT = 0x10
_CONNACK = b"\x20\x02\x00\x00"
_OTHERS = 3
_REPORTS = 3


class _Street:
    """Nobody in it."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        self.latest: dict[str, dict[str, Any]] = {}


class _Slow:
    """A broker that acknowledges when it is told to."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.heard: list[bytes] = []
        self._writer: asyncio.StreamWriter | None = None

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        cut = Reader()
        while data := await reader.read(65_536):
            for kind, body in cut.packets(data):
                if kind & 0xF0 == packets.PUBLISH:
                    message = packets.incoming(kind, body)
                    self.numbers.append(message.number)
                    self.heard.append(message.payload)
                elif kind == _CONNECT:
                    writer.write(_CONNACK)
        writer.close()

    def acknowledge(self) -> None:
        assert self._writer
        self._writer.write(packets.puback(self.numbers.pop(0)))

    async def has_heard(self, n: int) -> None:
        while len(self.heard) < n:
            await asyncio.sleep(0.005)


def test_reports_go_on_when_others_have_taken_what_room_there_was(tmp_path: Path):
    """A task that is told of room may find it taken: others were told as well, and were first."""

    async def run() -> list[bytes]:
        broker = _Slow()
        server = await asyncio.start_server(broker.attend, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        log = Log(lambda: 0.0, "error", io.StringIO())
        counts = Counts(log)
        broker_at = BrokerConfig("127.0.0.1", port, False, None, None, None, None, None)
        client = MqttClient("broker", "test", broker_at, None, (), log, counts, lambda _: None)
        writer = Writer(database.connect(tmp_path), counts)
        outbox = Outbox(writer)
        await outbox.load()
        publisher = Publisher(counts, client, Topics("quai", "gw"), outbox, _Street())

        def put(db: Connection) -> None:
            for number in range(1, _REPORTS + 1):
                messages.put(db, number, "lamp-1", "report", f"1-{number}", 0.0, b"report")

        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            running = [group.create_task(client.run()), group.create_task(publisher.run())]
            others = [
                group.create_task(client.publish("status", b"status", False, lambda: None))
                for _ in range(IN_FLIGHT + _OTHERS)
            ]
            await broker.has_heard(IN_FLIGHT)
            await writer.submit(put)
            outbox.filled.set()
            for heard in range(IN_FLIGHT, IN_FLIGHT + _OTHERS):
                broker.acknowledge()
                await broker.has_heard(heard + 1)
            while broker.numbers:
                broker.acknowledge()
            await asyncio.gather(*others)
            await broker.has_heard(IN_FLIGHT + _OTHERS + _REPORTS)
            for task in running:
                task.cancel()
        server.close()
        await writer.close()
        return broker.heard

    assert asyncio.run(run()).count(b"report") == _REPORTS

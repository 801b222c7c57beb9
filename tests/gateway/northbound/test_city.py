"""The gateway's last words to the city are its last."""

import asyncio
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from corolle_gateway.clock import SystemClock
from corolle_gateway.config import BrokerConfig, HomeAssistantConfig
from corolle_gateway.counts import Counted, Counts
from corolle_gateway.log import Log
from corolle_gateway.northbound import packets, status
from corolle_gateway.northbound.city import City
from corolle_gateway.northbound.packets import Reader
from corolle_gateway.pending import Pending, ended
from corolle_gateway.store import database
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks

_CONNECT, _DISCONNECT = 0x10, 0xE0
_CONNACK = b"\x20\x02\x00\x00"


class _Slow:
    """A broker that acknowledges all but the last words, these when it is told to."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.goodbye = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.was_left: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut, last = Reader(), 0
        while data := await reader.read(65_536):
            for last, body in cut.packets(data):
                if last == _CONNECT:
                    writer.write(_CONNACK)
                elif last & 0xF0 == packets.PUBLISH:
                    await self._take(packets.incoming(last, body), writer)
        self.was_left.set_result(last)
        writer.close()

    async def _take(self, message: packets.Incoming, writer: asyncio.StreamWriter) -> None:
        if message.topic.endswith("/status"):
            self.states.append(json.loads(message.payload)["state"])
            if self.states[-1] == "offline":
                self.goodbye.set()
                await self.may_answer.wait()
        writer.write(packets.puback(message.number))


class _Site:
    """A city with nobody in it, its broker, and what it counts."""

    def __init__(self, data_dir: Path, port: int):
        log = Log(lambda: 0.0, "error", io.StringIO())
        self.counts = Counts(log)
        self.tasks = Tasks(log, self.counts)
        self.writer = Writer(database.connect(data_dir), self.counts)
        broker = BrokerConfig("127.0.0.1", port, False, None, None, None, None, None)
        rooms = SystemClock(), log, self.counts, self.tasks, Outbox(self.writer)
        nobody: Any = SimpleNamespace(units={}, latest={})
        told = self._store, lambda: None, lambda: b"{}", HomeAssistantConfig(None, "en"), lambda _: False
        self.city = City("quai", "gw", broker, *rooms, nobody, nobody, *told)

    def _store(self, _: Counted) -> Pending[None]:
        return ended(None)


@pytest.mark.parametrize(("answers", "last"), [(True, _DISCONNECT), (False, packets.PUBLISH | 3)])
def test_nothing_is_said_after_the_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool, last: int
):
    """Whoever does not acknowledge them is left without a goodbye: such a broker publishes the will."""
    monkeypatch.setattr(status, "_PAUSE_S", 0.0)
    monkeypatch.setattr("corolle_gateway.northbound.mqtt._GOODBYE_S", 20.0 if answers else 0.2)

    async def run() -> tuple[list[str], int]:
        broker = _Slow()
        server = await asyncio.start_server(broker.attend, "127.0.0.1", 0)
        site = _Site(tmp_path, server.sockets[0].getsockname()[1])
        async with asyncio.timeout(20):
            site.city.start()
            while not broker.states:
                await asyncio.sleep(0.005)
            stopping = asyncio.create_task(site.city.stop())
            await broker.goodbye.wait()
            site.counts.count("uplinks")
            for _ in range(20):  # what must not come has time to
                await asyncio.sleep(0.005)
            if answers:
                broker.may_answer.set()
            await stopping
            broker.may_answer.set()
            kind = await broker.was_left
            await site.tasks.stop()
        server.close()
        await site.writer.close()
        return broker.states, kind

    states, kind = asyncio.run(run())
    assert states[0] == "online" and states[states.index("offline") :] == ["offline"]
    assert kind == last

"""The publisher: nothing that waits for the broker may be left lying."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from corolle_gateway.config import BrokerConfig
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.model import OutboxRow, Unit
from corolle_gateway.northbound import pace, packets, publisher
from corolle_gateway.northbound.mqtt import IN_FLIGHT, MqttClient
from corolle_gateway.northbound.packets import Reader
from corolle_gateway.northbound.publisher import MOST_UNSETTLED, Publisher
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.pending import Pending
from corolle_gateway.store import database, messages
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer

_CONNECT = 0x10
_CONNACK = b"\x20\x02\x00\x00"
_OTHERS = 3
_REPORTS = 3
_READ_AHEAD = 256


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

    async def acknowledges(self, n: int) -> None:
        """All that comes, until so many have."""
        while self.numbers or len(self.heard) < n:
            while self.numbers:
                self.acknowledge()
            await asyncio.sleep(0.005)

    async def has_heard(self, n: int) -> None:
        while len(self.heard) < n:
            await asyncio.sleep(0.005)


class _SlowOutbox(Outbox):
    """Its second reading takes as long as the test wants, as deletions may."""

    def __init__(self, writer: Writer):
        super().__init__(writer)
        self._readings = 0
        self.slow: Pending[None] = Pending()
        self.deleting: Pending[None] | None = None

    def take(self, after: dict[int, int], room: dict[int, int]) -> Pending[dict[int, list[OutboxRow]]]:
        self._readings += 1
        found = super().take(after, room)
        if self._readings != 2:
            return found
        late: Pending[dict[int, list[OutboxRow]]] = Pending()
        self.slow.then(lambda _: found.then(lambda done: late.succeed(done.result)))
        return late

    def published(self, rows: list[tuple[int, int]]) -> Pending[None]:
        return self.deleting or super().published(rows)


class _Site:
    """A publisher between a store and a broker."""

    def __init__(self, data_dir: Path, port: int):
        log = Log(lambda: 0.0, "error", io.StringIO())
        counts = self.counts = Counts(log)
        broker_at = BrokerConfig("127.0.0.1", port, False, None, None, None, None, None)
        self.client = MqttClient("broker", "test", broker_at, None, (), log, counts, lambda _: None)
        self.db = database.connect(data_dir)
        self.writer = Writer(self.db, counts)
        self.outbox = _SlowOutbox(self.writer)
        self.publisher = Publisher(counts, self.client, Topics("quai", "gw"), self.outbox, _Street())

    async def put(self, reports: int, kind: str = "report") -> None:
        """So many reports, or others, wait for the broker."""

        def operation(db: Connection) -> None:
            for number in range(1, reports + 1):
                messages.put(db, number, "lamp-1", kind, f"1-{number}", 0.0, kind.encode())

        await self.writer.submit(operation)
        self.outbox.filled.set()


@asynccontextmanager
async def _running(data_dir: Path) -> AsyncIterator[tuple[_Site, _Slow]]:
    broker = _Slow()
    server = await asyncio.start_server(broker.attend, "127.0.0.1", 0)
    site = _Site(data_dir, server.sockets[0].getsockname()[1])
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running = [group.create_task(site.client.run()), group.create_task(site.publisher.run())]
        yield site, broker
        for task in running:
            task.cancel()
    server.close()
    await site.writer.close()


def test_reports_go_on_when_others_have_taken_what_room_there_was(tmp_path: Path):
    """A task that is told of room may find it taken: others were told as well, and were first."""

    async def run() -> list[bytes]:
        async with _running(tmp_path) as (site, broker):
            site.outbox.slow.succeed(None)
            async with asyncio.TaskGroup() as others:
                for _ in range(IN_FLIGHT + _OTHERS):
                    others.create_task(site.client.publish("status", b"status", False, lambda: None))
                await broker.has_heard(IN_FLIGHT)
                await site.put(_REPORTS)
                for heard in range(IN_FLIGHT, IN_FLIGHT + _OTHERS):
                    broker.acknowledge()
                    await broker.has_heard(heard + 1)
                while broker.numbers:
                    broker.acknowledge()
            await broker.has_heard(IN_FLIGHT + _OTHERS + _REPORTS)
            return broker.heard

    assert asyncio.run(run()).count(b"report") == _REPORTS


def test_a_storm_of_alarms_goes_on_where_nothing_comes_after_it(tmp_path: Path):
    """More of them than are read ahead, and nobody says anything later that would have them looked for."""

    async def run() -> list[bytes]:
        async with _running(tmp_path) as (site, broker):
            site.outbox.slow.succeed(None)
            await site.put(3 * _READ_AHEAD, "alarm")
            await broker.acknowledges(3 * _READ_AHEAD)
            return broker.heard

    assert asyncio.run(run()).count(b"alarm") == 3 * _READ_AHEAD


def test_a_reading_that_ends_late_leaves_nothing_lying(tmp_path: Path):
    """All that was read ahead has gone by then, and what was not is waited for by nobody else."""

    async def run() -> list[bytes]:
        async with _running(tmp_path) as (site, broker):
            await site.put(_READ_AHEAD + _REPORTS)
            await broker.has_heard(IN_FLIGHT)
            for heard in range(IN_FLIGHT, _READ_AHEAD):
                broker.acknowledge()
                await broker.has_heard(heard + 1)
            site.outbox.slow.succeed(None)
            while broker.numbers:
                broker.acknowledge()
            await broker.has_heard(_READ_AHEAD + _REPORTS)
            return broker.heard

    assert asyncio.run(run()).count(b"report") == _READ_AHEAD + _REPORTS


def test_no_more_is_published_than_may_come_twice_while_the_disk_takes_its_time(tmp_path: Path):
    """A kill makes all come twice that the broker has, or may have, and the outbox has still."""

    async def run() -> list[int]:
        async with _running(tmp_path) as (site, broker):
            site.outbox.slow.succeed(None)
            held = site.outbox.deleting = Pending()
            await site.put(_READ_AHEAD)
            await broker.acknowledges(MOST_UNSETTLED)
            for _ in range(20):  # what must not come has time to
                await asyncio.sleep(0.005)
            heard = [len(broker.heard)]
            site.outbox.deleting = None
            held.succeed(None)
            await broker.acknowledges(_READ_AHEAD)
            return [*heard, len(broker.heard)]

    assert asyncio.run(run()) == [MOST_UNSETTLED, _READ_AHEAD]


def test_what_could_not_leave_the_outbox_leaves_it_when_the_disk_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(publisher, "_STORE_RETRY_S", 0.02)

    async def run() -> int:
        async with _running(tmp_path) as (site, broker):
            site.outbox.slow.succeed(None)
            await site.put(_REPORTS)
            await broker.has_heard(_REPORTS)
            site.db.execute("PRAGMA query_only = 1")
            await broker.acknowledges(_REPORTS)
            while not site.counts.rejected.get("store_failed"):
                await asyncio.sleep(0.005)
            site.db.execute("PRAGMA query_only = 0")
            while await site.writer.submit(messages.backlog):
                await asyncio.sleep(0.005)
            return len(broker.heard)

    assert asyncio.run(run()) == _REPORTS


def test_what_comes_live_waits_for_little_on_a_slow_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pace, "_DELAY_S", 0.05)  # for the test's sake: ten times as fast, ten times as strict
    monkeypatch.setattr(publisher, "_HELD_S", 0.002)

    def put(db: Connection) -> None:
        messages.put(db, _READ_AHEAD, "lamp-1", "event", "2-1", 0.0, b"event")

    async def run() -> int:
        async with _running(tmp_path) as (site, broker):
            site.outbox.slow.succeed(None)
            await site.put(_READ_AHEAD - 1)
            await broker.has_heard(IN_FLIGHT)
            for n in range(2 * IN_FLIGHT):
                if n == IN_FLIGHT:
                    await site.writer.submit(put)
                    site.outbox.filled.set()
                await asyncio.sleep(0.01)
                broker.acknowledge()
            return broker.heard.index(b"event") - IN_FLIGHT

    assert asyncio.run(run()) < IN_FLIGHT // 2


def test_messages_acknowledged_one_by_one_leave_the_outbox_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A commit for each would wear out a card. As many as may be under way do not wait for the others."""
    monkeypatch.setattr(publisher, "_GATHER_S", 0.5)  # so that a busy machine does not decide

    async def run() -> list[int]:
        async with _running(tmp_path) as (site, broker):
            site.outbox.slow.succeed(None)
            await site.put(IN_FLIGHT + _REPORTS)
            await broker.has_heard(IN_FLIGHT)
            for _ in range(IN_FLIGHT):
                broker.acknowledge()
            await broker.has_heard(IN_FLIGHT + _REPORTS)
            left = [await site.writer.submit(messages.backlog)]
            while left[-1]:
                if broker.numbers:
                    broker.acknowledge()
                await asyncio.sleep(0.002)
                left.append(await site.writer.submit(messages.backlog))
            return left

    assert sorted({*asyncio.run(run())}) == [0, _REPORTS]

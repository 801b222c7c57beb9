"""Datagrams that are taken together: each frame has its own fate, and what is stored is so in their order."""

import asyncio
import socket
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from corolle.wire.schema import LAMP_REPORT
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.accounts import Accounts
from corolle_gateway.hub.book import Book
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.hub import Hub
from corolle_gateway.hub.places import Places
from corolle_gateway.hub.sanitary import SanitaryLogs
from corolle_gateway.hub.settings_desk import SettingsDesk
from corolle_gateway.links.lorawan.link import LorawanLink
from corolle_gateway.links.lorawan.terms import Terms
from corolle_gateway.links.lorawan.upkeep import AdrRule
from corolle_gateway.log import Log
from corolle_gateway.model import Registration, SessionRecord, Unit
from corolle_gateway.months import Months
from corolle_gateway.store import database, registry, sessions, states
from corolle_gateway.store.lorawan import LorawanMemory
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks
from corolle_tools.bench.forwarder import push_data
from corolle_tools.bench.lamps import Lamp

_A, _B = 0xA, 0xB
_DEV_ADDR = 0x00010203


class _Blind:
    """A watcher with nothing to say."""

    def stored(self, unit: Unit, kind: str, body: dict[str, Any], raw: dict[str, Any], time_s: float) -> None:
        return None


class _Street:
    """A gateway's rooms from the concentrators to the store, and two lamps that have joined."""

    def __init__(self, folder: Path):
        clock = SystemClock()
        log = Log(clock.now, "error", sys.stderr)
        self.counts, self.db = Counts(log), database.connect(folder)
        self.lamps = [Lamp(1), Lamp(2)]
        self._register()
        self.writer = Writer(self.db, self.counts)
        outbox, tasks = Outbox(self.writer), Tasks(log, self.counts)
        desk = Desk(clock, self.counts, tasks, Book(clock, log, self.counts, self.writer, outbox))
        logs = SanitaryLogs(log, self.counts, tasks, self.writer, desk)
        wanted = SettingsDesk(clock, self.counts, tasks, self.writer, outbox, Places())
        accounts = Accounts(Months(), lambda unit: 3600.0)
        self.hub = Hub(self.counts, self.writer, outbox, desk, logs, wanted, accounts, _Blind())
        memory = LorawanMemory(self.writer)
        rooms = clock, log, self.counts, tasks, memory, self.hub
        self.link = LorawanLink(*rooms, 0, 14, AdrRule(), Terms())

    def _register(self) -> None:
        for lamp in self.lamps:
            said = lamp.registration()
            unit = Unit(lamp.name, "lamp", "quai", said["dev_eui"], said["join_eui"], 43.6, 1.4, "C")
            registry.put_all(self.db, [Registration(unit, bytes.fromhex(said["app_key"]))], 0.0)
            keys = bytes((lamp.number,)) * 16, bytes((lamp.number + 8,)) * 16
            record = SessionRecord(lamp.name, _DEV_ADDR + lamp.number, *keys, join_nonce=1)
            lamp.settle(sessions.begin(self.db, record))

    async def load(self) -> None:
        """Go on with what is in the store, and open a port."""
        units = [unit for unit, _ in registry.everyone(self.db)]
        await self.hub.load(units, lambda unit: None)
        await self.link.start("127.0.0.1", 0)

    def reports(self) -> list[dict[str, Any]]:
        """What is stored, in its order."""
        rows = self.db.execute("SELECT body FROM messages WHERE kind = 'report' ORDER BY id")
        return [msgspec.json.decode(body) for (body,) in rows]


@pytest.fixture
def ports() -> Iterator[list[socket.socket]]:
    """Where two concentrators listen."""
    opened = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    for each in opened:
        each.bind(("127.0.0.1", 0))
        each.settimeout(5)
    yield opened
    for each in opened:
        each.close()


def _acknowledged(port: socket.socket, n: int) -> set[int]:
    return {int.from_bytes(port.recv(64)[1:3], "big") for _ in range(n)}


def test_a_flood_of_strangers_beside_a_frame_costs_it_nothing(tmp_path: Path, ports: list[socket.socket]):
    async def scenario() -> None:
        street = _Street(tmp_path)
        await street.load()
        _, report = street.lamps[0].report()
        to_a, to_b = (port.getsockname() for port in ports)
        strangers = [(push_data(number, b"\xe0", 0x100 + number), to_b) for number in range(80)]
        street.link.endpoint.take([(push_data(1, report, _A), to_a), *strangers])
        in_a_thread = asyncio.get_running_loop().run_in_executor
        assert await in_a_thread(None, _acknowledged, ports[0], 1) == {1}
        assert len(street.reports()) == 1 and street.counts.rejected == {"not_an_uplink": 1}
        assert street.counts.done == {"duplicates": 79, "reports": 1, "uplinks": 1}
        street.link.stop()
        await street.writer.close()

    asyncio.run(scenario())


def test_each_frame_has_its_own_fate(tmp_path: Path, ports: list[socket.socket]):
    async def scenario() -> None:
        street = _Street(tmp_path)
        await street.load()
        first, second = street.lamps
        (_, one), (_, two), (_, other) = first.report(), first.report(), second.report()
        second.f_cnt -= 1
        _, with_the_same_counter = second.frame(LAMP_REPORT.port, bytes(len(two)))
        to_a, to_b = (port.getsockname() for port in ports)
        street.link.endpoint.take(
            [
                (push_data(1, one, _A), to_a),
                (push_data(1, one, _B), to_b),
                (push_data(2, one[:-1] + bytes((one[-1] ^ 1,)), _A), to_a),
                (push_data(3, two, _A), to_a),
                (b"\x02", to_a),
                (push_data(4, other, _A), to_a),
                (push_data(5, with_the_same_counter, _A), to_a),
                (push_data(6, b"\xe0", _A), to_a),
            ]
        )
        in_a_thread = asyncio.get_running_loop().run_in_executor
        assert await in_a_thread(None, _acknowledged, ports[0], 6) == {1, 2, 3, 4, 5, 6}
        assert await in_a_thread(None, _acknowledged, ports[1], 1) == {1}
        assert [(said["id"], said["passages"]) for said in street.reports()] == [
            ("lamp-00001-1-0", 1),
            ("lamp-00001-1-1", 2),
            ("lamp-00002-1-0", 1),
        ]
        now = states.standing(street.db, first.name)
        assert now and now.running["passages"] == 1, "between its two reports"
        assert street.counts.done == {"duplicates": 1, "reports": 3, "uplinks": 3}
        assert street.counts.rejected == {"bad_mic": 1, "not_an_uplink": 1, "replayed": 1, "too_short": 1}
        street.link.stop()
        await street.writer.close()

    asyncio.run(scenario())


def test_nobody_is_acknowledged_before_the_disk_has_it(tmp_path: Path, ports: list[socket.socket]):
    async def scenario() -> None:
        street = _Street(tmp_path)
        await street.load()
        first, second = street.lamps
        frames = [lamp.report()[1] for lamp in (first, second, second)]
        datagrams = [(push_data(n, phy, _A), ports[0].getsockname()) for n, phy in enumerate(frames, 1)]
        in_a_thread = asyncio.get_running_loop().run_in_executor
        street.db.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON messages WHEN NEW.unit = 'lamp-00002'"
            " BEGIN SELECT RAISE(ABORT, 'there is no room'); END"
        )
        street.link.endpoint.take(datagrams)
        assert await in_a_thread(None, _acknowledged, ports[0], 1) == {1}
        assert [said["unit"] for said in street.reports()] == [first.name]
        street.db.execute("DROP TRIGGER full")
        street.link.endpoint.take(datagrams[1:])  # they come again, and are welcome
        assert await in_a_thread(None, _acknowledged, ports[0], 2) == {2, 3}
        assert [said["id"] for said in street.reports()[1:]] == ["lamp-00002-1-0", "lamp-00002-1-1"]
        assert street.counts.rejected == {"store_failed": 2}
        street.link.stop()
        await street.writer.close()

    asyncio.run(scenario())


def test_what_the_disk_did_not_take_is_not_counted_as_a_report(tmp_path: Path, ports: list[socket.socket]):
    async def scenario() -> None:
        street = _Street(tmp_path)
        await street.load()
        _, report = street.lamps[0].report()
        datagram = push_data(1, report, _A), ports[0].getsockname()
        street.db.execute("PRAGMA query_only = 1")
        street.link.endpoint.take([datagram])
        with pytest.raises(sqlite3.OperationalError):
            await street.writer.submit(lambda _: None)
        assert (street.counts.done, street.counts.rejected) == ({}, {"store_failed": 2})
        street.db.execute("PRAGMA query_only = 0")
        street.link.endpoint.take([datagram])
        await street.writer.submit(lambda _: None)
        assert street.counts.done == {"reports": 1, "uplinks": 1}
        street.link.stop()
        await street.writer.close()

    asyncio.run(scenario())

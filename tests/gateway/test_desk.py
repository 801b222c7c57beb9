"""The desk on a real store, when a fault of the gateway's own comes between."""

import asyncio
import io
import sqlite3
import time
from pathlib import Path

import msgspec
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.book import Book
from corolle_gateway.hub.desk import STEP_S, Desk
from corolle_gateway.hub.orders import Order
from corolle_gateway.log import Log
from corolle_gateway.model import Downlink, Sent, Unit
from corolle_gateway.store import commands, database
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks
from msgspec.structs import replace

_LAMP = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")
_CANOPY = Unit("canopy-1", "canopy", "quai", "03" * 8, "00" * 8, 43.6, 1.44, "A")


class _Faulty:
    """A link with a fault that nobody has thought of."""

    def __init__(self) -> None:
        self.sent: list[Downlink] = []

    def is_near(self, unit: str) -> bool:
        return False

    async def send_now(self, downlink: Downlink) -> Sent:
        self.sent.append(downlink)
        raise KeyError("a fault of ours")


class _Near:
    """A link whose units come near."""

    def __init__(self) -> None:
        self.near = False
        self.sent: list[Downlink] = []

    def is_near(self, unit: str) -> bool:
        return self.near

    async def send_now(self, downlink: Downlink) -> Sent:
        self.sent.append(downlink)
        return Sent(True)


class _Full:
    """A link whose duty cycle is used up."""

    def __init__(self) -> None:
        self.tried: set[str] = set()

    def is_near(self, unit: str) -> bool:
        return False

    async def send_now(self, downlink: Downlink) -> Sent:
        self.tried.add(downlink.unit.name)
        return Sent(False, "duty_cycle")

    async def wait_tried(self, count: int) -> None:
        """Until so many units were, or more."""
        async with asyncio.timeout(15):
            while len(self.tried) < count:
                await asyncio.sleep(0.01)


def test_a_town_that_an_earlier_run_had_not_told_is_told_one_after_the_other(tmp_path: Path):
    async def run() -> None:
        clock, log = SystemClock(), Log(lambda: 0.0, "error", io.StringIO())
        counts = Counts(log)
        tasks, writer, link = Tasks(log, counts), Writer(database.connect(tmp_path), counts), _Full()
        units = {f"lamp-{n}": replace(_LAMP, name=f"lamp-{n}") for n in range(2000)}
        order = Order("dim", "level", 40, clock.now() + 3600, "ops")
        book = Book(clock, log, counts, writer, Outbox(writer))
        await book.add_group("quai", dict.fromkeys(units, order), clock.now())
        desk = Desk(clock, counts, tasks, Book(clock, log, counts, writer, Outbox(writer)))
        begun_s = time.monotonic()
        await desk.load(units, link)
        tasks.keep(desk.run)
        for count in range(1, 5):
            await link.wait_tried(count)
            assert len(link.tried) <= 1 + (time.monotonic() - begun_s) / STEP_S
        await tasks.stop()
        await writer.close()

    asyncio.run(run())


def test_who_did_not_answer_with_its_group_is_told_alone_before_its_place_in_the_row(tmp_path: Path):
    async def run() -> set[str]:
        clock, log = SystemClock(), Log(lambda: 0.0, "error", io.StringIO())
        counts = Counts(log)
        tasks, writer, link = Tasks(log, counts), Writer(database.connect(tmp_path), counts), _Full()
        units = {f"lamp-{n}": replace(_LAMP, name=f"lamp-{n}") for n in range(3)}
        book = Book(clock, log, counts, writer, Outbox(writer))
        desk = Desk(clock, counts, tasks, book)
        await desk.load(units, link)
        tasks.keep(desk.run)
        order = Order("dim", "level", 40, clock.now() + 3600, "ops")
        told = await book.add_group("quai", dict.fromkeys(units, order), clock.now())
        for command in told:
            desk.take_over(command, 1800.0, heard=True)
        desk.bring_forward(told[2], 0.1)
        await link.wait_tried(1)
        await tasks.stop()
        await writer.close()
        return link.tried

    assert asyncio.run(run()) == {"lamp-2"}


def test_a_canopy_that_comes_near_is_told_however_often_lorawan_was_in_vain(tmp_path: Path):
    async def run() -> list[str]:
        clock, log = SystemClock(), Log(lambda: 0.0, "error", io.StringIO())
        counts = Counts(log)
        tasks, writer, link = Tasks(log, counts), Writer(database.connect(tmp_path), counts), _Near()
        desk = Desk(clock, counts, tasks, Book(clock, log, counts, writer, Outbox(writer)))
        await desk.load({"canopy-1": _CANOPY}, link)
        tasks.keep(desk.run)
        await desk.order("canopy-1", msgspec.json.encode({"verb": "open", "value": 60}))
        for _ in range(6):
            downlink = desk.next_downlink("canopy-1", 51)
            assert downlink
            desk.sent(downlink, Sent(True))
        link.near = True
        async with asyncio.timeout(10):
            while not link.sent:
                desk.came_near("canopy-1")  # with each advert
                await asyncio.sleep(0.01)
        await tasks.stop()
        await writer.close()
        return [downlink.unit.name for downlink in link.sent]

    assert asyncio.run(run()) == ["canopy-1"]


def test_an_order_ends_even_if_sending_it_fails_as_nobody_has_foreseen(tmp_path: Path):
    async def run() -> tuple[dict[str, int], str, int]:
        clock, log = SystemClock(), Log(lambda: 0.0, "error", io.StringIO())
        counts = Counts(log)
        tasks, writer, link = Tasks(log, counts), Writer(database.connect(tmp_path), counts), _Faulty()
        desk = Desk(clock, counts, tasks, Book(clock, log, counts, writer, Outbox(writer)))
        await desk.load({"lamp-1": _LAMP}, link)
        tasks.keep(desk.run)
        order = {"id": "a", "verb": "level", "value": 40, "for_s": 1}
        await desk.order("lamp-1", msgspec.json.encode(order))
        async with asyncio.timeout(15):
            while not (found := await writer.submit(lambda db: commands.find(db, "lamp-1", "a"))) or (
                found.status == "accepted"
            ):
                await asyncio.sleep(0.05)
        await tasks.stop()
        await writer.close()
        return counts.rejected, found.status, len(link.sent)

    assert asyncio.run(run()) == ({"internal_error": 1}, "expired", 1)


def test_the_end_of_an_order_is_told_when_the_disk_is_mended(tmp_path: Path):
    """It ends while nothing can be stored, and nobody orders anything afterwards."""

    async def run() -> str:
        clock, log = SystemClock(), Log(lambda: 0.0, "error", io.StringIO())
        counts, db = Counts(log), database.connect(tmp_path)
        tasks, writer = Tasks(log, counts), Writer(db, counts)
        desk = Desk(clock, counts, tasks, Book(clock, log, counts, writer, Outbox(writer)))
        await desk.load({"canopy-1": _CANOPY}, _Near())
        tasks.keep(desk.run)
        await desk.order(
            "canopy-1", msgspec.json.encode({"id": "a", "verb": "open", "value": 60, "for_s": 1})
        )
        db.execute("PRAGMA query_only = 1")
        while "store_failed" not in counts.rejected:
            await asyncio.sleep(0.05)
        db.execute("PRAGMA query_only = 0")
        while await writer.submit(_last_told) != "expired":
            await asyncio.sleep(0.05)
        stored = await writer.submit(lambda db: commands.find(db, "canopy-1", "a"))
        await tasks.stop()
        await writer.close()
        return stored.status if stored else ""

    assert asyncio.run(asyncio.wait_for(run(), 15)) == "expired"


def _last_told(db: sqlite3.Connection) -> str:
    """The last that the city was told of orders."""
    last = db.execute("SELECT body FROM messages WHERE kind = 'ack' ORDER BY id DESC LIMIT 1").fetchone()
    return msgspec.json.decode(last[0])["status"]

"""The desks on a real store: orders to many and to one that come at the same time."""

import asyncio
import io
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from corolle.wire import codec
from corolle.wire.schema import COMMAND
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.book import Book
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.group_desk import GroupDesk
from corolle_gateway.hub.places import Places
from corolle_gateway.log import Log
from corolle_gateway.model import Downlink, Sent, Unit
from corolle_gateway.store import commands, database, groups, messages
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks

_PATIENCE_S = 10.0
_LAMPS = [Unit(f"lamp-{n}", "lamp", "quai", f"{n:016x}", "00" * 8, 43.6, 1.44, "C") for n in (1, 2, 3)]
_CANOPY = Unit("canopy-1", "canopy", "quai", "03" * 8, "00" * 8, 43.6, 1.44, "A")


class _Radio:
    """Both ways to units. Who belongs to `hearing` hears its group; `together` and `alone`: what was told."""

    def __init__(self, *hearing: str) -> None:
        self.hearing = set(hearing)
        self.together: list[tuple[str, int]] = []  # group, value
        self.alone: list[tuple[str, int]] = []  # unit, value
        self.copies_are_out = asyncio.Event()
        self.copies_are_out.set()

    def is_near(self, unit: str) -> bool:
        return False

    async def send_now(self, downlink: Downlink) -> Sent:
        self.alone.append((downlink.unit.name, codec.unpack(COMMAND, downlink.payload)["value"]))
        return Sent(True)

    async def members(self, group: str) -> set[str]:
        return self.hearing

    async def send_group(self, group: str, payload: bytes) -> Sent:
        self.together.append((group, codec.unpack(COMMAND, payload[1:])["value"]))
        await self.copies_are_out.wait()
        return Sent(True)

    def doubt(self, group: str, unit: str) -> None:
        pass


class _Keyless(_Radio):
    """Of a group that has no key yet, and of a disk that has no room for one."""

    async def members(self, group: str) -> set[str]:
        raise sqlite3.OperationalError("database or disk is full")


class _Desks:
    """Everything between the city's orders and the links."""

    def __init__(self, folder: Path, radio: _Radio, units: list[Unit]) -> None:
        self.radio = radio
        self.clock, log = SystemClock(), Log(lambda: 0.0, "error", io.StringIO())
        self.counts = Counts(log)
        self.db = database.connect(folder)
        self.tasks, self.writer = Tasks(log, self.counts), Writer(self.db, self.counts)
        self.units = {unit.name: unit for unit in units}
        outbox, places = Outbox(self.writer), Places()
        places.load(units)
        self.book = Book(self.clock, log, self.counts, self.writer, outbox)
        self.desk = Desk(self.clock, self.counts, self.tasks, self.book)
        rooms = self.clock, self.counts, self.tasks, self.writer, outbox, places, self.book, self.desk
        self.groups = GroupDesk(*rooms)

    async def order(self, name: str, order_id: str, verb: str = "level", **more: Any) -> None:
        order = {"id": order_id, "verb": verb, **more}
        desk = self.desk if name in self.units else self.groups
        await desk.order(name, msgspec.json.encode(order))

    async def acknowledge(self, unit: str, order_id: str) -> None:
        command = await self.writer.submit(lambda db: commands.find(db, unit, order_id))
        assert command
        ack = {"id": command.wire_id, "verdict": 0, "reason": 0, "value": command.value}
        await self.desk.answered(unit, ack, lambda _: True)

    async def told(self, name: str) -> list[tuple[str, str]]:
        """(status, reason) of all that the city was told of a name's orders."""
        acks = await self.writer.submit(lambda db: messages.told(db, name, ("ack",), 9))
        bodies = [msgspec.json.decode(ack) for ack in reversed(acks)]
        return [(body["status"], body["reason"].partition(" until ")[0]) for body in bodies]

    async def statuses(self, unit: str) -> dict[str, str]:
        found = await self.writer.submit(lambda db: commands.last(db, unit, 9))
        return {each.id: each.status for each in found}


def _run(
    folder: Path, radio: _Radio, units: list[Unit], act: Callable[[_Desks], Coroutine[Any, Any, None]]
) -> None:
    async def run() -> None:
        desks = _Desks(folder, radio, units)
        await desks.desk.load(desks.units, radio)
        await desks.groups.load(radio)
        desks.tasks.keep(desks.desk.run)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await act(desks)
        finally:
            await desks.tasks.stop()
            await desks.writer.close()

    asyncio.run(run())


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.01)


def test_of_two_orders_to_a_group_at_once_the_second_stands(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        first = desks.order("quai", "first", value=40)
        await asyncio.gather(first, desks.order("quai", "second", value=90))
        await _until(lambda: len(desks.radio.alone) == len(_LAMPS))
        for lamp in _LAMPS:
            assert await desks.statuses(lamp.name) == {"first": "failed", "second": "sent"}

    radio = _Radio()
    _run(tmp_path, radio, _LAMPS, act)
    assert sorted(radio.alone) == [("lamp-1", 90), ("lamp-2", 90), ("lamp-3", 90)]


def test_two_orders_to_a_group_at_once_have_numbers_of_their_own(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await asyncio.gather(
            desks.order("quai", "dim", value=40), desks.order("lamp", "cap", "cap", value=60)
        )
        for lamp in _LAMPS:
            dim, cap = desks.book.open_for(lamp.name)
            assert (dim.id, cap.id) == ("dim", "cap") and dim.wire_id != cap.wire_id

    _run(tmp_path, _Radio(), _LAMPS, act)


@pytest.mark.parametrize(
    ("first", "second"),
    [("lamp-2", "quai"), ("quai", "lamp-2"), ("quai", "lamp"), ("quai", "quai")],
)
def test_an_id_is_of_one_order_to_one_name(tmp_path: Path, first: str, second: str):
    async def act(desks: _Desks) -> None:
        await desks.order(first, "dim", value=40, author="ops")
        await _until(lambda: ("lamp-2", 40) in desks.radio.alone)
        await desks.order(second, "dim", value=90, author="ops")
        assert (await desks.told(second))[-1] == ("refused", f"id dim was level 40 by ops to {first}")
        assert desks.counts.rejected == {"command_id_reused": 1}
        assert len(await desks.statuses("lamp-2")) == 1
        await desks.order("lamp-2", "next", value=70)
        await _until(lambda: desks.radio.alone[-1] == ("lamp-2", 70))

    radio = _Radio()
    _run(tmp_path, radio, _LAMPS, act)
    assert {value for _, value in radio.alone} == {40, 70}


def test_an_order_to_a_group_that_comes_again_is_answered_with_how_it_stands(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        for _ in range(2):
            await desks.order("quai", "dim", value=40)
            await _until(lambda: len(desks.radio.alone) == len(_LAMPS))
        assert await desks.told("quai") == [("accepted", ""), ("sent", "")]

    _run(tmp_path, _Radio(), _LAMPS, act)


def test_of_orders_to_a_group_and_to_one_of_it_at_once_the_second_stands(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        both = [("canopy", "open", 60), ("canopy-1", "close", 0)]
        await asyncio.gather(*(desks.order(name, verb, verb, value=value) for name, verb, value in both))
        assert await desks.statuses("canopy-1") == {"open": "failed", "close": "queued"}
        await asyncio.gather(*(desks.order(name, "2" + v, v, value=value) for name, v, value in both[::-1]))
        await _until(lambda: [each.id for each in desks.book.open_for("canopy-1")] == ["2open"])

    _run(tmp_path, _Radio(), [_CANOPY], act)


def test_an_order_is_carried_out_one_by_one_though_a_key_for_its_group_cannot_be_stored(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await desks.order("quai", "dim", value=40)
        await _until(lambda: len(desks.radio.alone) == len(_LAMPS))

    _run(tmp_path, _Keyless(), _LAMPS, act)


def test_who_hears_its_group_is_not_told_alone_because_its_order_of_before_has_ended(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await desks.order("lamp-1", "before", value=40)
        await _until(lambda: desks.radio.alone == [("lamp-1", 40)])
        desks.radio.copies_are_out.clear()
        await desks.order("quai", "after", value=90)
        await _until(lambda: ("lamp-3", 90) in desks.radio.alone)

    radio = _Radio("lamp-1", "lamp-2")
    _run(tmp_path, radio, _LAMPS, act)
    assert (radio.together, radio.alone) == ([("quai", 90)], [("lamp-1", 40), ("lamp-3", 90)])


def test_an_order_is_carried_out_though_the_city_could_not_be_told_that_it_was_accepted(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        full = "CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no room'); END"
        await desks.writer.submit(lambda db: db.execute(full))
        with pytest.raises(sqlite3.Error):
            await desks.order("quai", "dim", value=40)
        await _until(lambda: len(desks.radio.alone) == len(_LAMPS))

    _run(tmp_path, _Radio(), _LAMPS, act)


async def _told_together(desks: _Desks) -> None:
    """Two of three lamps are being told 40 with their group."""
    desks.radio.copies_are_out.clear()
    await desks.order("quai", "group", value=40)
    await _until(lambda: desks.radio.together == [("quai", 40)] and desks.radio.alone == [("lamp-3", 40)])


def test_what_one_is_ordered_while_its_group_is_told_waits_for_the_last_copy(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await _told_together(desks)
        await desks.order("lamp-1", "one", value=90)
        await desks.order("lamp-3", "other", value=70)  # it does not hear the group
        await _until(lambda: desks.radio.alone == [("lamp-3", 40), ("lamp-3", 70)])
        desks.radio.copies_are_out.set()
        await _until(lambda: desks.radio.alone[2:] == [("lamp-1", 90)])
        assert await desks.statuses("lamp-1") == {"group": "failed", "one": "sent"}
        assert await desks.statuses("lamp-2") == {"group": "sent"}

    _run(tmp_path, _Radio("lamp-1", "lamp-2"), _LAMPS, act)


def test_who_has_heard_its_group_is_told_what_it_is_ordered_then_at_once(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await _told_together(desks)
        await desks.order("lamp-1", "one", value=90)
        await desks.acknowledge("lamp-1", "group")
        await _until(lambda: desks.radio.alone[1:] == [("lamp-1", 90)])
        assert await desks.statuses("lamp-1") == {"group": "acknowledged", "one": "sent"}

    _run(tmp_path, _Radio("lamp-1", "lamp-2"), _LAMPS, act)


def test_a_group_waits_for_the_last_copy_of_what_another_one_of_its_units_is_told(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await _told_together(desks)
        await desks.order("lamp", "kind", value=90)
        await _until(lambda: desks.radio.alone[1:] == [("lamp-3", 90)])
        assert len(desks.radio.together) == 1
        desks.radio.copies_are_out.set()
        await _until(lambda: desks.radio.together[1:] == [("lamp", 90)])
        assert (await desks.statuses("lamp-1"))["group"] == "failed"

    _run(tmp_path, _Radio("lamp-1", "lamp-2"), _LAMPS, act)


def test_auto_ends_a_cap_that_is_still_to_be_told_again(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await desks.order("lamp-1", "cap", "cap", value=10)
        await desks.order("quai", "auto", "auto")
        assert (await desks.statuses("lamp-1"))["cap"] == "failed"
        await desks.order("lamp-1", "again", "cap", value=10)
        assert [each.id for each in desks.book.open_for("lamp-1")] == ["auto", "again"]

    _run(tmp_path, _Radio("lamp-1"), _LAMPS, act)


def test_an_acknowledgement_that_comes_late_counts_for_the_group(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await desks.order("quai", "group", value=40)
        await _until(lambda: len(desks.radio.alone) == len(_LAMPS))
        for lamp in _LAMPS:
            await desks.order(lamp.name, "one", value=90)
        while ("failed", "3 of 3 units did not acknowledge") not in await desks.told("quai"):
            await asyncio.sleep(0.05)
        await desks.acknowledge("lamp-1", "group")
        while ("failed", "2 of 3 units did not acknowledge") not in await desks.told("quai"):
            await asyncio.sleep(0.05)

    _run(tmp_path, _Radio(), _LAMPS, act)


def test_how_far_a_group_has_come_is_told_when_the_disk_is_mended(tmp_path: Path):
    """Its units' orders have ended, that cannot be stored, and nobody orders anything afterwards."""

    async def act(desks: _Desks) -> None:
        await desks.order("quai", "dim", value=40, for_s=3)
        await _until(lambda: desks.counts.done.get("commands_expired") == len(_LAMPS))
        assert await desks.statuses("lamp-1") == {"dim": "expired"}
        desks.db.execute("PRAGMA query_only = 1")
        await _until(lambda: "store_failed" in desks.counts.rejected)
        desks.db.execute("PRAGMA query_only = 0")
        while (await desks.told("quai"))[-1][0] != "failed":
            await asyncio.sleep(0.05)
        assert not await desks.writer.submit(groups.open_orders)
        assert "internal_error" not in desks.counts.rejected

    _run(tmp_path, _Radio(*(lamp.name for lamp in _LAMPS)), _LAMPS, act)


def test_how_far_a_group_has_come_is_told_when_its_units_ends_could_not_be_stored(tmp_path: Path):
    async def act(desks: _Desks) -> None:
        await desks.order("quai", "dim", value=40, for_s=3)
        await _until(lambda: desks.counts.done.get("commands_sent") == len(_LAMPS))
        await desks.statuses("lamp-1")  # that is stored
        desks.db.execute("PRAGMA query_only = 1")
        await _until(lambda: desks.counts.done.get("commands_expired") == len(_LAMPS))
        await asyncio.sleep(2.2)  # until how far they have come could not be told either
        desks.db.execute("PRAGMA query_only = 0")
        while (await desks.told("quai"))[-1][0] != "failed":
            await asyncio.sleep(0.05)

    _run(tmp_path, _Radio(*(lamp.name for lamp in _LAMPS)), _LAMPS, act)

"""Whatever is written on a command topic is answered: it never fails, for then it would come for ever."""

import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.alarming.desk import AlarmDesk
from corolle_gateway.hub.book import Book
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.door import Door
from corolle_gateway.hub.group_desk import GroupDesk
from corolle_gateway.hub.paths import Paths
from corolle_gateway.hub.places import Places
from corolle_gateway.hub.settings_desk import SettingsDesk
from corolle_gateway.log import Log
from corolle_gateway.model import Downlink, Sent, Unit
from corolle_gateway.store import database
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks
from hypothesis import example, given, settings
from hypothesis import strategies as st

_UNITS = {
    "lamp-1": Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.4, "C"),
    "canopy-1": Unit("canopy-1", "canopy", "quai", "03" * 8, "00" * 8, 43.6, 1.4, "A"),
}
_NAMES = (*_UNITS, "quai", "nobody")


class _Nowhere:
    """A link that reaches nobody."""

    async def send_now(self, downlink: Downlink) -> Sent:
        return Sent(False, "nobody is there")


class _Rooms:
    """A door, and all that is behind it on a real store."""

    def __init__(self, folder: Path):
        clock, log = SystemClock(), Log(lambda: 0.0, "error", io.StringIO())
        self.counts = Counts(log)
        self.tasks, self.writer = Tasks(log, self.counts), Writer(database.connect(folder), self.counts)
        outbox, places = Outbox(self.writer), Places()
        places.load(_UNITS.values())
        book = Book(clock, log, self.counts, self.writer, outbox)
        rooms = clock, self.counts, self.tasks
        self._desk = Desk(*rooms, book)
        self._groups = GroupDesk(*rooms, self.writer, outbox, places, book, self._desk)
        self._settings = SettingsDesk(*rooms, self.writer, outbox, places)
        self._alarms = Alarms(clock, log, self.counts, self.writer, outbox)
        alarms = AlarmDesk(clock, self.counts, self.writer, outbox, self._alarms)
        self.door = Door(places, self._desk, self._groups, self._settings, alarms)

    async def load(self) -> None:
        paths = Paths(_Nowhere(), None)
        await self._desk.load(_UNITS, paths)
        await self._groups.load(None)
        await self._settings.load(_UNITS, paths)
        await self._alarms.load(_UNITS)

    async def order(self, name: str, payload: bytes) -> list[str]:
        """What is answered, as the statuses of the answers."""
        after = await self.writer.submit(lambda db: db.execute("SELECT max(id) FROM messages").fetchone()[0])
        await self.door.order(name, payload)
        found = await self.writer.submit(
            lambda db: db.execute(
                "SELECT body FROM messages WHERE unit = ? AND kind = 'ack' AND id > ?", (name, after or 0)
            ).fetchall()
        )
        return [json.loads(body)["status"] for (body,) in found]

    async def close(self) -> None:
        await self.tasks.stop()
        await self.writer.close()


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[asyncio.Runner, _Rooms]]:
    async def made() -> _Rooms:
        rooms = _Rooms(tmp_path_factory.mktemp("door"))
        await rooms.load()
        return rooms

    with asyncio.Runner() as runner:
        rooms = runner.run(made())
        yield runner, rooms
        runner.run(rooms.close())
        assert "internal_error" not in rooms.counts.rejected


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80)
_SETTINGS = st.dictionaries(
    st.sampled_from(["base_pct", "hold_s", "report_min"]) | st.text(max_size=20), _VALUES, max_size=3
)
_ORDERS = st.fixed_dictionaries(
    {"verb": st.sampled_from(["settings", "acknowledge", "level", "report", "auto", "ban"]) | _VALUES},
    optional={
        "id": _VALUES,
        "value": st.integers(0, 100) | st.integers(min_value=1 << 62) | _VALUES,
        "for_s": st.floats(1, 1000) | _VALUES,
        "author": st.sampled_from(["ops"]) | _VALUES,
        "note": _VALUES,
        "settings": _SETTINGS | _VALUES,
    },
)
_WRITTEN = st.sampled_from([False, True]).flatmap(
    lambda ascii: _ORDERS.map(lambda order: json.dumps(order, ensure_ascii=ascii).encode(errors="replace"))
)
_DAMAGED = st.tuples(_WRITTEN, st.integers(0, 200), st.binary(max_size=3)).map(
    lambda it: it[0][: it[1]] + it[2] + it[0][it[1] + len(it[2]) :]
)


@settings(max_examples=600, deadline=None)
@given(name=st.sampled_from(_NAMES), payload=_WRITTEN | _DAMAGED | st.binary(max_size=60))
@example("lamp-1", b'{"verb":"settings","author":"\xff"}')
@example("lamp-1", b'{"verb":"settings","settings":{"\xff":1}}')
@example("lamp-1", b'{"verb":"settings","settings":{"\\ud800":1}}')
@example("lamp-1", b'{"verb":"settings"}'.ljust(1024) + b"x")
@example("lamp-1", b'{"verb":"acknowledge","value":100000000000000000000,"author":"ops"}')
@example("lamp-1", b'{"verb":"acknowledge","value":-100000000000000000000,"author":"ops"}')
def test_whatever_is_ordered_is_answered(rooms: tuple[asyncio.Runner, _Rooms], name: str, payload: bytes):
    runner, room = rooms
    assert runner.run(room.order(name, payload))


@pytest.mark.parametrize(
    "order",
    [
        {"verb": "settings", "settings": {"hold_s": 90}, "author": "ops"},
        {"verb": "level", "value": 40, "author": "ops"},
    ],
)
def test_what_is_right_is_accepted(rooms: tuple[asyncio.Runner, _Rooms], order: dict[str, Any]):
    runner, room = rooms
    assert "accepted" in runner.run(room.order("lamp-1", json.dumps(order).encode()))

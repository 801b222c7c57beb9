"""What no unit reports: silence, drift, the gateway's own troubles; and faults that come over Bluetooth."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from corolle.wire import codec, words
from corolle.wire.schema import EVENT, LAMP_REPORT
from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.counts import Counts
from corolle_gateway.hub.accounts import Accounts
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.alarming.own import Probe
from corolle_gateway.hub.alarming.probes import Ways, probes
from corolle_gateway.hub.alarming.silence import limit_s, next_report_s
from corolle_gateway.hub.alarming.watch import Watch
from corolle_gateway.hub.book import Book
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.hub import Hub
from corolle_gateway.hub.keeper import Room
from corolle_gateway.hub.places import Places
from corolle_gateway.hub.sanitary import SanitaryLogs
from corolle_gateway.hub.settings_desk import SettingsDesk
from corolle_gateway.hub.standing import Standing
from corolle_gateway.log import Log
from corolle_gateway.model import BleRadio, Registration, Unit, Uplink
from corolle_gateway.months import Months
from corolle_gateway.store import alarms, database, messages, registry
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks

_BEGIN_S = 1_794_000_000.0
_LAMP = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")
_CANOPY = Unit("canopy-1", "canopy", "quai", "03" * 8, "00" * 8, 43.6, 1.44, "A")


class _Clock:
    """Goes on when it is told."""

    def __init__(self) -> None:
        self.now_s = _BEGIN_S

    def now(self) -> float:
        return self.now_s

    def pace(self) -> float:
        return 1.0

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


class _Settings:
    """Who runs what."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {"report_min": 15, "report_low_min": 60}
        self.found: dict[str, Standing] = {}

    def runs(self, unit: Unit, setting: str) -> int:
        return self.values[setting]

    def standings(self) -> Any:
        return self.found.items()


class _Rooms:
    """The gateway's rooms for alarms on a real store, without its links."""

    def __init__(self, folder: Path):
        self.clock, self.settings = _Clock(), _Settings()
        self.db = database.connect(folder)
        registry.put_all(self.db, [Registration(_LAMP, bytes(16)), Registration(_CANOPY, bytes(16))], 0.0)
        log = Log(self.clock.now, "error", sys.stderr)
        self.counts = Counts(log)
        self.writer = Writer(self.db, self.counts)
        self.outbox = Outbox(self.writer)
        self.book = Alarms(self.clock, log, self.counts, self.writer, self.outbox)
        self.watch = Watch(self.clock, self.book, "gw", self.settings)
        tasks = Tasks(log, self.counts)
        desk = Desk(
            self.clock,
            self.counts,
            tasks,
            Book(self.clock, log, self.counts, self.writer, self.outbox),
        )
        logs = SanitaryLogs(log, self.counts, tasks, self.writer, desk)
        wanted = SettingsDesk(self.clock, self.counts, tasks, self.writer, self.outbox, Places())
        accounts = Accounts(Months(), self.watch.silent_after_s)
        self.hub = Hub(self.counts, self.writer, self.outbox, desk, logs, wanted, accounts, self.watch)

    async def load(self, *watched: Probe, hears: Callable[[], bool] = lambda: True) -> None:
        await self.outbox.load()
        await self.hub.load([_LAMP, _CANOPY], lambda unit: None)
        await self.book.load(self.hub.units)
        self.watch.load(self.hub, list(watched), hears)

    async def look(self, minutes: float) -> list[tuple[str, str]]:
        """Run the watch for so long; what is open then."""
        until_s = self.clock.now_s + minutes * 60
        task = asyncio.create_task(self.watch.run())
        while self.clock.now_s < until_s:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self.writer.submit(lambda db: None)
        await asyncio.sleep(0)
        return [(alarm.unit, alarm.code) for alarm in self.book.open()]


@pytest.fixture
def street(tmp_path: Path) -> Callable[[Callable[[_Rooms], Awaitable[None]]], None]:
    def run(scene: Callable[[_Rooms], Awaitable[None]]) -> None:
        async def whole() -> None:
            rooms = _Rooms(tmp_path)
            await scene(rooms)
            await rooms.writer.close()

        asyncio.run(whole())

    return run


class _Way:
    """A way to units."""

    def __init__(self, hears: Callable[[], bool], missing: Callable[[], list[str]] = list):
        self.hears = hears
        self.missing = missing


def test_bluetooth_alone_hears_where_there_was_never_a_concentrator():
    deaf, hears = _Way(lambda: False), _Way(lambda: True)
    assert Ways.of_concentrators(deaf, hears).hears()
    assert Ways.of_concentrators(hears, None).hears()
    assert not Ways.of_concentrators(deaf, deaf).hears()
    assert not Ways.of_concentrators(deaf, None).hears()
    gone = _Way(lambda: False, lambda: ["0102030405060708"])
    assert not Ways.of_concentrators(gone, hears).hears(), "most units spoke by it"


def test_how_long_a_unit_may_be_silent_goes_by_what_it_runs():
    settings = _Settings()
    assert limit_s(_LAMP, None, settings) == pytest.approx(3 * 1.1 * 15 * 60 + 300)
    mains, battery = {"battery_v": None}, {"battery_v": 13.3}
    assert limit_s(_CANOPY, mains, settings) == pytest.approx(3 * 1.1 * 15 * 60 + 300)
    assert limit_s(_CANOPY, battery, settings) == pytest.approx(3 * 1.1 * 60 * 60 + 300)
    settings.values["report_min"] = 240
    assert limit_s(_CANOPY, battery, settings) == pytest.approx(3 * 1.1 * 240 * 60 + 300)


def test_when_a_unit_reports_again_goes_by_the_slowest_that_it_may_run():
    settings = _Settings()
    assert next_report_s(_LAMP, settings) == pytest.approx(1.1 * 15 * 60 + 300)
    assert next_report_s(_CANOPY, settings) == pytest.approx(1.1 * 60 * 60 + 300)
    settings.values["report_min"] = 1440
    assert next_report_s(_CANOPY, settings) == pytest.approx(1.1 * 1440 * 60 + 300)


def test_a_report_over_bluetooth_raises_and_clears_as_one_over_lorawan_does(street: Any):
    async def scene(rooms: _Rooms) -> None:
        await rooms.load()
        values: dict[str, Any] = {"seq": 1, "level_pct": 80, "reason": 17, "power_w": 0.4, "passages": 0}
        for seq, faults in ((1, 1), (2, 0)):
            said = codec.encode(LAMP_REPORT, values | {"seq": seq, "faults": faults, "presence": 0})
            uplink = Uplink(_LAMP, f"ble-{seq}", LAMP_REPORT.port, said, rooms.clock.now(), BleRadio(-60.0))
            [accepted] = rooms.hub.accept([(uplink, lambda db: True)])
            assert await accepted.stored
            found = rooms.book.of("lamp-1", "lampFailure")
            assert (found is not None) is bool(faults)
        (alarm,) = await rooms.book.history("lamp-1")
        assert alarm.first == {"level_pct": 80, "power_w": 0.4} and not alarm.is_open

    street(scene)


def test_a_fault_that_was_over_before_its_beginning_was_heard_of_is_no_alarm(street: Any):
    async def scene(rooms: _Rooms) -> None:
        await rooms.load()
        tilt = words.code_of(words.LAMP_FAULTS, "tilt")
        for seq, word, age_s in ((8, "fault cleared", 30), (7, "fault raised", 90)):
            happened = {"seq": seq, "code": words.code_of(words.EVENTS, word), "value": tilt}
            said = codec.encode(EVENT, happened | {"time_s": int(rooms.clock.now()) - age_s})
            uplink = Uplink(_LAMP, f"1-{seq}", EVENT.port, said, rooms.clock.now(), BleRadio(-60.0))
            [accepted] = rooms.hub.accept([(uplink, lambda db: True)])
            assert await accepted.stored
        assert rooms.book.open() == [] and not await rooms.book.history("lamp-1")
        assert len(messages.told(rooms.db, "lamp-1", ("event",), 9)) == 2, "the city hears of both"

    street(scene)


def test_a_replayed_uplink_raises_nothing(street: Any):
    async def scene(rooms: _Rooms) -> None:
        await rooms.load()
        values: dict[str, Any] = {"seq": 1, "level_pct": 80, "reason": 17, "passages": 0, "presence": 0}
        said = codec.encode(LAMP_REPORT, values | {"faults": 1})
        uplink = Uplink(_LAMP, "1", LAMP_REPORT.port, said, rooms.clock.now(), BleRadio(-60.0))
        [accepted] = rooms.hub.accept([(uplink, lambda db: False)])
        assert not await accepted.stored
        assert rooms.book.open() == [] and rooms.book.is_quiet("lamp-1")
        assert not alarms.still_open(rooms.db)

    street(scene)


def test_units_that_nobody_could_hear_are_not_silent(street: Any):
    async def scene(rooms: _Rooms) -> None:
        hears = False
        await rooms.load(hears=lambda: hears)
        rooms.watch.stored(_LAMP, "reading", {}, {}, rooms.clock.now())
        assert await rooms.look(300) == []
        hears = True
        assert await rooms.look(53) == []
        assert not rooms.watch.is_missed("lamp-1") and rooms.watch.is_missed("canopy-1"), "never heard"
        assert await rooms.look(5) == [("lamp-1", "silent")]
        assert rooms.watch.is_missed("lamp-1")
        (alarm,) = rooms.book.open()
        assert alarm.first["last_heard"] == "2026-11-06T21:20:00.000Z"

    street(scene)


def test_drift_is_an_alarm_after_an_hour_until_it_is_agreed(street: Any):
    async def scene(rooms: _Rooms) -> None:
        await rooms.load()
        standing = rooms.settings.found["lamp-1"] = Standing("lamp", {"base_pct": 20}, {"base_pct": 50})
        assert await rooms.look(55) == []
        assert await rooms.look(10) == [("lamp-1", "settingsDrift")]
        assert rooms.book.open()[0].first == {"base_pct": 50, "base_pct_wanted": 20}
        standing.stale()
        assert await rooms.look(10) == [("lamp-1", "settingsDrift")], "who says nothing has not agreed"
        standing.reported = {"base_pct": 20}
        assert await rooms.look(2) == []

    street(scene)


def test_the_gateways_own_troubles_have_their_patience(street: Any):
    async def scene(rooms: _Rooms) -> None:
        well = {"broker": True, "adapter": True}
        missing: list[str] = []
        certificate: dict[str, Any] | None = None
        room = Room(900.0, 1000, 10_000, 4000, 12.5)
        ways = Ways.of_concentrators(_Way(lambda: True, lambda: missing), _Way(lambda: well["adapter"]))
        watched = probes(lambda: well["broker"], lambda: room, ways, lambda: certificate)
        await rooms.load(*watched)
        assert await rooms.look(1) == [("gw", "storeFilling")]
        assert rooms.book.open()[0].first == {"hours_left": 12.5, "unsent": 10_000, "used_mb": 900.0}
        well |= {"broker": False, "adapter": False}
        missing.append("0102030405060708")
        assert await rooms.look(4) == [("gw", "storeFilling"), ("gw", "concentratorGone")]
        assert {code for _, code in await rooms.look(2)} == {
            "storeFilling",
            "concentratorGone",
            "brokerAway",
            "adapterGone",
        }
        well |= {"broker": True, "adapter": True}
        missing.clear()
        room = Room(100.0, 1000, 0, 4000, 300.0)
        assert await rooms.look(1) == []
        certificate = {"file": "/etc/corolle/gw.pem", "ends": "2026-11-20T10:00Z", "days_left": 13}
        assert await rooms.look(1) == [("gw", "certificateEnds")]
        assert rooms.book.open()[0].first == certificate
        certificate = None
        assert await rooms.look(1) == [], "it was renewed"

    street(scene)


def test_what_is_over_stays_until_somebody_has_read_it_even_over_a_restart(street: Any, tmp_path: Path):
    async def scene(rooms: _Rooms) -> None:
        await rooms.load()
        rooms.watch.salvaged(3, "gateway.damaged-1")
        rooms.watch.doubted("canopy-1", 17)
        found = await rooms.look(1)
        assert found == [("canopy-1", "sanitaryDoubt"), ("gw", "storeDamaged")], "gravest first"
        again = _Rooms(tmp_path)
        await again.load()
        kept: list[Alarm] = again.book.open()
        assert [(alarm.unit, alarm.first) for alarm in kept] == [
            ("canopy-1", {"record": 17}),
            ("gw", {"messages_lost": 3, "old_file": "gateway.damaged-1"}),
        ]
        known = await again.book.acknowledge(kept[1].number, "ops", "card changed")
        assert not known.is_open and [alarm.code for alarm in again.book.open()] == ["sanitaryDoubt"]
        with pytest.raises(ValueError, match="author must be"):
            await again.book.acknowledge(kept[0].number, "")
        with pytest.raises(ValueError, match="no alarm 99"):
            await again.book.acknowledge(99, "ops")
        await again.writer.close()

    street(scene)


def test_a_street_that_is_silent_is_summed_up_in_a_message_of_a_bounded_size(street: Any):
    async def scene(rooms: _Rooms) -> None:
        await rooms.load()
        with rooms.db:
            for n in range(500):
                alarms.put(rooms.db, f"lamp-{n}", "silent" if n else "leak", {}, float(n))
        await rooms.book.load({})
        said = rooms.book.summary()
        assert len(said) < 60_000
        assert b'"open":500' in said and b'"left_out":400' in said
        assert said.index(b'"leak"') < said.index(b'"silent"')

    street(scene)

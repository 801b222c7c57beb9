"""Sanitary records: over the air into the real process, kept once and for ever, their chain checked."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from city_client import City
from corolle.wire import words
from corolle.wire.sanitary_record import PORT, SANITARY, Record, first_link, pack, unpack
from corolle_gateway.model import SanitaryEntry
from corolle_gateway.sanitary_chain import follows
from corolle_gateway.store import database, sanitary, schema
from gateway_process import GatewayProcess, StreetClock
from gateway_street import Street, join
from packet_forwarder import PacketForwarder
from radio_device import Device

_BEGUN_S = 1_784_058_000  # 2026-07-14T19:40:00Z
_HOUR_S = 3600


def _log(dev_eui: str, count: int) -> list[bytes]:
    """The first records of a controller's log: purges after its beginning."""
    link, records = first_link(dev_eui), []
    for number in range(1, count + 1):
        code = words.code_of(SANITARY, "purged" if number > 1 else "log begun")
        records.append(pack(number, _BEGUN_S + 60 * number, code, 10 * number, "", link))
        link = records[-1][24:]
    return records


class _Scene:
    """A canopy that has joined, its log of six records, and the city."""

    def __init__(self, street: Street, clock: StreetClock | None = None):
        self.canopy = Device("canopy-1", "canopy", 2)
        self.gateway: GatewayProcess = street.gateway(self.canopy, clock=clock)
        self.city: City = street.city(self.gateway).ready()
        self.forwarder: PacketForwarder = street.forwarder(self.gateway)
        join(self.canopy, self.forwarder)
        self.records = _log(self.canopy.dev_eui.hex(), 6)

    def send(self, *numbers: int) -> None:
        for number in numbers:
            self.send_bytes(self.records[number - 1])

    def send_bytes(self, record: bytes) -> None:
        assert self.forwarder.push(self.canopy.uplink(PORT, record))

    def stored(self) -> list[Record]:
        with sqlite3.connect(f"file:{self.gateway.database}?mode=ro", uri=True) as db:
            return [entry.record for log in sanitary.logs_of(db, "canopy-1") for entry in log]

    def counted(self, name: str, count: int) -> None:
        self.city.wait("status", lambda body: body.get("counters", {}).get(name, 0) == count)

    def ordered(self) -> list[dict[str, Any]]:
        """What was ordered of the canopy and by whom, the first order first."""
        with sqlite3.connect(f"file:{self.gateway.database}?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute("SELECT * FROM commands ORDER BY rowid")]


@pytest.fixture
def scene(street: Street) -> _Scene:
    return _Scene(street)


def test_a_record_is_kept_as_it_came_and_told_to_the_city(scene: _Scene):
    scene.send(1, 2)
    body = scene.city.wait("canopy-1/sanitary", lambda body: body["number"] == 2)
    assert body.pop("radio")["gateway_count"] == 1
    assert body.pop("received") > "2026"
    assert body == {
        "id": scene.canopy.message_id(2),
        "unit": "canopy-1",
        "kind": "canopy",
        "time": "2026-07-14T19:42:00.000Z",
        "number": 2,
        "operation": "purged",
        "value": 20,
        "author": "",
        "record": scene.records[1].hex(),
    }
    assert scene.stored() == [unpack(record) for record in scene.records[:2]]
    scene.counted("sanitary_records", 2)
    assert not scene.ordered()


def test_the_same_record_twice_is_kept_and_told_once(scene: _Scene):
    scene.send(1, 2, 2, 1, 3)
    scene.city.wait("canopy-1/sanitary", lambda body: body["number"] == 3)
    assert [body["number"] for body in scene.city.of("canopy-1/sanitary")] == [1, 2, 3]
    assert [record.number for record in scene.stored()] == [1, 2, 3]
    scene.counted("sanitary_records", 3)


def test_another_record_of_a_number_is_a_contradiction_and_kept_beside_the_log(scene: _Scene):
    scene.send(1, 2)
    link = scene.records[0][24:]
    other = pack(2, _BEGUN_S, words.code_of(SANITARY, "purged"), 9, "", link)
    scene.send_bytes(other)
    scene.send_bytes(other)
    told = scene.city.wait_rejected("sanitary_contradiction")
    assert told["counters"]["sanitary_records"] == 2
    assert scene.stored()[1] == unpack(scene.records[1])
    with sqlite3.connect(f"file:{scene.gateway.database}?mode=ro", uri=True) as db:
        assert [entry.record for entry in sanitary.contradictions_of(db, "canopy-1")] == [unpack(other)]
    assert len(scene.city.of("canopy-1/sanitary")) == 2
    line = scene.gateway.wait_log("cause=sanitary_contradiction")
    assert "unit=canopy-1 number=2" in line


def test_what_is_missing_is_asked_for_and_the_log_becomes_whole(scene: _Scene):
    scene.send(1, 4)
    scene.city.wait("canopy-1/ack", lambda body: body["status"] == "queued")
    assert scene.forwarder.push(scene.canopy.report())
    answer = scene.forwarder.downlink()
    assert answer is not None
    command = scene.canopy.command(answer[1])
    assert (command["verb"], command["value"], command["author"]) == (
        words.code_of(words.VERBS, "records"),
        2,
        "gateway",
    )
    assert scene.forwarder.push(scene.canopy.ack(command["id"], value=2))
    scene.send(2, 3)
    scene.counted("sanitary_records", 4)
    assert [record.number for record in scene.stored()] == [1, 2, 3, 4]
    assert len(scene.ordered()) == 1
    assert "sanitary_link_broken" not in scene.gateway.log.read_text()


def test_a_gap_is_asked_for_once_an_hour_also_over_a_restart(street: Street):
    scene = _Scene(street, street.clock(2000))
    scene.send(2)
    scene.city.wait("canopy-1/ack", lambda body: body["status"] == "queued")
    scene.gateway.kill()
    scene.gateway.start()
    scene.forwarder.pull()
    while len(scene.ordered()) < 2:  # until the test's own time-out
        scene.send(2)
        assert scene.forwarder.push(scene.canopy.report())
    first, second = scene.ordered()[:2]
    assert (first["verb"], first["value"], second["verb"], second["value"]) == ("records", 1, "records", 1)
    assert second["created_s"] - first["created_s"] >= _HOUR_S


def test_what_is_kept_is_told_each_hundred_records_and_each_week_also_over_a_restart(street: Street):
    clock = street.clock(1000)
    scene = _Scene(street, clock)

    def weeks_later(count: int) -> dict[str, Any]:
        """The newest of so many orders, which comes at a report; time flies until then."""
        clock.go(400_000)
        while len(scene.ordered()) < count:  # until the test's own time-out
            assert scene.forwarder.push(scene.canopy.report())
        clock.go(1000)
        return scene.ordered()[-1]

    scene.send(1, 2)
    order = weeks_later(1)
    assert (order["verb"], order["value"], order["author"]) == ("records", 3, "gateway")
    assert order["created_s"] - _BEGUN_S >= 7 * 86400
    scene.gateway.kill()
    scene.gateway.start()
    scene.forwarder.pull()
    for _ in range(10):
        assert scene.forwarder.push(scene.canopy.report())
    assert len(scene.ordered()) == 1
    scene.send(3)
    second = weeks_later(2)
    assert second["value"] == 4 and second["created_s"] - order["created_s"] >= 7 * 86400


def test_a_link_that_does_not_fit_is_kept_and_told_as_an_error(scene: _Scene):
    scene.send(1)
    foreign = pack(2, _BEGUN_S, words.code_of(SANITARY, "purged"), 9, "", bytes(8))
    scene.send_bytes(foreign)
    scene.counted("sanitary_links_broken", 1)
    assert scene.stored()[1] == unpack(foreign)
    line = scene.gateway.wait_log("event=sanitary_link_broken")
    assert "level=error" in line and "unit=canopy-1 number=2" in line
    scene.send(3)  # it follows the record 2 that never came
    scene.counted("sanitary_links_broken", 2)
    assert [record.number for record in scene.stored()] == [1, 2, 3]


def test_a_record_that_comes_late_shows_that_the_next_does_not_follow_it(scene: _Scene):
    scene.send(1, 3)
    scene.send_bytes(pack(2, _BEGUN_S, 2, 9, "", scene.records[0][24:]))
    assert "number=3" in scene.gateway.wait_log("event=sanitary_link_broken")
    scene.counted("sanitary_links_broken", 1)


def test_bytes_that_are_no_record_are_counted(scene: _Scene):
    scene.send_bytes(scene.records[0][:31])
    scene.city.wait_rejected("payload_length")
    scene.send_bytes(bytes(32))
    scene.city.wait_rejected("payload_unknown_structure")
    assert not scene.stored()


def test_a_lamp_has_no_sanitary_log(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    assert forwarder.push(lamp.uplink(PORT, _log(lamp.dev_eui.hex(), 1)[0]))
    city.wait_rejected("payload_unknown_port")


def _entry(record: bytes, unit: str = "canopy-1", dev_eui: str = "02" * 8) -> SanitaryEntry:
    return SanitaryEntry(unit, dev_eui, 1.0, unpack(record))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = database.connect(tmp_path)
    for record in _log("02" * 8, 3):
        sanitary.put(db, _entry(record))
    yield db
    db.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sanitary SET value = 0 WHERE number = 2",
        "DELETE FROM sanitary WHERE number = 3",
        "INSERT OR REPLACE INTO sanitary SELECT unit, dev_eui, 2, number, 0, 2, 0, 9, '', x'' FROM sanitary",
        "INSERT OR IGNORE INTO sanitary SELECT * FROM sanitary WHERE number = 1",
        "UPDATE OR REPLACE sanitary SET number = 2 WHERE number = 1",
    ],
)
def test_the_table_only_grows(db: sqlite3.Connection, statement: str):
    before = db.execute("SELECT * FROM sanitary").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match="a sanitary record is never"):
        db.execute(statement)
    assert db.execute("SELECT * FROM sanitary").fetchall() == before


def test_what_contradicts_a_log_is_never_changed_either(db: sqlite3.Connection):
    other = _entry(pack(2, 0, 2, 9, "", bytes(8)))
    sanitary.put_contradiction(db, other)
    sanitary.put_contradiction(db, other)
    for statement in ("UPDATE sanitary_contradictions SET value = 0", "DELETE FROM sanitary_contradictions"):
        with pytest.raises(sqlite3.IntegrityError, match="a sanitary record is never"):
            db.execute(statement)
    assert sanitary.contradictions_of(db, "canopy-1") == [other]
    assert not sanitary.contradictions_of(db, "canopy-2")


def test_a_database_from_before_keeps_logs_from_now_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        database.connect(tmp_path).close()
    db = database.connect(tmp_path)
    sanitary.put(db, _entry(_log("02" * 8, 1)[0]))
    assert sanitary.controllers(db) == {"02" * 8: 1.0}
    db.close()


def test_a_log_is_its_controller_s(db: sqlite3.Connection):
    for record in _log("03" * 8, 2):
        sanitary.put(db, _entry(record, dev_eui="03" * 8))
    sanitary.put(db, _entry(_log("02" * 8, 4)[3], unit="canopy-2"))
    found = [
        [(entry.dev_eui[:2], entry.record.number) for entry in log]
        for log in sanitary.logs_of(db, "canopy-2")
    ]
    assert found == [[("02", 1), ("02", 2), ("02", 3), ("02", 4)]]
    assert [len(log) for log in sanitary.logs_of(db, "canopy-1")] == [4, 2]


def test_up_to_where_a_log_is_whole(db: sqlite3.Connection):
    assert sanitary.whole_up_to(db, "02" * 8, 0) == (3, False)
    sanitary.put(db, _entry(_log("02" * 8, 5)[4]))
    assert sanitary.whole_up_to(db, "02" * 8, 0) == sanitary.whole_up_to(db, "02" * 8, 3) == (3, True)
    assert sanitary.whole_up_to(db, "04" * 8, 0) == (0, False)


@pytest.mark.parametrize(
    "change",
    [
        {"number": 3},
        {"number": 2**40},
        {"time_s": 0},
        {"code": 0},
        {"code": 3},
        {"flags": 1},
        {"value": 21},
        {"value": 20 + 2**16},
        {"author": "ops"},
        {"author": "Zoé"},
        {"author": "more than twelve"},
        {"chain": bytes(8)},
    ],
)
def test_whatever_is_changed_no_longer_follows(change: dict[str, Any]):
    first, second = _log("02" * 8, 2)
    record = unpack(second)
    assert follows(record, first[24:])
    assert not follows(record._replace(**change), first[24:])


def test_a_second_result_does_not_take_the_place_of_the_first(scene: _Scene):
    for number, value in enumerate((4000, 5)):
        scene.city.order("canopy-1", id=f"r{number}", verb="lab", value=value, author="labo")
        scene.city.wait(
            "canopy-1/ack", lambda body, at=number: (body["id"], body["status"]) == (f"r{at}", "queued")
        )
    values = []
    for number in range(2):
        assert scene.forwarder.push(scene.canopy.report())
        answer = scene.forwarder.downlink()
        assert answer is not None
        command = scene.canopy.command(answer[1])
        values.append(command["value"])
        assert scene.forwarder.push(scene.canopy.ack(command["id"], value=0))
        scene.city.wait(
            "canopy-1/ack", lambda body, at=number: (body["id"], body["status"]) == (f"r{at}", "acknowledged")
        )
    assert values == [4000, 5]

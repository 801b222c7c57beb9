"""Another board under a unit's name, and a unit that is lost: what the gateway keeps, and what it refuses."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from chirpstack_server import ChirpStack, Unit
from city_client import City
from corolle.wire import words
from corolle.wire.sanitary_record import PORT, SANITARY, first_link, pack
from corolle_gateway.store import sanitary
from gateway_process import GatewayProcess
from gateway_street import Street, join
from packet_forwarder import PacketForwarder
from radio_device import Device

_BEGUN_S = 1_784_058_000


class _Scene:
    """A gateway that knows some units, the city, and a concentrator."""

    def __init__(self, street: Street, *devices: Device):
        self.street = street
        self.gateway: GatewayProcess = street.gateway(*devices)
        self.city: City = street.city(self.gateway).ready()
        self.forwarder: PacketForwarder = street.forwarder(self.gateway)

    def restart_with(self, *devices: Device, revoked: str = "") -> None:
        """The gateway begins again with another list of units, as `corolle-gateway units add` leaves it."""
        assert self.gateway.stop() == 0
        entries = [device.registration() | {"revoked": device.name == revoked} for device in devices]
        (self.gateway.folder / "units.json").write_text(json.dumps({"units": entries}))
        self.gateway.start()
        self.forwarder.pull()

    def report(self, device: Device, wanted: Callable[[Any], bool], **values: Any) -> Any:
        """What the city is told of a unit's next report."""
        assert self.forwarder.push(device.report(**values))
        return self.city.wait(f"{device.name}/report", wanted)

    def ask(self, sql: str) -> list[Any]:
        """What the database says, read only."""
        with closing(sqlite3.connect(f"file:{self.gateway.database}?mode=ro", uri=True)) as db:
            return db.execute(sql).fetchall()


def test_a_units_totals_go_on_with_another_board(street: Street):
    old, new = Device("lamp-1", number=1), Device("lamp-1", number=2)
    scene = _Scene(street, old)
    join(old, scene.forwarder)
    scene.report(old, lambda body: body["energy_wh"] == 300, energy_wh=300, passages=70)
    scene.restart_with(new)
    join(new, scene.forwarder)  # and reports energy 0
    told = scene.report(new, lambda body: body["passages"] == 73, energy_wh=12, passages=3)
    assert told["energy_wh"] == 312
    (booked,) = scene.ask("SELECT standing FROM states WHERE unit = 'lamp-1'")
    running = json.loads(booked[0])[3]
    assert (running["energy_wh"], running["passages"], running["resets"]) == (312, 73, 1)
    ids = [told["id"] for told in scene.city.of("lamp-1/report")]
    assert len(ids) == len(set(ids)) == 4


def test_the_board_that_was_replaced_is_not_heard_any_more(street: Street):
    old, new = Device("lamp-1", number=1), Device("lamp-1", number=2)
    scene = _Scene(street, old)
    join(old, scene.forwarder)
    scene.restart_with(new)
    scene.forwarder.push(old.report(passages=9))
    scene.city.wait_rejected("unknown_dev_addr")
    scene.forwarder.push(old.join_request())
    scene.city.wait_rejected("unknown_dev_eui")
    join(new, scene.forwarder)
    scene.city.wait("lamp-1/report", lambda body: body["id"] == new.message_id(0))


def test_a_new_board_begins_a_sanitary_log_of_its_own_beside_the_old_one(street: Street):
    old, new = Device("canopy-1", "canopy", 1), Device("canopy-1", "canopy", 2)
    scene = _Scene(street, old)
    _write_log(scene, old)
    scene.restart_with(new)
    _write_log(scene, new)
    scene.city.wait("status", lambda body: body.get("counters", {}).get("sanitary_records") == 6)
    assert not scene.ask("SELECT * FROM sanitary_contradictions")
    assert "sanitary_link_broken" not in scene.gateway.log.read_text()
    with closing(sqlite3.connect(scene.gateway.database)) as db:
        logs = sanitary.logs_of(db, "canopy-1")
    assert [[entry.record.number for entry in log] for log in logs] == [[1, 2, 3], [1, 2, 3]]


def test_what_a_new_board_runs_is_asked_and_what_is_wanted_of_the_unit_is_told_it(street: Street):
    old, new = Device("lamp-1", number=1), Device("lamp-1", number=2)
    scene = _Scene(street, old)
    join(old, scene.forwarder)
    scene.gateway.stop()
    with closing(sqlite3.connect(scene.gateway.database)) as db, db:
        db.execute("INSERT INTO reported VALUES ('lamp-1', ?)", (b'{"base_pct":20}',))
    scene.gateway.start()
    scene.forwarder.pull()
    scene.restart_with(new)
    join(new, scene.forwarder)
    assert not scene.ask("SELECT * FROM reported")


def test_a_lost_unit_is_refused_by_its_keys_counted_and_named(street: Street):
    lost, other = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, lost, other)
    for device in (lost, other):
        join(device, scene.forwarder)
    assert scene.forwarder.push(lost.event(words.code_of(words.EVENTS, "boot"), 1, _BEGUN_S))
    scene.city.order("lamp-1", id="late", verb="level", value=40, for_s=600, author="ops")
    scene.city.wait_ack("lamp-1", "late", "accepted")
    scene.restart_with(lost, other, revoked="lamp-1")
    scene.city.wait_ack("lamp-1", "late", "failed")
    before = len(scene.city.of("lamp-1/report"))
    assert scene.forwarder.push(lost.report(passages=99))
    scene.city.wait_rejected("unit_revoked", 1)
    assert scene.forwarder.push(lost.join_request())
    scene.city.wait_rejected("unit_revoked", 2)
    assert "unit=lamp-1" in scene.gateway.wait_log("unit_revoked")
    scene.city.order("lamp-1", id="never", verb="level", value=40, for_s=600, author="ops")
    scene.city.wait_ack("lamp-1", "never", "refused")
    scene.report(other, lambda body: body["passages"] == 4, passages=4)
    assert len(scene.city.of("lamp-1/report")) == before
    assert scene.ask("SELECT count(*) FROM messages WHERE unit = 'lamp-1' AND kind = 'report'")[0][0] >= 1


def test_a_unit_that_was_lost_comes_back_with_another_board(street: Street):
    lost, new = Device("lamp-1", number=1), Device("lamp-1", number=2)
    scene = _Scene(street, lost)
    join(lost, scene.forwarder)
    scene.restart_with(lost, revoked="lamp-1")
    scene.restart_with(new)
    join(new, scene.forwarder)
    scene.report(new, lambda body: body["passages"] == 5, passages=5)
    assert scene.forwarder.push(lost.join_request())
    scene.city.wait_rejected("unknown_dev_eui")


class _Lost(Unit):
    """A unit that the list has as revoked."""

    def registration(self) -> dict[str, Any]:
        return super().registration() | {"revoked": True}


def test_what_chirpstack_brings_of_a_lost_unit_is_refused(street: Street):
    lamp, lost = Unit("lamp-1"), _Lost("lamp-2", "lamp", 2)
    with closing(ChirpStack(street.broker_port, lamp, lost)) as server:
        gateway = street.gateway(lamp, lost, radio=server.section)
        for broker in ("chirpstack", "broker"):
            gateway.wait_log(f"event={broker}_subscribed")
        city = street.city(gateway).ready()
        server.hear(lost, *lost.report_payload())
        server.hear(lamp, *lamp.report_payload())
        city.wait("lamp-1/report")
        city.wait_rejected("chirpstack_revoked")
        assert not city.of("lamp-2/report")


def _write_log(scene: _Scene, canopy: Device) -> None:
    join(canopy, scene.forwarder)
    link = first_link(canopy.dev_eui.hex())
    for number in range(1, 4):
        code = words.code_of(SANITARY, "purged" if number > 1 else "log begun")
        record = pack(number, _BEGUN_S + 60 * number, code, 10, "", link)
        link = record[24:]
        assert scene.forwarder.push(canopy.uplink(PORT, record))

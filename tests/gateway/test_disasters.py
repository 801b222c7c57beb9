"""Disks and clocks that fail: survived, said, and nothing committed lost."""

import os
import re
import resource
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from corolle_gateway.store import database
from disks import FailingDisk, SmallDisk
from gateway_process import PATIENCE_S, GatewayProcess
from gateway_street import Street, join
from mqtt_broker import Broker
from packet_forwarder import PacketForwarder
from radio_device import Device

_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="mounts a file system: root only")
_SOON_S = 0.3  # for what is not expected to come
_YEAR_S = 366 * 86400.0
_LEAF = 0x0D  # a leaf page of a table (SQLite file format, 1.6)


@pytest.fixture
def away(tmp_path: Path, own_broker: Broker) -> Iterator[Street]:
    """A street whose broker is not there yet."""
    street = Street(tmp_path, own_broker.port)
    yield street
    street.end()


def _stored(lamp: Device, forwarder: PacketForwarder, count: int, wait_s: float = PATIENCE_S) -> set[str]:
    """Send so many reports; the ids of those that were acknowledged, each within `wait_s`."""
    ids = set()
    for _ in range(count):
        if forwarder.push(lamp.report(), wait_s=wait_s):
            ids.add(lamp.message_id(lamp.f_cnt - 1))
    return ids


def _stored_until_refused(gateway: GatewayProcess, lamp: Device, forwarder: PacketForwarder) -> set[str]:
    """The reports that the disk still took, until the gateway has said that it takes no more."""
    kept: set[str] = set()
    end = time.monotonic() + PATIENCE_S
    while "cause=store_failed" not in gateway.log.read_text():
        assert time.monotonic() < end
        kept |= _stored(lamp, forwarder, 1, _SOON_S)
    return kept


def _told(street: Street, gateway: GatewayProcess, broker: Broker, wanted: set[str]) -> set[str]:
    """What the city hears once there is a broker, until it has heard all that is wanted."""
    with gateway.held():
        broker.start()
        city = street.city(gateway).ready()
    end = time.monotonic() + PATIENCE_S
    while True:
        told = {body["id"] for body in city.of("lamp-1/report")}
        if wanted <= told or time.monotonic() > end:
            return told
        time.sleep(0.05)


def _rejected(gateway: GatewayProcess, cause: str) -> int:
    with sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True) as db:
        row = db.execute("SELECT n FROM counts WHERE kind = 'rejected' AND name = ?", (cause,)).fetchone()
        return row[0] if row else 0


@_ROOT
def test_a_full_disk_takes_nothing_more_and_loses_nothing(away: Street, own_broker: Broker):
    disk = SmallDisk(away.folder / "data", 2)
    try:
        lamp = Device("lamp-1")
        gateway = away.gateway(lamp)
        forwarder = away.forwarder(gateway)
        join(lamp, forwarder)
        kept = _stored(lamp, forwarder, 30)
        assert len(kept) == 30
        disk.fill()
        kept |= _stored_until_refused(gateway, lamp, forwarder)
        gateway.kill()
        gateway.log.unlink()
        gateway.start()
        gateway.wait_log("event=started")  # its units are stored: a full disk does not keep it from its work
        kept |= _stored_until_refused(gateway, lamp, forwarder)
        disk.empty()
        forwarder.pull()
        kept |= _stored(lamp, forwarder, 10)
        assert kept <= _told(away, gateway, own_broker, kept)
    finally:
        away.end()
        disk.close()


def test_a_file_that_may_not_grow_is_a_full_disk_too(away: Street, own_broker: Broker):
    lamp = Device("lamp-1")
    gateway = away.gateway(lamp)
    forwarder = away.forwarder(gateway)
    join(lamp, forwarder)
    kept = _stored(lamp, forwarder, 30)
    wal = gateway.database.with_name(gateway.database.name + "-wal").stat().st_size
    gateway.limit_files(wal + 20_000)
    kept |= _stored_until_refused(gateway, lamp, forwarder)
    gateway.limit_files(resource.RLIM_INFINITY)
    fresh = _stored(lamp, forwarder, 5)
    assert len(fresh) == 5
    kept |= fresh
    assert kept <= _told(away, gateway, own_broker, kept)
    end = time.monotonic() + PATIENCE_S
    while not _rejected(gateway, "store_failed"):  # counts are stored once a second
        assert time.monotonic() < end
        time.sleep(0.1)


def test_flipped_bits_that_no_page_shows_keep_no_gateway_from_its_start(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    assert forwarder.push(lamp.event(1, 0, 1_784_058_000), wait_s=PATIENCE_S)
    assert _stored(lamp, forwarder, 2)
    gateway.stop()
    with closing(sqlite3.connect(gateway.database)) as db:
        spoilt = """CAST(replace(CAST(body AS TEXT), '"seq', 'bseq') AS BLOB)"""
        db.execute(f"UPDATE messages SET body = {spoilt} WHERE kind = 'event'")
        db.execute("UPDATE sessions SET link = x'80'")  # msgpack, and no way through the air
        db.execute("UPDATE states SET report = x'7b'")
        db.commit()
    gateway.start()
    forwarder.pull()
    assert len(_stored(lamp, forwarder, 3)) == 3
    log = gateway.log.read_text()
    assert "cause=message_unreadable" in log and "cause=link_unreadable" in log
    assert "event=store_salvaged" in log and "event=join " not in log.partition("event=stopped")[2]


def test_an_order_that_could_not_be_stored_is_brought_again_before_newer_ones(street: Street):
    gateway = street.gateway(Device("lamp-1"))
    city = street.city(gateway).ready()
    city.wait("status", lambda body: body["state"] == "online")
    gateway.limit_files(gateway.database.with_name(gateway.database.name + "-wal").stat().st_size)
    city.order("lamp-1", id="older", verb="level", value=40)
    gateway.wait_log("cause=store_failed")
    gateway.limit_files(resource.RLIM_INFINITY)
    city.order("lamp-1", id="newer", verb="level", value=80)
    assert city.wait_ack("lamp-1", "older", "failed")["reason"] == "superseded by newer"
    assert not [body for body in city.of("lamp-1/ack") if (body["id"], body["status"]) == ("newer", "failed")]


@_ROOT
def test_a_disk_that_turns_read_only_loses_nothing(away: Street, own_broker: Broker):
    try:
        disk = FailingDisk(away.folder / "image", away.folder / "data")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device: {error.stderr}")
    try:
        lamp = Device("lamp-1")
        gateway = away.gateway(lamp)
        forwarder = away.forwarder(gateway)
        join(lamp, forwarder)
        kept = _stored(lamp, forwarder, 30)
        disk.fail()
        kept |= _stored_until_refused(gateway, lamp, forwarder)
        gateway.kill()
        gateway.start()
        assert gateway.wait_end() == 2
        assert re.search(r"corolle-gateway: .*(read-only|Read-only)", gateway.log.read_text())
        disk.mend()
        gateway.start()
        forwarder.pull()
        kept |= _stored(lamp, forwarder, 5)
        assert kept <= _told(away, gateway, own_broker, kept)
    finally:
        away.end()
        disk.close()


@_ROOT
def test_a_read_only_disk_that_is_mended_needs_nobody_at_the_gateway(away: Street, own_broker: Broker):
    try:
        disk = FailingDisk(away.folder / "image", away.folder / "data")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device: {error.stderr}")
    try:
        lamp = Device("lamp-1")
        gateway = away.gateway(lamp)
        forwarder = away.forwarder(gateway)
        join(lamp, forwarder)
        kept = _stored(lamp, forwarder, 30)
        disk.fail()
        assert not _stored(lamp, forwarder, 3, _SOON_S)
        gateway.wait_log("event=store_unusable")
        gateway.wait_log("event=stopped")
        disk.mend()  # nothing holds on to it
        forwarder.pull()
        kept |= (fresh := _stored(lamp, forwarder, 5))
        assert len(fresh) == 5
        assert kept <= _told(away, gateway, own_broker, kept)
    finally:
        away.end()
        disk.close()


def _leaf_with(database: Path, text: bytes) -> tuple[int, set[str]]:
    """(number, ids on it) of the page of reports on which `text` stands."""
    size = int.from_bytes(database.read_bytes()[16:18], "big")
    data = database.read_bytes()
    for number in range(1, len(data) // size):
        page = data[number * size : (number + 1) * size]
        if page[0] == _LEAF and text in page and b'"level_pct"' in page:
            return number * size, {found.decode() for found in re.findall(rb'"id":"(lamp-1-\d+-\d+)"', page)}
    raise AssertionError(f"{text!r} is on no page")


def test_a_damaged_page_of_reports_is_made_good_from_the_journal_and_that_is_said(
    away: Street, own_broker: Broker
):
    lamp = Device("lamp-1")
    gateway = away.gateway(lamp)
    forwarder = away.forwarder(gateway)
    join(lamp, forwarder)
    kept = _stored(lamp, forwarder, 200)
    assert gateway.stop() == 0
    at, gone = _leaf_with(gateway.database, lamp.message_id(100).encode())
    with gateway.database.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * 4096)
    own_broker.start()
    city = away.city(gateway).ready()
    gateway.start()
    line = gateway.wait_log("event=store_salvaged")
    assert 0 < len(gone) < 30 and f"restored={len(gone)} lost=0 " in line
    forwarder.pull()
    kept |= _stored(lamp, forwarder, 5)  # the unit has not had to join again
    city.wait_rejected("store_damaged")
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(lamp.f_cnt - 1))
    told = {body["id"] for body in city.of("lamp-1/report")}
    assert kept <= told
    with sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert list(gateway.database.parent.glob("*.damaged-1"))


def _damage_root(path: Path, table: str) -> None:
    with sqlite3.connect(path) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


def test_a_damaged_outbox_sends_again_rather_than_never(away: Street, own_broker: Broker):
    lamp = Device("lamp-1")
    gateway = away.gateway(lamp)
    forwarder = away.forwarder(gateway)
    join(lamp, forwarder)
    kept = _stored(lamp, forwarder, 40)
    assert gateway.stop() == 0
    _damage_root(gateway.database, "outbox")
    gateway.start()
    gateway.wait_log("event=store_salvaged")
    assert kept <= _told(away, gateway, own_broker, kept)


@pytest.mark.parametrize("table", ("sessions", "keys", "units", "ledger"))
def test_whatever_is_damaged_no_unit_has_to_join_again(away: Street, table: str):
    lamp = Device("lamp-1")
    gateway = away.gateway(lamp)
    forwarder = away.forwarder(gateway)
    join(lamp, forwarder)
    _stored(lamp, forwarder, 2)
    assert gateway.stop() == 0
    with closing(database.connect(gateway.database.parent)) as db:  # a month that is over
        db.execute("INSERT INTO ledger VALUES ('lamp-1', '2025-01', 5, 0, 0, 0, 0, 0, 0, 0, 0, 40)")
    _damage_root(gateway.database, table)
    gateway.start()
    gateway.wait_log("event=store_salvaged")
    forwarder.pull()
    _stored(lamp, forwarder, 2)
    with sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True) as db:
        assert db.execute("SELECT energy_wh FROM ledger").fetchall() == [(5.0,)]


def _gets_order(forwarder: PacketForwarder, lamp: Device) -> bool:
    """Whether an order comes down; before it the network may ask how the unit is."""
    while found := forwarder.downlink():
        if lamp.read(found[1])[1]:
            return True
    return False


@pytest.mark.parametrize("by_s", [_YEAR_S, -_YEAR_S])
def test_a_clock_that_jumps_a_year_loses_nothing_and_stops_nothing(
    away: Street, own_broker: Broker, by_s: float
):
    clock = away.clock(speed=4.0)
    lamp = Device("lamp-1")
    gateway = away.gateway(lamp, clock=clock)
    forwarder = away.forwarder(gateway)
    join(lamp, forwarder)
    kept = _stored(lamp, forwarder, 20)
    clock.jump(by_s)
    gateway.wait_log("event=clock_jumped")
    kept |= _stored(lamp, forwarder, 20)
    assert len(kept) == 40
    assert kept <= _told(away, gateway, own_broker, kept)
    city = away.city(gateway).ready()
    city.order("lamp-1", id="a", verb="report")
    assert _gets_order(forwarder, lamp)
    city.wait_ack("lamp-1", "a", "sent")
    clock.jump(by_s)
    if by_s < 0:
        assert _gets_order(forwarder, lamp)  # it is repeated all the same
    assert gateway.stop() == 0

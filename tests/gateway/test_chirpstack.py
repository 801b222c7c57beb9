"""ChirpStack in place of a network server of our own: its documented events against the real gateway."""

import json
import sqlite3
import time
from typing import Any

import pytest
from chirpstack_server import Maker, Unit, read_command, started
from gateway_street import Street
from mqtt_broker import mosquitto_path

_KEEPS = pytest.mark.skipif(
    mosquitto_path() is None, reason="the embedded broker forgets what is under way to who goes"
)
_UUID = 36
_NO_EVENTS = (b"", b"\xff\x00", b'{"deduplicationId": "', b'{"object": ' + b"[" * 50_000, b"[{}]", b"7")
_WRONG_FIELDS: tuple[dict[str, Any], ...] = (
    {"data": "qg"},
    {"data": "q_8="},
    {"fPort": 256},
    {"fCnt": -1},
    {"fCnt": 2**32},
    {"devAddr": "0018944"},
    {"devAddr": "../../x1"},
    {"time": "yesterday"},
    {"dr": "3"},
    {"rxInfo": [{"rssi": "loud"}]},
    {"deviceInfo": None},
)


def test_an_uplink_is_a_report_as_over_our_own_network(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    heard = server.time(time.time() - 5)
    server.hear(lamp, *lamp.report_payload(energy_wh=120, level_pct=55), time=heard)
    report = city.wait("lamp-1/report")
    assert report["id"] == "lamp-1-00189440-0"
    assert (report["level_pct"], report["energy_wh"], report["seq"]) == (55, 120.0, 1)
    assert report["time"] == heard[:23] + "Z"
    expected = {"rssi_dbm": -36.0, "snr_db": 10.5, "dr": 1, "freq_hz": 867_100_000, "gateway_count": 1}
    assert report["radio"] == expected
    assert city.wait("lamp-1/entity")["type"] == "Streetlight"


def test_of_several_concentrators_the_best_counts(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    rx_info = [
        {"gatewayId": "0016c001f153a14c", "rssi": -101, "snr": -4.2},
        {"gatewayId": "0016c001f153a14d", "rssi": -97},  # an SNR of 0 is left out
        {"gatewayId": "0016c001f153a14e", "rssi": -99, "snr": -0.5},
    ]
    server.hear(lamp, *lamp.report_payload(), rxInfo=rx_info)
    radio = city.wait("lamp-1/report")["radio"]
    assert (radio["rssi_dbm"], radio["snr_db"], radio["gateway_count"]) == (-97.0, 0.0, 3)
    server.hear(lamp, *lamp.report_payload(), rxInfo=None, txInfo=None)
    unknown = city.wait("lamp-1/report", lambda body: body["id"] == lamp.told_id(1))["radio"]
    assert (unknown["rssi_dbm"], unknown["gateway_count"]) == (None, 0)


def test_what_the_broker_brings_again_is_told_once_and_is_no_wrap(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    said = [server.up(lamp, *lamp.report_payload(energy_wh=100 * n)) for n in range(3)]
    for body in (*said, *said):
        server.tell(lamp, "up", body)
    city.wait("status", lambda body: body.get("counters", {}).get("redelivered") == 3)
    gateway.kill()  # what is known of it is not only known in memory
    gateway.start()
    server.tell(lamp, "up", said[0])
    server.hear(lamp, *lamp.report_payload(energy_wh=300))
    last = city.wait("lamp-1/report", lambda body: body["id"] == lamp.told_id(3))
    assert last["energy_wh"] == 300.0
    assert sorted(body["id"] for body in city.of("lamp-1/report")) == [lamp.told_id(n) for n in range(4)]


def test_a_session_that_ended_is_known_after_the_new_one_has_begun(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    old = server.up(lamp, *lamp.report_payload())
    server.tell(lamp, "up", old)
    lamp.dev_addr, lamp.f_cnt = "0018aaaa", 0
    server.hear(lamp, *lamp.report_payload())
    server.tell(lamp, "up", old)
    server.hear(lamp, *lamp.report_payload())
    city.wait("lamp-1/report", lambda body: body["id"] == "lamp-1-0018aaaa-1")
    told = [body["id"] for body in city.of("lamp-1/report")]
    assert told == ["lamp-1-00189440-0", "lamp-1-0018aaaa-0", "lamp-1-0018aaaa-1"]


@_KEEPS
def test_kill_9_loses_nothing_of_what_the_broker_was_given(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    for _ in range(4):
        for _ in range(60):
            server.hear(lamp, *lamp.report_payload(energy_wh=lamp.f_cnt))
        gateway.kill()
        server.hear(lamp, *lamp.report_payload(energy_wh=lamp.f_cnt))
        gateway.start()
    last = city.wait("lamp-1/report", lambda body: body["id"] == lamp.told_id(lamp.f_cnt - 1))
    assert last["energy_wh"] == lamp.f_cnt - 1
    told = {body["id"] for body in city.of("lamp-1/report")}
    assert told == {lamp.told_id(n) for n in range(lamp.f_cnt)}


@_KEEPS
def test_what_could_not_be_stored_comes_again(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    server.hear(lamp, *lamp.report_payload())
    city.wait("lamp-1/report")
    gateway.limit_files(gateway.database.with_name(gateway.database.name + "-wal").stat().st_size)
    with gateway.held():  # so that several fail together
        for _ in range(30):  # more than Mosquitto gives at a time before it is acknowledged
            server.hear(lamp, *lamp.report_payload(energy_wh=lamp.f_cnt))
    gateway.wait_log("cause=store_failed")
    gateway.limit_files(-1)
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.told_id(30))
    assert {body["id"] for body in city.of("lamp-1/report")} == {lamp.told_id(n) for n in range(31)}
    assert max(body["energy_wh"] for body in city.of("lamp-1/report")) == 30.0


def test_a_lamp_gets_its_command_at_once(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    before = time.time()
    city.order("lamp-1", id="a", verb="level", value=40, for_s=600, author="ops")
    said = server.wait_command()
    assert set(said) == {"id", "devEui", "confirmed", "fPort", "data", "expiresAt"}
    assert len(said["id"]) == _UUID and said["devEui"] == "0200000000000001" and said["confirmed"] is False
    assert server.time(before + 29)[:19] <= said["expiresAt"][:19] <= server.time(time.time() + 31)[:19]
    command = read_command(said)
    assert (command["value"], command["author"]) == (40, "ops")
    city.wait_ack("lamp-1", "a", "sent")
    server.hear(lamp, *lamp.verdict(command))
    assert city.wait_ack("lamp-1", "a", "acknowledged")["value"] == 40
    assert [body["status"] for body in city.of("lamp-1/ack")] == ["accepted", "sent", "acknowledged"]


def test_settings_go_the_same_way(street: Street, chirpstack: Maker):
    canopy = Unit("canopy-1", "canopy", 2)
    server = chirpstack(canopy)
    gateway = started(street, server, canopy)
    city = street.city(gateway).ready()
    city.order("canopy-1", id="s", verb="settings", settings={}, author="ops")
    city.wait_ack("canopy-1", "s", "accepted")
    server.tell(canopy, "up", server.up(canopy, *canopy.report_payload()))
    assert server.wait_command()["fPort"] == 32


def test_a_group_is_told_one_by_one(street: Street, chirpstack: Maker):
    lamps = [Unit(f"lamp-{n}", "lamp", n) for n in (1, 2)]
    for lamp in lamps:
        lamp.groups = ["banks"]
    server = chirpstack(*lamps)
    gateway = started(street, server, *lamps)
    city = street.city(gateway).ready()
    city.order("banks", id="g", verb="level", value=30, author="ops")
    told = [server.wait_command(n) for n in (1, 2)]
    assert {body["devEui"] for body in told} == {lamp.dev_eui.hex() for lamp in lamps}
    for lamp in lamps:
        (command,) = (read_command(body) for body in told if body["devEui"] == lamp.dev_eui.hex())
        server.hear(lamp, *lamp.verdict(command, 30))
    assert city.wait_ack("banks", "g", "acknowledged")["value"] == 2


def test_two_applications_share_one_gateway(street: Street, chirpstack: Maker):
    lamps = [Unit(f"lamp-{n}", "lamp", n) for n in (1, 2)]
    servers = [chirpstack(lamp) for lamp in lamps]
    both = ", ".join(f'"{server.application}"' for server in servers)
    section = servers[0].section.replace(f'"{servers[0].application}"', both)
    gateway = started(street, servers[0], *lamps, radio=section)
    city = street.city(gateway).ready()
    city.order("lamp-2", id="a", verb="level", value=40)
    city.wait_rejected("downlink_not_joined")  # nobody knows yet which application it belongs to
    for server, lamp in zip(servers, lamps, strict=True):
        server.hear(lamp, *lamp.report_payload())
        city.wait(f"{lamp.name}/report")
    servers[1].wait_command()
    assert not servers[0].commands


def test_malformed_events_are_counted_by_cause_and_never_come_again(street: Street, chirpstack: Maker):
    lamp, stranger = Unit("lamp-1"), Unit("lamp-9", "lamp", 9)
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    good = server.up(lamp, *lamp.report_payload())
    info = good["deviceInfo"]
    for body in (
        b"",
        b"\xff\x00",
        b'{"object": ' + b"[" * 50_000,
        b'{"deduplicationId": "',
        json.dumps([good]),
        b"7",
    ):
        server.tell(lamp, "up", body)
    for changed in _WRONG_FIELDS:
        server.tell(lamp, "up", good | changed)
    server.tell(lamp, "up", good | {"object": "x" * 70_000})
    server.tell(lamp, "up", good | {"deviceInfo": info | {"devEui": stranger.dev_eui.hex()}})
    server.publish("device/0200/event/up", json.dumps(good))
    server.tell(stranger, "up", server.up(stranger, *lamp.report_payload()))
    server.hear(lamp, 77, b"\x01\x02", fCnt=0)
    server.hear(lamp, *lamp.report_payload(), fCnt=1)
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.told_id(1))
    counts = {
        "chirpstack_bad_json": 4,
        "chirpstack_bad_field": 13,
        "chirpstack_too_long": 1,
        "chirpstack_bad_topic": 2,
        "chirpstack_unknown_device": 1,
    }
    status = city.wait("status", lambda body: body.get("rejected", {}).items() >= counts.items())
    assert any(cause.startswith("payload_") for cause in status["rejected"])
    assert gateway.stop() == 0
    gateway.start()
    server.hear(lamp, *lamp.report_payload(), fCnt=2)
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.told_id(2))
    with sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True) as db:
        row = db.execute("SELECT n FROM counts WHERE name = 'chirpstack_bad_field'").fetchone()
    assert row[0] == counts["chirpstack_bad_field"]


def test_other_events_are_counted_or_passed_over(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    head = {"time": server.time(), "deviceInfo": server.device_info(lamp)}
    server.join(lamp, "00189440")
    server.tell(lamp, "status", head | {"margin": 10, "batteryLevel": 88.3})
    server.tell(lamp, "ack", head | {"queueItemId": "1bbcab1d", "acknowledged": True, "fCntDown": 3})
    server.tell(lamp, "txack", head | {"queueItemId": "1bbcab1d", "downlinkId": 1})
    server.tell(lamp, "location", head | {"location": {"latitude": 37.3}})
    server.log(lamp, "UPLINK_MIC", deduplication_id="4e91db13")
    server.log(lamp, "NO_SUCH_CODE")
    server.tell(lamp, "up", server.up(lamp, 0, b""))
    status = city.wait("status", lambda body: body.get("counters", {}).get("uplinks") == 1)
    assert status["counters"]["joins"] == 1
    assert status["rejected"] == {"chirpstack_uplink_mic": 1, "chirpstack_unknown": 1}


@pytest.mark.skipif(mosquitto_path() is None, reason="the embedded broker makes QoS 1 of everything")
def test_uplinks_at_qos_0_are_taken_and_counted(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    server = chirpstack(lamp)
    gateway = started(street, server, lamp)
    city = street.city(gateway).ready()
    server.tell(lamp, "up", server.up(lamp, *lamp.report_payload()), qos=0)
    city.wait("lamp-1/report")
    city.wait("status", lambda body: body.get("counters", {}).get("uplinks_at_qos_0") == 1)

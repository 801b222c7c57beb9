"""What the city sees of the real process: topics, bodies, entities, status, outages of its broker."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from city_client import City
from corolle.wire import words
from gateway_street import Street, join
from mqtt_broker import Broker
from radio_device import Device


def _outbox(path: Path) -> int:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM outbox").fetchone()[0]


def test_a_lamp_s_report_and_entity(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    faults = sum(1 << words.code_of(words.LAMP_FAULTS, name) for name in ("lampFailure", "clockUnknown"))
    frame = lamp.report(
        level_pct=40, reason=words.code_of(words.REASONS, "override"), faults=faults, presence=1
    )
    assert forwarder.push(frame, freq=867.5, datr="SF7BW125", rssi=-101, lsnr=-3.25)
    body = city.wait("lamp-1/report", lambda body: body["level_pct"] == 40)
    age_s = datetime.now(UTC).timestamp() - datetime.fromisoformat(body.pop("time")).timestamp()
    assert 0 <= age_s < 3
    assert body == {
        "id": lamp.message_id(1),
        "unit": "lamp-1",
        "kind": "lamp",
        "seq": 2,
        "level_pct": 40,
        "reason": "override",
        "power_w": 4.2,
        "energy_wh": 0,
        "passages": 0,
        "temperature_c": None,
        "faults": ["lampFailure", "clockUnknown"],
        "presence": True,
        "radio": {"rssi_dbm": -101.0, "snr_db": -3.25, "dr": 5, "freq_hz": 867_500_000, "gateway_count": 1},
    }
    entity = city.wait("lamp-1/entity", lambda body: body.get("status") == "defectiveLamp")
    assert (entity["id"], entity["type"]) == ("urn:ngsi-ld:Streetlight:quai:lamp-1", "Streetlight")
    assert (entity["powerState"], entity["illuminanceLevel"], entity["powerConsumption"]) == ("on", 0.4, 4.2)
    assert entity["location"] == {"type": "Point", "coordinates": [1.4436, 43.5999]}
    assert entity["faults"] == ["lampFailure", "clockUnknown"]
    later = street.city(gateway).ready()
    later.wait("lamp-1/entity", lambda body: body == entity)
    assert ("lamp-1/entity", entity, True) in later.messages


def test_a_canopy_s_report_and_entity(street: Street):
    canopy = Device("canopy-1", "canopy", 2)
    gateway = street.gateway(canopy)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    assert forwarder.push(
        canopy.report(soil1_vwc_pct=20.0, soil3_vwc_pct=30.0, valve_open=1, litres_total=7.3)
    )
    body = city.wait("canopy-1/report", lambda body: body["valve_open"] is True)
    assert (body["litres_total"], body["soil2_vwc_pct"], body["reason"]) == (7.3, None, "moist soil")
    entity = city.wait("canopy-1/entity", lambda body: body.get("valveOpen") is True)
    assert (entity["type"], entity["soilMoistureVwc"]) == ("GreenspaceRecord", 0.25)


def test_events_are_told_in_words_and_at_their_own_time(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    raised = words.code_of(words.EVENTS, "fault raised")
    assert forwarder.push(lamp.event(raised, words.code_of(words.LAMP_FAULTS, "tilt"), 1_784_058_000))
    body = city.wait("lamp-1/event")
    assert (body["event"], body["detail"], body["value"]) == ("fault raised", "tilt", 13)
    assert body["time"] == "2026-07-14T19:40:00.000Z" < body["received"]
    boot = words.code_of(words.EVENTS, "boot")
    assert forwarder.push(lamp.event(boot, words.code_of(words.BOOT_CAUSES, "brown-out"), 0))
    body = city.wait("lamp-1/event", lambda body: body["event"] == "boot")
    assert (body["detail"], body["time"]) == ("brown-out", body["received"])


def test_wrapped_counters_only_grow_also_over_a_restart(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    for passages, energy_wh in ((3000, 1_677_721.0), (3900, 1_677_721.2), (100, 0.5)):
        assert forwarder.push(lamp.report(passages=passages, energy_wh=energy_wh))
    gateway.kill()
    gateway.start()
    forwarder.pull()
    assert forwarder.push(lamp.report(passages=90, energy_wh=1.5))
    assert forwarder.push(lamp.report(passages=95, energy_wh=2.0))
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(5))
    told = {body["id"]: (body["passages"], body["energy_wh"]) for body in city.of("lamp-1/report")}
    # What nobody can have passed within a second was counted elsewhere. 2**24 - 1 steps of 0.1 Wh are
    # 1677721.5 Wh; passages went back by 10 in the unit's power cut.
    totals = [(0, 0.0), (900, 0.2), (1196, 1.0), (1196, 2.0), (1201, 2.5)]
    assert [told[lamp.message_id(n)] for n in (1, 2, 3, 4, 5)] == totals


def test_what_is_authentic_but_not_of_the_schema_is_refused(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    for port, length in ((99, 5), (10, 3), (11, 16)):
        assert forwarder.push(lamp.uplink(port, bytes(length)))
    for cause in ("payload_unknown_port", "payload_length", "payload_not_of_this_kind"):
        city.wait_rejected(cause)


def test_the_status_is_retained_and_counts_survive(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    forwarder.send(b"\x07rubbish")
    told = city.wait_rejected("bad_version")
    assert told["state"] == "online" and told["counters"]["joins"] == 1
    gateway.kill()
    city.wait("status", lambda body: body == {"state": "offline"})
    gateway.start()
    forwarder.pull()
    forwarder.send(b"\x07rubbish")
    city.wait_rejected("bad_version", 2)
    assert gateway.stop() == 0
    city.wait("status", lambda body: city.messages[-1][1] == {"state": "offline"})
    later = street.city(gateway).ready()
    later.wait("status", lambda body: body == {"state": "offline"})


def test_a_broker_that_is_down_at_start_and_later_stops_nothing(own_broker: Broker, tmp_path: Path):
    street = Street(tmp_path, own_broker.port)
    try:
        lamp = Device("lamp-1")
        gateway = street.gateway(lamp)
        forwarder = street.forwarder(gateway)
        join(lamp, forwarder)
        assert forwarder.push(lamp.report())
        with gateway.held():
            own_broker.start()
            city = street.city(gateway).ready()
        city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(1))
        own_broker.stop()
        for _ in range(50):
            assert forwarder.push(lamp.report())
        assert _outbox(gateway.database) == 50
        own_broker.start()
        city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(51))
        city.wait("status", lambda body: body.get("counters", {}).get("published") == 52)
        assert sorted({body["id"] for body in city.of("lamp-1/report")}) == sorted(
            lamp.message_id(n) for n in range(52)
        )
        assert _outbox(gateway.database) == 0
    finally:
        street.end()


def test_the_embedded_broker_serves_as_well(tmp_path: Path):
    broker = Broker(tmp_path, embedded=True).start()
    street = Street(tmp_path, broker.port)
    try:
        lamp = Device("lamp-1")
        gateway = street.gateway(lamp)
        city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
        join(lamp, forwarder)
        city.wait("lamp-1/report")
        city.order("lamp-1", id="a", verb="level", value=40)
        assert forwarder.downlink() is not None
        city.wait_ack("lamp-1", "a", "sent")
        gateway.kill()
        city.wait("status", lambda body: body == {"state": "offline"})
        later = City(broker.port, gateway.name).ready()
        later.wait("lamp-1/entity")
        later.close()
    finally:
        street.end()
        broker.stop()


def test_nothing_secret_is_logged(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    forwarder.send(b"\x02")
    gateway.stop()
    log = gateway.log.read_text()
    assert "event=join" in log and "cause=too_short" in log and "event=stopped" in log
    secrets = (lamp.raw_key, lamp.nwk_key._raw, lamp.session_key._raw)
    assert not any(secret.hex() in log.lower() or repr(secret) in log for secret in secrets)


@pytest.mark.parametrize("number", [0, 1])
def test_what_it_keeps_is_its_own(street: Street, number: int):
    gateway = street.gateway(Device("lamp-1"))
    street.forwarder(gateway)
    data = gateway.database.parent
    assert data.stat().st_mode & 0o777 == 0o700
    for path in data.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    if number:
        second = subprocess.run(
            [sys.executable, "-m", "corolle_gateway.app", "run", "--config", gateway.folder / "gateway.toml"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 2
        assert second.stderr.strip().endswith("another gateway is running on this data_dir")

"""Alarms of a street, by the real gateway: raised, told, acknowledged, cleared, kept over a kill."""

import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from city_client import City
from corolle.wire import codec, words
from corolle.wire.schema import CANOPY_SERVICE
from corolle_gateway.store import alarms, database
from gateway_process import GatewayProcess
from gateway_street import Street, join
from mqtt_broker import Broker
from packet_forwarder import PacketForwarder
from radio_device import Device

_WAIT_S = 30.0
_TILT = words.code_of(words.LAMP_FAULTS, "tilt")
_FAILED = 1 << words.code_of(words.LAMP_FAULTS, "lampFailure")
_TIME_S = 1_784_058_000


def _code(event: str) -> int:
    return words.code_of(words.EVENTS, event)


def _step(city: City, unit: str, code: str, change: str, count: int = 1) -> Any:
    def wanted(body: Any) -> bool:
        return (body["code"], body["change"], body["count"]) == (code, change, count)

    return city.wait(f"{unit}/alarm", wanted, _WAIT_S)


def _listed(city: City, wanted: Callable[[Any], bool]) -> Any:
    return city.wait("alarms", wanted, _WAIT_S)


def _open(gateway: GatewayProcess) -> list[tuple[str, str, int]]:
    with contextlib.closing(database.connect(gateway.database.parent)) as db:
        return [(alarm.unit, alarm.code, alarm.count) for alarm in alarms.still_open(db)]


@pytest.fixture
def lamp() -> Device:
    return Device("lamp-1")


def test_a_fault_lives_from_the_report_to_the_repair(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    city = street.city(gateway).ready()
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    assert forwarder.push(lamp.report(faults=_FAILED, level_pct=80, power_w=0.6))
    raised = _step(city, "lamp-1", "lampFailure", "raised")
    assert (raised["severity"], raised["first"]) == ("round", {"level_pct": 80, "power_w": 0.6})
    assert raised["bring"] == ["luminaire", "driver", "fuse"] and "fuse" in raised["look"]
    assert (raised["acknowledged"], raised["cleared"], raised["kind"]) == (None, None, "lamp")
    number = raised["number"]
    listed = _listed(city, lambda body: body["open"] == 1)
    assert listed["by_severity"] == {"urgent": 0, "round": 1, "info": 0}
    assert [alarm["number"] for alarm in listed["alarms"]] == [number]

    for order in (
        {"id": "n1", "value": number},
        {"id": "n2", "value": number, "author": ""},
        {"id": "n3", "value": number + 1, "author": "ops"},
        {"id": "n4", "value": number, "author": "ops", "note": "a\nb"},
    ):
        city.order("lamp-1", verb="acknowledge", **order)
    refused = [city.wait_ack("lamp-1", f"n{n}", "refused", _WAIT_S) for n in (1, 2, 3, 4)]
    reasons = ["author", "author", f"no alarm {number + 1} of lamp-1", "note"]
    assert all(reason in told["reason"] for reason, told in zip(reasons, refused, strict=True))
    assert [told["author"] for told in refused] == [None, "", "ops", "ops"]
    city.order("lamp-2", verb="acknowledge", id="n5", value=number, author="ops")
    assert "of lamp-2" in city.wait_ack("lamp-2", "n5", "refused", _WAIT_S)["reason"]

    city.order("lamp-1", verb="acknowledge", id="a1", value=number, author="ops", note="équipe jeudi")
    assert city.wait_ack("lamp-1", "a1", "accepted", _WAIT_S)["author"] == "ops"
    known = _step(city, "lamp-1", "lampFailure", "acknowledged")["acknowledged"]
    assert (known["author"], known["note"]) == ("ops", "équipe jeudi")
    _listed(city, lambda body: body["open"] == 1 and body["unacknowledged"] == 0)

    assert forwarder.push(lamp.report())
    cleared = _step(city, "lamp-1", "lampFailure", "cleared")
    assert cleared["acknowledged"] == known and cleared["cleared"] >= cleared["raised"]
    assert cleared["lasted_s"] >= 0
    _listed(city, lambda body: body["open"] == 0 and not body["alarms"] and body["time"] > listed["time"])
    ids = [body["id"] for body in city.of("lamp-1/alarm")]
    assert ids == [f"lamp-1-alarm-{number}-{n}" for n in (1, 2, 3)]


def test_an_alarm_is_on_disk_before_its_unit_hears_that_it_was_heard(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    city = street.city(gateway).ready()
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    assert forwarder.push(lamp.event(_code("fault raised"), _TILT, _TIME_S))
    gateway.kill()
    assert _open(gateway) == [("lamp-1", "tilt", 1)]
    gateway.start()
    forwarder.pull()
    _step(city, "lamp-1", "tilt", "raised")
    assert forwarder.push(lamp.report()), "tilt is none of those a report tells of"
    assert forwarder.push(lamp.report(faults=_FAILED))
    _step(city, "lamp-1", "lampFailure", "raised")
    gateway.kill()
    assert sorted(_open(gateway)) == [("lamp-1", "lampFailure", 1), ("lamp-1", "tilt", 1)]
    gateway.start()
    forwarder.pull()
    assert forwarder.push(lamp.event(_code("fault cleared"), _TILT, _TIME_S + 60))
    _step(city, "lamp-1", "tilt", "cleared")
    assert _open(gateway) == [("lamp-1", "lampFailure", 1)]
    assert len({body["number"] for body in city.of("lamp-1/alarm")}) == 2


def test_a_flapping_fault_is_one_alarm(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    city = street.city(gateway).ready()
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    for n in range(10):
        assert forwarder.push(lamp.report(faults=0 if n % 2 else _FAILED))
    _step(city, "lamp-1", "lampFailure", "cleared", count=5)
    assert {body["number"] for body in city.of("lamp-1/alarm")} == {1}
    assert forwarder.push(lamp.event(_code("boot"), 3, _TIME_S))
    assert _step(city, "lamp-1", "badRestart", "raised")["first"] == {"cause": "watchdog"}


def test_water_and_sanitary_duties_come_first(street: Street):
    canopy = Device("canopy-1", "canopy")
    gateway = street.gateway(canopy)
    city = street.city(gateway).ready()
    forwarder = street.forwarder(gateway)
    join(canopy, forwarder)
    low = 1 << words.code_of(words.CANOPY_FAULTS, "batteryLow")
    assert forwarder.push(canopy.report(faults=low, battery_v=12.4))
    assert _step(city, "canopy-1", "batteryLow", "raised")["first"] == {"battery_v": 12.4}
    trip = words.code_of(words.REASONS, "unexplained flow")
    assert forwarder.push(canopy.event(_code("guard tripped"), trip, _TIME_S))
    assert _step(city, "canopy-1", "guardTripped", "raised")["first"] == {"reason": "unexplained flow"}
    assert forwarder.push(_service(canopy, "locked"))
    assert _step(city, "canopy-1", "mistLocked", "raised")["severity"] == "urgent"
    listed = _listed(city, lambda body: body["open"] == 3)
    assert [alarm["code"] for alarm in listed["alarms"]] == ["guardTripped", "mistLocked", "batteryLow"]
    assert forwarder.push(_service(canopy, "ready"))
    _step(city, "canopy-1", "mistLocked", "cleared")


def _service(canopy: Device, state: str) -> bytes:
    values: dict[str, Any] = {field.name: 0 for field in CANOPY_SERVICE.fields if not field.optional}
    values["sanitary_state"] = words.code_of(words.SANITARY_STATES, state)
    return canopy.uplink(CANOPY_SERVICE.port, codec.encode(CANOPY_SERVICE, values))


def _pulls_until(forwarder: PacketForwarder, city: City, unit: str, code: str) -> Any:
    """A concentrator that stays in service until an alarm has been raised; the alarm."""
    end = time.monotonic() + _WAIT_S
    while time.monotonic() < end:
        forwarder.pull()
        for body in city.of(f"{unit}/alarm"):
            if (body["code"], body["change"]) == (code, "raised"):
                return body
        time.sleep(0.1)
    raise AssertionError(f"no {code} of {unit}")


def test_who_is_silent_is_missed_and_who_is_heard_again_is_not(street: Street, lamp: Device):
    other = Device("lamp-2", number=2)
    clock = street.clock(speed=450)
    gateway = street.gateway(lamp, other, clock=clock)
    city = street.city(gateway).ready()
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    begun_s = clock.now()
    raised = _pulls_until(forwarder, city, "lamp-1", "silent")
    assert raised["first"]["allowed_min"] == 55, "three reports of 15 min, a tenth late each, and five min"
    assert clock.now() - begun_s > 54.5 * 60
    assert not city.of("lamp-2/alarm"), "who was never heard is not silent"
    assert forwarder.push(lamp.report())
    _step(city, "lamp-1", "silent", "cleared")

    # Left alone, the gateway cannot tell who is silent, and says that of itself.
    left_s = clock.now()
    gone = city.wait(f"{gateway.name}/alarm", lambda body: body["code"] == "concentratorGone", _WAIT_S)
    assert gone["first"] == {"missing": ["0102030405060708"]}
    assert clock.now() - left_s > 500
    forwarder.pull()
    _step(city, gateway.name, "concentratorGone", "cleared")
    silent = [body["change"] for body in city.of("lamp-1/alarm") if body["code"] == "silent"]
    assert silent == ["raised", "cleared"]


def test_a_clock_that_was_set_is_an_alarm_until_somebody_has_read_it(street: Street, lamp: Device):
    clock = street.clock(speed=1)
    gateway = street.gateway(lamp, clock=clock)
    city = street.city(gateway).ready()
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    clock.jump(86_400)
    jump = _step(city, gateway.name, "clockJump", "raised")
    assert jump["kind"] == "gateway" and jump["severity"] == "info"
    assert 86_300 < jump["first"]["by_s"] < 86_500
    city.order(gateway.name, verb="acknowledge", id="j1", value=jump["number"], author="ops")
    city.wait_ack(gateway.name, "j1", "accepted", _WAIT_S)
    assert _step(city, gateway.name, "clockJump", "acknowledged")["cleared"], "it was over long ago"
    assert not city.of("lamp-1/alarm"), "nobody has been silent for a day"


def test_a_city_that_comes_back_reads_that_it_was_away(street: Street, own_broker: Broker, lamp: Device):
    clock = street.clock(speed=300)
    gateway = street.gateway(lamp, clock=clock, broker=f'url = "mqtt://127.0.0.1:{own_broker.port}"')
    gateway.wait_log("code=brokerAway change=raised", _WAIT_S)
    assert _open(gateway) == [(gateway.name, "brokerAway", 1)]
    own_broker.start()
    city = City(own_broker.port, gateway.name).ready()
    try:
        _step(city, gateway.name, "brokerAway", "cleared")
        _listed(city, lambda body: body["open"] == 0)
    finally:
        city.close()


def test_no_unit_has_the_gateways_own_name(street: Street):
    gateway = street.gateway(Device("lamp-1"))
    gateway.wait_log("event=started", _WAIT_S)
    gateway.stop()
    units = gateway.folder / "units.json"
    units.write_text(units.read_text().replace("lamp-1", gateway.name))
    gateway.start()
    assert gateway.wait_end() == 2
    assert f"unit '{gateway.name}': the gateway has the same name" in gateway.log.read_text()

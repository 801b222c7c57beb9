"""A unit whose event was not acknowledged sends it anew: the city is told once, the unit each time."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from chirpstack_server import ChirpStack, Unit
from city_client import City
from corolle.wire import codec, lorawan
from corolle.wire.schema import EVENT
from corolle.wire.words import EVENTS, code_of
from gateway_street import Street, join
from packet_forwarder import PacketForwarder
from radio_device import Device

_AT_S = 1_784_057_990
_IMPACT = {"seq": 200, "code": code_of(EVENTS, "impact"), "value": 3, "time_s": _AT_S}
_BOOT = {"seq": 201, "code": code_of(EVENTS, "boot"), "value": 0, "time_s": 0}


@pytest.fixture
def lamp() -> Device:
    return Device("lamp-1", "lamp", 1)


def _acknowledged(lamp: Device, forwarder: PacketForwarder, values: dict[str, int]) -> bytes:
    """Send an event in a new frame; the frame."""
    frame = lamp.uplink(EVENT.port, codec.encode(EVENT, values), confirmed=True)
    assert forwarder.push(frame)
    answer = forwarder.downlink()
    assert answer is not None
    data, _ = lamp.read(answer[1])
    assert data.f_ctrl & lorawan.ACK
    return frame


def _retold(count: int) -> Callable[[dict[str, Any]], bool]:
    return lambda body: body.get("counters", {}).get("events_retold") == count


def _told(city: City) -> list[tuple[str, int, int]]:
    """By their ids: what was under way when the gateway was killed comes again."""
    told = {body["id"]: body for body in city.of("lamp-1/event")}
    return [(body["event"], body["value"], body["seq"]) for body in told.values()]


def test_an_event_in_two_frames_is_told_once_and_acknowledged_twice(street: Street, lamp: Device):
    gateway = street.gateway(lamp, clock=street.clock(speed=10))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    for values in (_IMPACT, _IMPACT, _BOOT, _BOOT):
        last = _acknowledged(lamp, forwarder, values)
    _acknowledged(lamp, forwarder, {**_BOOT, "seq": 77})  # it has booted once more
    status = city.wait("status", _retold(2))
    assert status["counters"]["events"] == 3
    assert _told(city) == [("impact", 3, 200), ("boot", 0, 201), ("boot", 0, 77)]
    body = city.of("lamp-1/event")[0]
    assert body["time"] == "2026-07-14T19:39:50.000Z" and body["id"] == lamp.message_id(1)
    time.sleep(0.2)  # 2 s of the street: the cooldown for copies is over
    assert forwarder.push(lamp.report())
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(6))
    assert forwarder.push(last)
    city.wait_rejected("replayed")


def test_a_gateway_that_was_killed_knows_what_it_has_told(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    for values in (_IMPACT, _BOOT):
        _acknowledged(lamp, forwarder, values)
    city.wait("lamp-1/event", lambda body: body["event"] == "boot")
    gateway.kill()
    gateway.start()
    forwarder = street.forwarder(gateway)
    for values in (_IMPACT, _BOOT, {**_IMPACT, "time_s": _AT_S + 1}):
        _acknowledged(lamp, forwarder, values)
    city.wait("status", _retold(2))
    city.wait("lamp-1/event", lambda body: body["time"] == "2026-07-14T19:39:51.000Z")
    assert _told(city) == [("impact", 3, 200), ("boot", 0, 201), ("impact", 3, 200)]


def test_a_confirmed_event_by_way_of_chirpstack_is_told_once(street: Street):
    lamp = Unit("lamp-1")
    server = ChirpStack(street.broker_port, lamp)
    try:
        gateway = street.gateway(lamp, radio=server.section)
        for broker in ("chirpstack", "broker"):
            gateway.wait_log(f"event={broker}_subscribed")
        city = street.city(gateway).ready()
        for values in (_IMPACT, _IMPACT, {**_IMPACT, "seq": 201}):
            server.hear(lamp, EVENT.port, codec.encode(EVENT, values), confirmed=True)
        city.wait("lamp-1/event", lambda body: body["seq"] == 201)
        status = city.wait("status", _retold(1))
        assert status["counters"]["uplinks"] == 3
        assert [body["id"] for body in city.of("lamp-1/event")] == [lamp.told_id(0), lamp.told_id(2)]
    finally:
        server.close()

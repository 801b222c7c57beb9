"""Brokers that do not behave: survived, said, nothing committed lost; and a backlog that delays nobody."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from broker_double import BadBroker
from corolle.wire import words
from gateway_process import PATIENCE_S, GatewayProcess
from gateway_street import Street, join
from mqtt_broker import Broker
from radio_device import Device

_BOOT = words.code_of(words.EVENTS, "boot")


def _until(reached: Callable[[], bool], wait_s: float = PATIENCE_S) -> None:
    end = time.monotonic() + wait_s
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def _backlog(gateway: GatewayProcess) -> int:
    with sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM outbox").fetchone()[0]


@pytest.mark.parametrize(
    ("way", "said"), [("drop", "broker_lost"), ("garbage", "a length of more than 4 bytes")]
)
def test_a_broker_that_misbehaves_costs_nothing_but_itself(
    tmp_path: Path, own_broker: Broker, way: str, said: str
):
    bad = BadBroker(way)
    street = Street(tmp_path, bad.port)
    lamp = Device("lamp-1")
    try:
        gateway = street.gateway(lamp)
        forwarder = street.forwarder(gateway)
        join(lamp, forwarder)
        for _ in range(50):
            assert forwarder.push(lamp.report())
        _until(lambda: bad.connections >= 2)
        gateway.wait_log(said)
        assert _backlog(gateway) == 51
        bad.close()
        own_broker.port = bad.port
        street.broker_port = own_broker.port
        with gateway.held():
            own_broker.start()
            city = street.city(gateway).ready()
        _until(
            lambda: {lamp.message_id(n) for n in range(51)} <= {b["id"] for b in city.of("lamp-1/report")}, 20
        )
        city.wait("status", lambda body: body.get("rejected", {}).get("broker_lost", 0) >= 2)
    finally:
        street.end()


def test_a_broker_that_never_acknowledges_is_left_and_asked_anew(tmp_path: Path):
    bad = BadBroker("mute")
    street = Street(tmp_path, bad.port)
    lamp = Device("lamp-1")
    try:
        gateway = street.gateway(lamp)
        forwarder = street.forwarder(gateway)
        join(lamp, forwarder)
        for _ in range(60):
            assert forwarder.push(lamp.report())
        gateway.wait_log("cause=broker_silent", 30)
        _until(lambda: bad.connections >= 2)
        assert _backlog(gateway) == 61
    finally:
        street.end()
        bad.close()


def test_events_and_acks_do_not_wait_for_a_backlog(own_broker: Broker, tmp_path: Path):
    street = Street(tmp_path, own_broker.port)
    lamp = Device("lamp-1")
    try:
        gateway = street.gateway(lamp)
        forwarder = street.forwarder(gateway)
        join(lamp, forwarder)
        tokens = set()
        for _ in range(4000):
            tokens.add(forwarder.push_later(lamp.report()))
            if len(tokens) > 200:
                tokens = {token for token in tokens if not forwarder.acked(token)}
        _until(lambda: _backlog(gateway) > 3900)
        assert forwarder.push(lamp.event(_BOOT, 0, 99))
        with gateway.held():
            own_broker.start()
            city = street.city(gateway).ready()
        city.wait("lamp-1/report")
        city.wait("status", lambda body: body["state"] == "online")
        with gateway.held():
            left = _backlog(gateway)
            forwarder.push_later(lamp.event(_BOOT, 0, 100))
            city.publish("lamp-1/command", b'{"id": "o1", "verb": "report"}')
        city.wait("lamp-1/event", lambda body: body["id"] == lamp.message_id(lamp.f_cnt - 1))
        city.wait_ack("lamp-1", "o1", "accepted")
        city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(4000))
        topics = [topic for topic, _, _ in city.messages]
        assert topics.index("lamp-1/event") < 1000  # stored last of all, it overtook the backlog
        said_meanwhile = len(topics) - 1 - topics[::-1].index("lamp-1/event"), topics.index("lamp-1/ack")
        for place in said_meanwhile:
            assert topics[place:].count("lamp-1/report") >= left // 4
    finally:
        street.end()

"""The ChirpStack link's parts: what an event may hold, and in which order it is acknowledged."""

import asyncio
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from corolle_gateway import log
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.links.chirpstack import events
from corolle_gateway.links.chirpstack.acknowledging import Acknowledging
from corolle_gateway.links.chirpstack.downlinks import Downlinks
from corolle_gateway.links.chirpstack.events import Log, Refused, Up
from corolle_gateway.links.chirpstack.link import ChirpstackLink
from corolle_gateway.model import Downlink, Sent, Unit
from corolle_gateway.northbound.packets import Incoming
from corolle_gateway.pending import Pending
from corolle_gateway.tasks import Tasks
from hypothesis import given, settings
from hypothesis import strategies as st

_TOPIC = "application/17c82e96-be03-4f38-aef3-f83d48582d97/device/0101010101010101/event/"
# The example of an uplink in ChirpStack's documentation ("Event types").
_UP = """{
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2022-07-18T09:34:15.775023242+00:00",
    "deviceInfo": {
        "tenantId": "52f14cd4-c6f1-4fbd-8f87-4025e1d49242", "tenantName": "ChirpStack",
        "applicationId": "17c82e96-be03-4f38-aef3-f83d48582d97", "applicationName": "Test application",
        "deviceProfileId": "14855bf7-d10d-4aee-b618-ebfcb64dc7ad", "deviceProfileName": "Test device-profile",
        "deviceName": "Test device", "devEui": "0101010101010101", "tags": {"key": "value"}
    },
    "devAddr": "00189440", "dr": 1, "fPort": 1, "data": "qg==",
    "rxInfo": [{
        "gatewayId": "0016c001f153a14c", "uplinkId": 4217106255, "rssi": -36, "snr": 10.5,
        "context": "E3OWOQ==", "metadata": {"region_name": "eu868", "region_common_name": "EU868"}
    }],
    "txInfo": {
        "frequency": 867100000,
        "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 11, "codeRate": "CR_4_5"}}
    }
}"""


def _up(**changed: Any) -> Up:
    _, event = events.read(_TOPIC + "up", json.dumps(json.loads(_UP) | changed).encode())
    assert isinstance(event, Up)
    return event


def test_the_documented_uplink():
    application, event = events.read(_TOPIC + "up", _UP.encode())
    assert application == "17c82e96-be03-4f38-aef3-f83d48582d97" and isinstance(event, Up)
    assert (event.dev_addr, event.dr, event.f_cnt, event.f_port, event.data) == ("00189440", 1, 0, 1, b"\xaa")
    assert event.time is not None and event.time.timestamp() == pytest.approx(1_658_136_855.775, abs=1e-3)


def test_what_newer_versions_write_out_is_the_same():
    written = _up(
        fCnt=0, confirmed=False, adr=False, object=None, regionConfigId="eu868", joinServerContext=None
    )
    assert written == _up()
    assert _up(data="", fPort=0).data == b"" and _up(rxInfo=[], txInfo=None).rx_info == []


def test_the_documented_log_is_counted_by_its_code():
    said = {"deviceInfo": {"devEui": "0101010101010101"}, "level": "ERROR", "code": "UPLINK_MIC"}
    _, event = events.read(
        _TOPIC + "log", json.dumps(said | {"context": {"deduplication_id": "4e91"}}).encode()
    )
    assert isinstance(event, Log) and (event.cause, event.queue_item_id) == ("chirpstack_uplink_mic", None)
    _, quiet = events.read(_TOPIC + "log", json.dumps(said | {"level": "INFO"}).encode())
    assert isinstance(quiet, Log) and quiet.cause is None


@settings(max_examples=2000, deadline=None)
@given(st.data())
def test_whatever_is_done_to_an_uplink_nothing_but_a_refusal_is_raised(data: st.DataObject):
    said = bytearray(_UP.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(said) - 1))
        said[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    topic = data.draw(
        st.sampled_from((_TOPIC + "up", _TOPIC + "log", _TOPIC + "txack", _TOPIC + "join", "a/b"))
    )
    try:
        events.read(topic, bytes(said))
    except Refused as refused:
        assert refused.cause.startswith("chirpstack_")


def test_pubacks_go_in_the_order_of_arrival_and_what_failed_gets_none():
    acknowledged: list[int] = []
    failed: list[None] = []
    acknowledging = Acknowledging(
        lambda message: acknowledged.append(message.number), lambda: failed.append(None)
    )
    stored = [Pending[bool]() for _ in range(3)]
    for number, pending in enumerate(stored, 1):
        acknowledging.follow(Incoming("up", b"", False, number), pending)
    acknowledging.follow(Incoming("log", b"", False, 4), None)
    stored[1].succeed(True)
    assert not acknowledged
    stored[0].succeed(True)
    assert acknowledged == [1, 2]
    stored[2].fail(OSError("full"))
    assert (acknowledged, len(failed)) == ([1, 2, 4], 1)


class _Broker:
    """Brings what it is told to, and notes what it may forget."""

    def __init__(self, receive: Callable[[Incoming], None]):
        self.bring = receive
        self.forgotten: list[int] = []

    async def run(self) -> None:
        await asyncio.Event().wait()

    def acknowledge(self, message: Incoming) -> None:
        self.forgotten.append(message.number)


class _Memory:
    """Knows one lamp."""

    async def units(self) -> list[Unit]:
        return [Unit("lamp-1", "lamp", "quai", "01" * 8, "00" * 8, 43.6, 1.44, "C")]

    async def sessions(self) -> list[Any]:
        return []


def test_what_a_fault_of_our_own_ends_does_not_come_for_ever():
    """Each would else keep one of the places that the broker has for what is under way to us."""

    async def brought() -> tuple[list[int], dict[str, int]]:
        told = log.Log(lambda: 0.0, "error", io.StringIO())
        counts = Counts(told)
        tasks = Tasks(told, counts)
        nobody: Any = None  # whoever takes an uplink: that is the fault
        memory: Any = _Memory()
        brokers: list[Any] = []

        def connect(_: tuple[str, ...], receive: Callable[[Any], None]) -> Any:
            brokers.append(_Broker(receive))
            return brokers[0]

        link = ChirpstackLink(SystemClock(), counts, tasks, memory, nobody, ("1",), connect, lambda _: 60.0)
        await link.start()
        brokers[0].bring(Incoming(_TOPIC + "up", _UP.encode(), False, 7))
        await asyncio.sleep(0.05)
        await tasks.stop()
        return brokers[0].forgotten, counts.rejected

    assert asyncio.run(brought()) == ([7], {"internal_error": 1})


def test_what_cannot_be_given_again_after_a_join_has_its_turn_once_more():
    class Broker:
        has_room = True

        def send(self, *_: Any) -> None:
            self.has_room = False

    async def ordered() -> Sent:
        counts = Counts(log.Log(lambda: 0.0, "error", io.StringIO()))
        broker: Any = Broker()
        nobody: Any = None
        downlinks = Downlinks(SystemClock(), counts, nobody, nobody, broker, lambda unit: 60.0)
        lamp = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")
        sending = asyncio.create_task(downlinks.send_now("17c82e96", Downlink(lamp, 30, b"", "a")))
        await asyncio.sleep(0)
        downlinks.joined(lamp)
        return await asyncio.wait_for(sending, 5)

    assert asyncio.run(ordered()) == Sent(False, "unreachable")

"""The real gateway and Mosquitto speak MQTT 5: the session, the limits, the refusals."""

import asyncio
import getpass
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from corolle_gateway.config import BrokerConfig
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.northbound import packets, packets5
from corolle_gateway.northbound.mqtt import MqttClient
from corolle_gateway.northbound.packets import Reader
from gateway_street import Street, join
from mqtt_broker import Broker, mosquitto_path
from radio_device import Device

_mosquitto = pytest.mark.skipif(mosquitto_path() is None, reason="the embedded broker speaks 3.1.1 alone")


class _Strict(Broker):
    """Mosquitto with limits and rules of the test's choice."""

    def __init__(self, folder: Path, *lines: str):
        super().__init__(folder)
        self.log = folder / "broker.log"
        self._lines = lines

    def _command(self) -> list[str]:
        config = self.folder / "strict.conf"
        own = f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1\nallow_anonymous true\n"
        tells = f"log_dest file {self.log}\nlog_type all\nmax_queued_messages 0\n"
        config.write_text(own + tells + "\n".join(self._lines) + "\n")
        return [str(mosquitto_path()), "-c", str(config)]


@contextmanager
def _street(folder: Path, *lines: str) -> Iterator[tuple[Street, _Strict, str]]:
    """A street, its broker, and what the gateway has to be told of it."""
    (folder / "broker").mkdir()
    broker = _Strict(folder / "broker", *lines)
    broker.start()
    street = Street(folder, broker.port)
    try:
        yield street, broker, f'url = "mqtt://127.0.0.1:{broker.port}"\nprotocol = "5"'
    finally:
        street.end()
        broker.stop()


@_mosquitto
def test_reports_orders_and_the_last_will_over_mqtt_5(tmp_path: Path):
    with _street(tmp_path, "max_inflight_messages 3") as (street, broker, keys):
        lamp = Device("lamp-1")
        gateway = street.gateway(lamp, broker=keys)
        city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
        join(lamp, forwarder)
        for _ in range(30):  # ten times as many as the broker takes at a time
            assert forwarder.push(lamp.report())
        city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(30))
        assert {body["id"] for body in city.of("lamp-1/report")} == {lamp.message_id(n) for n in range(31)}
        city.order("lamp-1", id="a", verb="level", value=40)
        assert forwarder.downlink() is not None
        city.wait_ack("lamp-1", "a", "sent")
        gateway.kill()
        city.wait("status", lambda body: body == {"state": "offline"})
        assert f"as corolle-quai-{gateway.name} (p5, c0, k30" in broker.log.read_text()
        city.publish("lamp-1/command", b'{"id": "b", "verb": "level", "value": 30}')
        gateway.start()  # the session is kept: what came meanwhile is heard
        city.wait_ack("lamp-1", "b", "accepted")


@_mosquitto
def test_a_topic_that_is_not_allowed_is_told_and_stops_nothing_else(tmp_path: Path):
    rules = tmp_path / "rules"
    rules.write_text("topic readwrite #\ntopic deny corolle/quai/+/+/event\n")
    with _street(tmp_path, f"acl_file {rules}") as (street, _, keys):
        lamp = Device("lamp-1")
        gateway = street.gateway(lamp, broker=keys)
        city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
        join(lamp, forwarder)
        assert forwarder.push(lamp.event(1, 1, 0))
        line = gateway.wait_log("cause=broker_message_refused")
        assert f"topic=corolle/quai/{gateway.name}/lamp-1/event" in line and "not authorized" in line
        assert forwarder.push(lamp.report(level_pct=77))
        city.wait("lamp-1/report", lambda body: body["level_pct"] == 77)
        assert not city.of("lamp-1/event")
        gateway.stop()
        rules.write_text("topic readwrite #\n")
        # The rule is mended, and what it had kept back was not lost.
    with _street_again(tmp_path, street.broker_port) as again:
        city = again.city(gateway).ready()
        gateway.start()
        city.wait("lamp-1/event", lambda body: body["event"] == "boot")
        gateway.kill()


@contextmanager
def _street_again(folder: Path, port: int) -> Iterator[Street]:
    broker = _Strict(folder / "broker")
    broker.port = port
    broker.start()
    street = Street(folder, port)
    try:
        yield street
    finally:
        street.end()
        broker.stop()


@_mosquitto
def test_what_is_too_long_for_the_broker_is_not_sent(tmp_path: Path):
    with _street(tmp_path, "max_packet_size 400") as (street, _, keys):
        lamp = Device("lamp-1")
        gateway = street.gateway(lamp, broker=keys)
        forwarder = street.forwarder(gateway)
        join(lamp, forwarder)
        line = gateway.wait_log("cause=broker_message_too_long")
        assert "at_most=400" in line
        gateway.wait_log("event=broker_subscribed")
        assert "cause=broker_lost" not in gateway.log.read_text()


@pytest.mark.parametrize("answer", [b"\x20\x02\x00\x01", b""])
def test_a_broker_of_3_1_1_alone_is_told_apart(answer: bytes):
    """One that refuses the version as it should, and one that cannot make anything of it."""

    def attend(kind: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    broker = _Scripted(attend)

    async def act(_: MqttClient, out: io.StringIO) -> None:
        await _until(lambda: 'protocol = \\"3.1.1\\"' in out.getvalue())

    assert "connected" not in asyncio.run(_with(broker, act))


_Attend = Callable[[int, bytes, asyncio.StreamWriter], None]


class _Scripted:
    """A broker that says what the test wants it to, and remembers what it was sent on each connection."""

    def __init__(self, attend: _Attend):
        self.heard: list[list[tuple[int, bytes]]] = []
        self._attend = attend

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard: list[tuple[int, bytes]] = []
        self.heard.append(heard)
        cut = Reader()
        while data := await reader.read(65_536):
            for kind, body in cut.packets(data):
                heard.append((kind, body))
                self._attend(kind, body, writer)
        writer.close()

    def published(self, connection: int) -> list[tuple[bool, str]]:
        """(sent before, payload) of each PUBLISH of a connection."""
        found = [
            (kind, packets5.incoming(kind, body)) for kind, body in self.heard[connection] if kind >> 4 == 3
        ]
        return [(bool(kind & 8), message.payload.decode()) for kind, message in found]


async def _with(broker: _Scripted, act: Callable[[MqttClient, io.StringIO], object]) -> str:
    """A client at a scripted broker, until `act` has come to its end; what it has logged."""
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    out = io.StringIO()
    log = Log(lambda: 0.0, "debug", out)
    where = BrokerConfig("127.0.0.1", port, False, None, None, None, None, None, "5")
    client = MqttClient("broker", "test", where, None, ("o",), log, Counts(log), lambda _: None, silent_s=1.0)
    running = asyncio.create_task(client.run())
    async with asyncio.timeout(15):
        await act(client, out)  # type: ignore[misc]
    running.cancel()
    server.close()
    return out.getvalue()


async def _until(reached: Callable[[], bool]) -> None:
    while not reached():
        await asyncio.sleep(0.01)


def test_after_a_loss_no_more_is_sent_again_than_the_broker_takes():
    """The first connection acknowledges nothing; the second takes 2 at a time, in a session it knows."""
    most = 0

    def attend(kind: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        if kind == packets.CONNECT:
            first = len(broker.heard) == 1
            writer.write(b"\x20\x03\x00\x00\x00" if first else b"\x20\x06\x01\x00\x03\x21\x00\x02")
        elif kind >> 4 == 3 and len(broker.heard) == 1:
            if len(broker.published(0)) == packets_first:
                writer.write(b"\xe0\x01\x8b")  # it shuts down
                writer.close()
        elif kind >> 4 == 3:
            waiting.append(packets5.incoming(kind, body).number)
            most = max(most, len(waiting))
            asyncio.get_running_loop().call_later(0.005, acknowledge, writer)

    def acknowledge(writer: asyncio.StreamWriter) -> None:
        writer.write(packets.puback(waiting.pop(0)))

    packets_first = 7
    waiting: list[int] = []
    done: list[int] = []
    broker = _Scripted(attend)

    async def act(client: MqttClient, _: io.StringIO) -> None:
        for number in range(packets_first):
            await client.publish("t", b"%d" % number, False, lambda number=number: done.append(number))
        await _until(lambda: len(broker.heard) == 2)
        await client.publish("t", b"new", False, lambda: done.append(-1))
        await _until(lambda: len(done) == packets_first + 1)

    log = asyncio.run(_with(broker, act))
    assert 'reason="the broker ends it: it is shutting down"' in log
    assert most == 2 and done == [*range(packets_first), -1]
    again = [(True, str(number)) for number in range(packets_first)]
    assert broker.published(1) == [*again, (False, "new")]


def test_a_session_that_the_broker_has_forgotten_begins_anew():
    def attend(kind: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if kind == packets.CONNECT:
            writer.write(b"\x20\x03\x00\x00\x00")  # no session present
        elif kind >> 4 == 3 and len(broker.heard) == 1:
            writer.close()
        elif kind >> 4 == 3:
            writer.write(packets.puback(packets5.incoming(kind, body).number))

    done: list[int] = []
    broker = _Scripted(attend)

    async def act(client: MqttClient, _: io.StringIO) -> None:
        await client.publish("t", b"0", False, lambda: done.append(0))
        await _until(lambda: done == [0])

    asyncio.run(_with(broker, act))
    assert broker.published(0) == broker.published(1) == [(False, "0")]  # 4.4: as if it was never sent


def test_a_full_broker_is_asked_again_later_and_malformed_packets_are_answered():
    def attend(kind: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if kind == packets.CONNECT:
            writer.write(b"\x20\x03\x01\x00\x00")
        elif kind >> 4 == 3:
            number = packets5.incoming(kind, body).number.to_bytes(2, "big")
            first = len(broker.heard) == 1
            writer.write(
                b"\x40\x03" + number + b"\x97" if first else b"\x40\x02" + number + b"\x30\x02\x00\x09"
            )

    done: list[int] = []
    broker = _Scripted(attend)

    async def act(client: MqttClient, out: io.StringIO) -> None:
        await client.publish("t", b"0", False, lambda: done.append(0))
        await _until(lambda: done == [0])
        await _until(lambda: "a PUBLISH that ends too early" in out.getvalue())
        await _until(lambda: broker.heard[1][-1] == (packets.DISCONNECT, b"\x81"))

    log = asyncio.run(_with(broker, act))
    assert 'reason="its quota is used up: it is asked again later"' in log
    assert broker.published(1) == [(True, "0")]

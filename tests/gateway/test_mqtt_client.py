"""The MQTT client against a broker that loses a PUBACK, and is not silent otherwise."""

import asyncio
import io
from collections.abc import Iterator

from corolle_gateway.config import BrokerConfig
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.northbound import packets
from corolle_gateway.northbound.mqtt import MqttClient
from corolle_gateway.northbound.packets import Reader

_CONNECT = 0x10
_CONNACK = b"\x20\x02\x00\x00"
_CONNACK_5 = b"\x20\x06\x00\x00\x03\x13\x00\x02"  # two seconds of keep-alive


class _Forgetful:
    """Acknowledges every PUBLISH but the first one that ever came, and tells that it lives all the time."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.connections = 0

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        cut = Reader()
        alive = asyncio.create_task(self._say_alive(writer))
        while data := await reader.read(65_536):
            for answer in self._answers(cut.packets(data)):
                writer.write(answer)
        alive.cancel()
        writer.close()

    def _answers(self, came: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
        for kind, body in came:
            if kind == _CONNECT:
                yield _CONNACK
            elif kind & 0xF0 == packets.PUBLISH:
                self.heard.append(packets.incoming(kind, body).payload)
                if len(self.heard) > 1:
                    yield packets.puback(packets.incoming(kind, body).number)

    @staticmethod
    async def _say_alive(writer: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(0.05)
            writer.write(b"\xd0\x00")  # PINGRESP


def test_a_lost_puback_takes_no_room_for_ever():
    async def run() -> _Forgetful:
        broker = _Forgetful()
        server = await asyncio.start_server(broker.attend, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        log = Log(lambda: 0.0, "error", io.StringIO())
        broker_at = BrokerConfig("127.0.0.1", port, False, None, None, None, None, None)
        client = MqttClient(
            "broker",
            "test",
            broker_at,
            None,
            (),
            log,
            Counts(log),
            lambda _: None,
            lambda: None,
            silent_s=0.5,
        )
        running = asyncio.create_task(client.run())
        done: list[int] = []
        async with asyncio.timeout(15):
            for number in range(60):
                await client.publish("t", b"%d" % number, False, lambda number=number: done.append(number))
            while len(done) < 60:
                await asyncio.sleep(0.05)
        running.cancel()
        server.close()
        assert sorted(done) == list(range(60))
        return broker

    broker = asyncio.run(run())
    assert broker.connections == 2
    assert broker.heard.count(b"0") == 2 and len(broker.heard) == 61


class _Busy:
    """Tells something at QoS 0 all the time, wants to hear something every two seconds, counts PINGREQs."""

    def __init__(self) -> None:
        self.pings = 0

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut = Reader()
        telling = asyncio.create_task(self._tell(writer))
        while data := await reader.read(65_536):
            for kind, _ in cut.packets(data):
                if kind == _CONNECT:
                    writer.write(_CONNACK_5)
                self.pings += kind == packets.PINGREQ[0]
        telling.cancel()
        writer.close()

    @staticmethod
    async def _tell(writer: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(0.05)
            writer.write(b"\x30\x05\x00\x01t\x00x")


def test_who_hears_much_and_says_nothing_tells_that_it_lives():
    """A broker ends a connection by which it has heard nothing for longer than the keep-alive."""

    async def run() -> int:
        broker = _Busy()
        server = await asyncio.start_server(broker.attend, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        log = Log(lambda: 0.0, "error", io.StringIO())
        at = BrokerConfig("127.0.0.1", port, False, None, None, None, None, None, protocol="5")
        heard: list[object] = []
        client = MqttClient("broker", "test", at, None, (), log, Counts(log), heard.append)
        running = asyncio.create_task(client.run())
        async with asyncio.timeout(15):
            while len(heard) < 90:
                await asyncio.sleep(0.05)
        client.begin_again("the test is over")
        running.cancel()
        await asyncio.sleep(0.05)  # the broker sees it go
        server.close()
        return broker.pings

    assert asyncio.run(run()) >= 2

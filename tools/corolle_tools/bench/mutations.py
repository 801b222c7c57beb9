"""`corolle bench mutations`: damaged datagrams and MQTT payloads, sent to the real gateway's real sockets."""

import json
import random
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from corolle_tools.bench.forwarder import Forwarder, datagram, push_data
from corolle_tools.bench.lamps import Lamp
from corolle_tools.bench.processes import TOPICS, Broker, Gateway

_LAMPS = 4
_AT_A_TIME = 100  # datagrams before the gateway is asked whether it has come so far
_PORTS = 256
_LONGEST_PAYLOAD = 40
_EXTREMES = (b"-1", b"0", b"1e999", b"NaN", b"null", b"[]", b'""', b"9" * 40, b"{" * 200)
_PULL_DATA, _TX_ACK = 2, 5
_ORDER = {"id": "a", "verb": "level", "value": 40, "for_s": 600, "author": "ops"}
_TRACES = ("event=internal_error", "Traceback", "Exception in callback", "exception was never retrieved")


@dataclass(frozen=True)
class Found:
    """What became of the mutations."""

    sent: int
    causes: dict[str, int]  # refused, by cause
    taken: int  # what was still whole enough
    escaped: int  # exceptions nobody expected, and one more if the gateway has ended

    def figures(self) -> dict[str, int]:
        """What --json prints."""
        refused = sum(self.causes.values())
        return {"sent": self.sent, "refused": refused, "taken": self.taken, "escaped": self.escaped}


def mutated(random_: random.Random, data: bytes) -> bytes:
    """`data` with one to four things done to it: bits, slices, ends and numbers."""
    for _ in range(random_.randint(1, 4)):
        a, b = sorted(random_.randrange(len(data) + 1) for _ in range(2))
        way = random_.randrange(6)
        if way == 0 and data:
            at = random_.randrange(len(data))
            data = data[:at] + bytes((data[at] ^ 1 << random_.randrange(8),)) + data[at + 1 :]
        elif way == 1:
            data = data[:a] + data[min(b, a + 8) :]
        elif way == 2:
            data = data[:a] + random_.randbytes(random_.randint(1, 8)) + data[a:]
        elif way == 3:
            data = data[:b] + data[a:b] + data[b:]
        elif way == 4:
            data = data[:b]
        else:
            data = data[:a] + random_.choice(_EXTREMES) + data[min(b, a + 4) :]
    return data


def bad_datagram(random_: random.Random, lamps: list[Lamp]) -> bytes:
    """A datagram that is wrong in one of its layers: itself, the frame in it, the payload in that."""
    token, lamp = random_.randrange(0x10000), random_.choice(lamps)
    way = random_.randrange(5)
    if way == 0:
        return mutated(random_, push_data(token, lamp.report()[1]))
    if way == 1:
        kind = random_.choice((_PULL_DATA, _TX_ACK))
        return mutated(random_, datagram(token, kind, b'{"txpk_ack":{"error":"TOO_LATE"}}'))
    if way == 2:
        return push_data(token, mutated(random_, lamp.report()[1]))
    if way == 3:
        return push_data(token, mutated(random_, lamp.join_request()))
    payload = random_.randbytes(random_.randrange(_LONGEST_PAYLOAD))
    return push_data(token, lamp.frame(random_.randrange(_PORTS), payload)[1])


def bad_order(random_: random.Random) -> bytes:
    """An order that is damaged, or that asks for something odd."""
    if random_.random() < 0.5:
        return mutated(random_, json.dumps(_ORDER).encode())
    odd: list[Any] = [None, -1, 1 << 70, 1.5, "", "x" * 300, [], {}, True, "level", "\0", "é"]
    return json.dumps(_ORDER | {random_.choice([*_ORDER, "until", "more"]): random_.choice(odd)}).encode()


def measure(count: int, seed: int) -> Found:
    """Send so many, half of them datagrams. Raises TimeoutError when the gateway no longer answers."""
    random_ = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="corolle-mutations-") as name:
        folder = Path(name)
        broker = Broker(folder)
        broker.start()
        lamps = [Lamp(number) for number in range(1, _LAMPS + 1)]
        gateway = Gateway(folder, broker.port, lamps)
        gateway.start()
        try:
            _send_datagrams(random_, gateway, lamps, count // 2)
            _send_orders(random_, broker, lamps, count - count // 2)
            Forwarder(gateway.port).pull()  # it still answers
        finally:
            status = gateway.stop()
            broker.stop()
        return _found(count, gateway, status)


def _send_datagrams(random_: random.Random, gateway: Gateway, lamps: list[Lamp], count: int) -> None:
    forwarder = Forwarder(gateway.port)
    forwarder.pull()
    for lamp in lamps:
        forwarder.join(lamp)
    for number in range(count):
        forwarder.send(bad_datagram(random_, lamps))
        if number % _AT_A_TIME == 0:
            forwarder.pull()
    forwarder.pull()
    forwarder.close()


def _send_orders(random_: random.Random, broker: Broker, lamps: list[Lamp], count: int) -> None:
    """As a city does; the broker hands them on at the gateway's pace and keeps the rest."""
    city = Client(CallbackAPIVersion.VERSION2, "bench-orders")
    answered = 0

    def publish() -> None:
        city.publish(f"{TOPICS}/{random_.choice(lamps).name}/command", bad_order(random_), qos=1)

    def published(*_: Any) -> None:
        nonlocal answered
        answered += 1
        if answered + 20 <= count:
            publish()

    city.on_publish = published
    city.connect("127.0.0.1", broker.port)
    for _ in range(min(20, count)):
        publish()
    _pump(city, lambda: answered >= count)
    told = _orders_told(city, broker)
    _pump(city, told)
    city.disconnect()


def _orders_told(city: Client, broker: Broker) -> Callable[[], bool]:
    """Whether a last order, which is a good one, has been accepted: then all before it have been read."""
    reached = False

    def heard(_: Client, __: Any, message: Any) -> None:
        nonlocal reached
        body = json.loads(message.payload)
        reached = reached or (body["id"], body["status"]) == ("the-last", "accepted")

    city.on_message = heard
    city.subscribe(f"{TOPICS}/lamp-00001/ack", qos=1)
    order = json.dumps(_ORDER | {"id": "the-last"})
    city.publish(f"{TOPICS}/lamp-00001/command", order, qos=1)
    return lambda: reached


def _pump(city: Client, reached: Callable[[], bool]) -> None:
    while not reached():
        city.loop()


def _found(count: int, gateway: Gateway, status: int) -> Found:
    with sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True) as db:
        causes = dict(db.execute("SELECT name, n FROM counts WHERE kind = 'rejected'"))
        done = dict(db.execute("SELECT name, n FROM counts WHERE kind = 'done'"))
    log = gateway.log.read_text()
    escaped = sum(log.count(trace) for trace in _TRACES) + (status != 0) + causes.get("internal_error", 0)
    taken = sum(done.get(name, 0) for name in ("uplinks", "joins", "duplicates", "commands_accepted"))
    return Found(count, causes, taken, escaped)

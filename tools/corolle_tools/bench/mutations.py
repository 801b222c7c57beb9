"""`corolle bench mutations`: damaged datagrams and MQTT payloads, sent to the real gateway's real sockets."""

import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from corolle_tools.bench import bad_events
from corolle_tools.bench.damage import mutated
from corolle_tools.bench.forwarder import Forwarder, datagram, push_data
from corolle_tools.bench.lamps import Lamp
from corolle_tools.bench.processes import TOPICS, Broker, Gateway
from corolle_tools.bench.progress import Tell, quiet

_LAMPS = 4
_STRANGER = 999  # a device that ChirpStack has and the gateway does not
_IN_FLIGHT = 20
_PATIENCE_S = 1.0  # before a good one is said again
_STUCK_S = 60.0  # so long without an answer
_AT_A_TIME = 100  # datagrams before the gateway is asked whether it has come so far
_PORTS = 256
_LONGEST_PAYLOAD = 40
_PULL_DATA, _TX_ACK = 2, 5
_ORDER = {"id": "a", "verb": "level", "value": 40, "for_s": 600, "author": "ops"}
Message = tuple[str, bytes]  # topic, payload
_TAKEN = ("uplinks", "joins", "duplicates", "commands_accepted", "chirpstack_events")
_TRACES = ("event=internal_error", "Traceback", "Exception in callback", "exception was never retrieved")


@dataclass(frozen=True)
class Found:
    """What became of the mutations. One may be both: an uplink is taken before its payload is refused."""

    sent: int
    causes: dict[str, int]  # refused, by cause
    taken: int  # what was still whole enough
    escaped: int  # exceptions nobody expected, and one more if the gateway has ended

    def figures(self) -> dict[str, int]:
        """What --json prints."""
        refused = sum(self.causes.values())
        return {"sent": self.sent, "refused": refused, "taken": self.taken, "escaped": self.escaped}


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


def measure(count: int, seed: int, tell: Tell = quiet) -> Found:
    """Send so many, a third each datagrams, orders and events of a ChirpStack's.

    Raises TimeoutError when the gateway no longer answers.
    """
    random_ = random.Random(seed)
    third = count // 3
    with tempfile.TemporaryDirectory(prefix="corolle-mutations-") as name:
        folder = Path(name)
        broker = Broker(folder)
        broker.start()
        try:
            of_its_own = _of_its_own(random_, folder / "lorawan", broker, third, count - 2 * third, tell)
            behind = _behind_chirpstack(random_, folder / "chirpstack", broker, third, tell)
        finally:
            broker.stop()
    causes = {
        cause: of_its_own.causes.get(cause, 0) + behind.causes.get(cause, 0)
        for cause in {*of_its_own.causes, *behind.causes}
    }
    return Found(count, causes, of_its_own.taken + behind.taken, of_its_own.escaped + behind.escaped)


def _of_its_own(
    random_: random.Random, folder: Path, broker: Broker, datagrams: int, orders: int, tell: Tell
) -> Found:
    """A gateway with a network server of its own."""
    lamps = [Lamp(number) for number in range(1, _LAMPS + 1)]
    gateway = _started(Gateway(folder, broker.port, lamps))
    try:
        _send_datagrams(random_, gateway, lamps, datagrams, tell)
        _send_orders(random_, broker, lamps, orders, tell)
        Forwarder(gateway.port).pull()  # it still answers
    finally:
        status = gateway.stop()
    return _found(datagrams + orders, gateway, status)


def _behind_chirpstack(random_: random.Random, folder: Path, broker: Broker, count: int, tell: Tell) -> Found:
    """A gateway that takes a ChirpStack's events."""
    lamps = [Lamp(number) for number in range(1, _LAMPS + 2)]
    radio = bad_events.SECTION.replace("BROKER", str(broker.port))
    gateway = _started(Gateway(folder, broker.port, lamps, radio=radio))
    try:
        _send_events(random_, broker, lamps, count, tell)
    finally:
        status = gateway.stop()
    return _found(count, gateway, status)


def _started(gateway: Gateway) -> Gateway:
    gateway.start()
    return gateway


def _send_datagrams(
    random_: random.Random, gateway: Gateway, lamps: list[Lamp], count: int, tell: Tell
) -> None:
    forwarder = Forwarder(gateway.port)
    forwarder.pull()
    for lamp in lamps:
        forwarder.join(lamp)
    for number in range(count):
        forwarder.send(bad_datagram(random_, lamps))
        if number % _AT_A_TIME == 0:
            forwarder.pull()
            tell("datagrams", number, count)
    forwarder.pull()
    forwarder.close()


def _send_orders(random_: random.Random, broker: Broker, lamps: list[Lamp], count: int, tell: Tell) -> None:
    """As a city does."""

    def bad(_: int) -> Message:
        return f"{TOPICS}/{random_.choice(lamps).name}/command", bad_order(random_)

    def good(number: int) -> Message:
        return f"{TOPICS}/lamp-00001/command", json.dumps(_ORDER | {"id": f"good-{number}"}).encode()

    answers = f"{TOPICS}/lamp-00001/ack"
    _publish(broker, count, bad, good, answers, lambda done: tell("orders", done, count))


def _send_events(random_: random.Random, broker: Broker, lamps: list[Lamp], count: int, tell: Tell) -> None:
    """As a ChirpStack does. Of the last lamp nothing damaged is told."""
    *damaged, whole = lamps
    damaged.append(Lamp(_STRANGER))

    def bad(number: int) -> Message:
        return bad_events.bad_event(random_, damaged, number)

    def good(number: int) -> Message:
        return bad_events.good_up(whole, *whole.report_payload(), number)

    answers = f"{TOPICS}/{whole.name}/report"
    _publish(broker, count, bad, good, answers, lambda done: tell("ChirpStack's events", done, count))


def _publish(
    broker: Broker,
    count: int,
    bad: Callable[[int], Message],
    good: Callable[[int], Message],
    answers_on: str,
    told: Callable[[int], None],
) -> None:
    """So many, between good ones that are answered: at first the gateway may not listen yet, and after the
    last answer it has read all that came before. The broker hands them on at the gateway's pace.
    Raises TimeoutError.
    """
    client = Client(CallbackAPIVersion.VERSION2, "bench-mutations")
    sent = answered = heard = 0

    def publish() -> None:
        nonlocal sent
        sent += 1
        client.publish(*bad(sent), qos=1)

    def published(*_: Any) -> None:
        nonlocal answered
        answered += 1
        if sent < count:
            publish()

    def on_answer(_: Client, __: Any, message: Any) -> None:
        nonlocal heard
        heard += message.payload.count(b"good-") or answers_on.endswith("report")

    client.on_message = on_answer
    client.connect("127.0.0.1", broker.port)
    client.subscribe(answers_on, qos=1)
    number = _say_until(client, good, 0, lambda: heard > 0)
    client.on_publish = published
    for _ in range(min(_IN_FLIGHT, count)):
        publish()
    moved_s, seen = time.monotonic(), 0
    while answered < count:
        client.loop()
        told(answered)
        moved_s, seen = (time.monotonic(), answered) if answered > seen else (moved_s, seen)
        if time.monotonic() > moved_s + _STUCK_S:
            raise TimeoutError(f"of {count} messages the broker has taken {answered}, and no more")
    client.on_publish = None
    before = heard
    _say_until(client, good, number, lambda: heard > before)
    client.disconnect()


def _say_until(client: Client, good: Callable[[int], Message], number: int, done: Callable[[], bool]) -> int:
    """Publish good ones, numbered on from `number`, until one is answered; the last number.

    Raises TimeoutError.
    """
    begun_s = time.monotonic()
    while not done():
        if time.monotonic() > begun_s + _STUCK_S:
            raise TimeoutError(f"the gateway has not answered for {_STUCK_S:.0f} s")
        number += 1
        client.publish(*good(number), qos=1)
        end_s = time.monotonic() + _PATIENCE_S
        while not done() and time.monotonic() < end_s:
            client.loop(0.05)
    return number


def _found(count: int, gateway: Gateway, status: int) -> Found:
    with sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True) as db:
        causes = dict(db.execute("SELECT name, n FROM counts WHERE kind = 'rejected'"))
        done = dict(db.execute("SELECT name, n FROM counts WHERE kind = 'done'"))
    log = gateway.log.read_text()
    escaped = sum(log.count(trace) for trace in _TRACES) + (status != 0) + causes.get("internal_error", 0)
    taken = sum(done.get(name, 0) for name in _TAKEN)
    return Found(count, causes, taken, escaped)

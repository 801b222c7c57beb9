"""`corolle bench kill`: kill -9 at random moments while the city's broker is up, down or flapping."""

import json
import random
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corolle_gateway.northbound.mqtt import IN_FLIGHT
from corolle_gateway.northbound.publisher import MOST_UNSETTLED
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from corolle_tools.bench.forwarder import Forwarder, push_data
from corolle_tools.bench.lamps import Lamp
from corolle_tools.bench.processes import TOPICS, Broker, Gateway
from corolle_tools.bench.progress import Tell, quiet

WEATHERS = ("up", "down", "flapping")
_LAMPS = 5
_LIFE_S = 0.05, 0.6  # from a start to its kill
_PAUSE_S = 0.0007  # between two uplinks
_FLAP_S = 0.15
_EVENT_EVERY = 10
_BOOT_EVENT = 1
_PATIENCE_S = 60.0
_QUIET_S = 2.0  # so long nothing new: all has come


@dataclass(frozen=True)
class Toll:
    """What became of all uplinks that the gateway had acknowledged."""

    kills: int
    acknowledged: int
    delivered: int  # of the acknowledged ones
    lost: int
    duplicates: int  # deliveries beyond the first of the same id
    at_most: int  # so many duplicates are promised, for so many kills and losses of the broker

    @property
    def is_as_promised(self) -> bool:
        """Whether nothing is lost, and no more came twice than may."""
        return not self.lost and self.duplicates <= self.at_most

    def figures(self) -> dict[str, int]:
        """What --json prints."""
        return asdict(self)


class City:
    """Subscribed at QoS 1 with a session of its own: the broker keeps what comes while it is away."""

    def __init__(self, port: int):
        self.told: Counter[str] = Counter()
        self.heard_s = time.monotonic()
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, "bench-city", clean_session=False)
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._heard
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def wait_ready(self) -> None:
        """Until it is subscribed. Raises TimeoutError."""
        if not self._ready.wait(_PATIENCE_S):
            raise TimeoutError("the broker does not answer the city")

    def close(self) -> None:
        """Go away."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, client: Client, *_: Any) -> None:
        client.subscribe([(f"{TOPICS}/+/report", 1), (f"{TOPICS}/+/event", 1)])

    def _heard(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        told_as = json.loads(message.payload)["id"]
        if not (message.dup and told_as in self.told):  # else it is the broker that says it once more
            self.told[told_as] += 1
        self.heard_s = time.monotonic()


def measure(kills: int, seed: int, tell: Tell = quiet) -> Toll:
    """Kill so many times. Raises TimeoutError when the gateway does not come back."""
    with tempfile.TemporaryDirectory(prefix="corolle-kill-") as name:
        folder = Path(name)
        broker = Broker(folder)
        broker.start()
        lamps = [Lamp(number) for number in range(1, _LAMPS + 1)]
        gateway = Gateway(folder, broker.port, lamps)
        city = City(broker.port)
        try:
            city.wait_ready()
            return _killed(kills, random.Random(seed), gateway, broker, city, lamps, tell)
        finally:
            city.close()
            gateway.kill()
            broker.stop()


def _killed(
    kills: int,
    moments: random.Random,
    gateway: Gateway,
    broker: Broker,
    city: City,
    lamps: list[Lamp],
    tell: Tell,
) -> Toll:
    gateway.start()
    forwarder = Forwarder(gateway.port)
    forwarder.pull()
    for lamp in lamps:
        forwarder.join(lamp)
    acknowledged: set[str] = set()
    losses = 0
    for number in range(kills):
        tell("kills", number, kills)
        flapping = _Flapping(broker, WEATHERS[number % len(WEATHERS)])
        sent = _uplinks(forwarder, lamps, moments.uniform(*_LIFE_S))
        gateway.kill()
        time.sleep(0.05)
        forwarder.receive()
        acknowledged |= {sent[token] for token in forwarder.acknowledged if token in sent}
        forwarder.acknowledged.clear()
        losses += flapping.end()
        gateway.start()
        forwarder.pull()
    forwarder.close()
    _wait_quiet(city, acknowledged)
    told = city.told
    delivered = len(acknowledged & set(told))
    return Toll(
        kills=kills,
        acknowledged=len(acknowledged),
        delivered=delivered,
        lost=len(acknowledged) - delivered,
        duplicates=sum(told.values()) - len(told),
        at_most=kills * MOST_UNSETTLED + losses * IN_FLIGHT,
    )


def _uplinks(forwarder: Forwarder, lamps: list[Lamp], life_s: float) -> dict[int, str]:
    """Send until it is time to kill: ids by token."""
    sent: dict[int, str] = {}
    end_s = time.monotonic() + life_s
    while time.monotonic() < end_s:
        token = len(sent) + 1
        lamp = lamps[token % len(lamps)]
        is_event = token % _EVENT_EVERY == 0
        sent[token], phy = lamp.event(_BOOT_EVENT, 0, 0) if is_event else lamp.report()
        forwarder.send(push_data(token, phy))
        forwarder.receive()
        time.sleep(_PAUSE_S)
    return sent


class _Flapping:
    """What the city's broker does until end(): it runs, it is away, or it comes and goes."""

    def __init__(self, broker: Broker, weather: str):
        self._broker = broker
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._losses = 0
        if weather != "up":
            self._stop()
        if weather == "flapping":
            self._thread = threading.Thread(target=self._flap)
            self._thread.start()
        self._was_up = weather == "up"

    def end(self) -> int:
        """The broker is there again; how often it has gone."""
        self._ended.set()
        if self._thread:
            self._thread.join()
        if not self._was_up:
            self._broker.start()
        return self._losses

    def _stop(self) -> None:
        self._broker.stop()
        self._losses += 1

    def _flap(self) -> None:
        while not self._ended.is_set():
            self._broker.start()
            self._ended.wait(_FLAP_S)
            self._stop()
            self._ended.wait(_FLAP_S)


def _wait_quiet(city: City, wanted: set[str]) -> None:
    """Until all has come and nothing more comes, or for as long as patience lasts: then it is lost."""
    end_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end_s:
        if wanted <= set(city.told) and time.monotonic() - city.heard_s > _QUIET_S:
            return
        time.sleep(0.2)

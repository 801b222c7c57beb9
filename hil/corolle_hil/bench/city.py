"""The city's side of a rig: orders to a unit over MQTT, and what its gateway tells of them."""

import json
import queue
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from corolle_hil.bench.rig import Record

_CONNECT_S = 10.0
_HEARD = ("ack", "report", "event", "entity")


@dataclass(frozen=True)
class Broker:
    """Where a gateway publishes; `topics` is what its topics begin with: corolle/SITE/GATEWAY."""

    host: str
    port: int
    topics: str
    user: str | None = None
    password: str | None = None
    tls: bool = False


class City:
    """A client of the gateway's broker. Raises OSError when the broker is not there or lets nobody in."""

    def __init__(self, broker: Broker):
        self._broker = broker
        self._coming: queue.SimpleQueue[tuple[str, Record]] = queue.SimpleQueue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, f"bench-{secrets.token_hex(4)}")
        if broker.user is not None:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            self._client.tls_set()
        subscribed = threading.Event()
        self.online = threading.Event()
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._connect()
        self._client.loop_start()
        self._client.subscribe([(f"{broker.topics}/+/{kind}", 1) for kind in _HEARD])
        self._client.subscribe(f"{broker.topics}/status", 1)
        if not subscribed.wait(_CONNECT_S):
            self.close()
            raise TimeoutError(
                f"{broker.host}:{broker.port}: no answer to a subscription in {_CONNECT_S:g} s"
            )

    def _connect(self) -> None:
        try:
            self._client.connect(self._broker.host, self._broker.port)
        except OSError as error:
            where = f"{self._broker.host}:{self._broker.port}"
            raise ConnectionError(f"the gateway's broker at {where}: {error.strerror or error}") from None

    def order(self, unit: str, verb: str, value: int, for_s: int) -> str:
        """Publish an order; its number. Raises OSError when the broker does not take it."""
        number = secrets.token_hex(6)
        said = {"id": number, "verb": verb, "value": value, "for_s": for_s, "author": "bench"}
        published = self._client.publish(f"{self._broker.topics}/{unit}/command", json.dumps(said), qos=1)
        published.wait_for_publish(_CONNECT_S)
        if not published.is_published():
            raise TimeoutError(f"{self._broker.host}:{self._broker.port}: the broker does not take an order")
        return number

    def take(self) -> Sequence[tuple[str, Record]]:
        """What has come since the last call: (kind of message, what it says)."""
        came = []
        while not self._coming.empty():
            came.append(self._coming.get())
        return came

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        kind = message.topic.rpartition("/")[2]
        told = json.loads(message.payload)
        if kind == "status":
            (self.online.set if told.get("state") == "online" else self.online.clear)()
        elif not message.retain:
            self._coming.put((kind, told | {"unit": message.topic.split("/")[-2]}))

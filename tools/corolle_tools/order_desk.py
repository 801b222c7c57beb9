"""Orders over MQTT: publish one on a unit's command topic, hear what is answered on its ack topic."""

import json
import queue
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt

from corolle_tools.broker_url import BrokerUrl

_CONNECT_S = 5.0
_RETAINED_S = 1.0  # retained messages follow a subscription at once


class Listener:
    """A connected client with its subscriptions. Raises OSError when the broker is not there."""

    def __init__(self, broker: BrokerUrl, *topics: str):
        self._heard: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        subscribed = threading.Event()
        self.client = broker.client()
        self.client.on_message = lambda _client, _data, message: self._heard.put(message)
        self.client.on_subscribe = lambda *_: subscribed.set()
        try:
            self.client.connect(broker.host, broker.port)
        except OSError as error:
            raise ConnectionError(f"no broker at {broker}: {error.strerror or error}") from error
        self.client.loop_start()
        self.client.subscribe([(topic, 1) for topic in topics])
        if not subscribed.wait(_CONNECT_S):
            self.close()
            raise TimeoutError(f"the broker at {broker} does not let us in")

    def next(self, timeout_s: float) -> mqtt.MQTTMessage | None:
        """The next message, or None."""
        try:
            return self._heard.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None

    def close(self) -> None:
        """Leave."""
        self.client.disconnect()
        self.client.loop_stop()


class OrderDesk:
    """Where orders to one unit are given; `topic` is the unit's, as corolle/SITE/GATEWAY/UNIT."""

    def __init__(self, broker: BrokerUrl, topic: str):
        self._topic = topic
        self._listener = Listener(broker, f"{topic}/ack")
        self._order_id = ""

    def give(self, order: dict[str, Any]) -> None:
        """Publish an order. Raises OSError when the broker does not take it."""
        self._order_id = order["id"]
        published = self._listener.client.publish(f"{self._topic}/command", json.dumps(order), qos=1)
        published.wait_for_publish(_CONNECT_S)
        if not published.is_published():
            raise TimeoutError("the broker does not take the order")

    def next_answer(self, timeout_s: float) -> dict[str, Any] | None:
        """The next answer to the order given, or None."""
        deadline = time.monotonic() + timeout_s
        while message := self._listener.next(deadline - time.monotonic()):
            answer = _object(message.payload)
            if answer.get("id") == self._order_id:
                return answer
        return None

    def __enter__(self) -> "OrderDesk":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


def _object(payload: bytes | bytearray) -> dict[str, Any]:
    """A JSON object; empty for anything else that somebody has published there."""
    try:
        read = json.loads(payload)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def units_of(broker: BrokerUrl) -> dict[str, str]:
    """The topics of the units a broker knows, by name: their entities are retained there."""
    listener = Listener(broker, "corolle/+/+/+/entity")
    topics = {}
    while message := listener.next(_RETAINED_S):
        topic = message.topic.removesuffix("/entity")
        topics[topic.rpartition("/")[2]] = topic
    listener.close()
    return dict(sorted(topics.items()))

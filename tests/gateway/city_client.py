"""The city: an MQTT client that reads what a gateway publishes, and gives orders."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from gateway_process import PATIENCE_S
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

_numbers = itertools.count(1)


class City:
    """Subscribed to all of one gateway's topics, or to some of them."""

    def __init__(self, port: int, gateway: str, topics: str = "#"):
        self.base = f"corolle/quai/{gateway}"
        self._topics = topics
        self.messages: list[tuple[str, Any, bool]] = []  # (topic below the gateway, body, retained)
        self._told: list[tuple[str, bytes | bytearray]] = []
        self._arrived = threading.Condition()
        self._subscribed = threading.Event()
        # A session of its own, so that the broker keeps what is published while it is away.
        client_id = f"city-{gateway}-{next(_numbers)}"
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, clean_session=False)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def ready(self) -> "City":
        """Wait for the subscription."""
        assert self._subscribed.wait(PATIENCE_S)
        return self

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Anything, anywhere below the gateway."""
        self._client.publish(f"{self.base}/{topic}", payload, qos=1, retain=retain).wait_for_publish(
            PATIENCE_S
        )

    def order(self, unit: str, **order: Any) -> None:
        """A command, as soon as the gateway listens: it says so only then."""
        self.wait("status", lambda body: body["state"] == "online")
        self.publish(f"{unit}/command", json.dumps(order).encode())

    def of(self, topic: str) -> list[Any]:
        """All bodies that came on a topic so far."""
        with self._arrived:
            return [body for at, body, _ in self.messages if at == topic]

    def told(self) -> list[tuple[str, Any]]:
        """All that came from the gateway so far: whole topics, and bodies as nobody has changed them."""
        with self._arrived:
            return [(topic, json.loads(payload)) for topic, payload in self._told]

    def wait(
        self, topic: str, wanted: Callable[[Any], bool] = lambda body: True, wait_s: float = PATIENCE_S
    ) -> Any:
        """The first body on a topic that is as wanted."""
        end = time.monotonic() + wait_s
        looked_at = 0
        with self._arrived:
            while True:
                for at, body, _ in self.messages[looked_at:]:
                    if at == topic and wanted(body):
                        return body
                looked_at = len(self.messages)
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"nothing wanted on {topic} among {self.messages}")
                self._arrived.wait(left)

    def wait_ack(self, unit: str, command_id: str, status: str, wait_s: float = PATIENCE_S) -> Any:
        """The ack of a command with a status."""
        return self.wait(
            f"{unit}/ack", lambda body: (body["id"], body["status"]) == (command_id, status), wait_s
        )

    def wait_rejected(self, cause: str, count: int = 1, wait_s: float = PATIENCE_S) -> Any:
        """The status that says that so many were refused for a cause."""
        return self.wait("status", lambda body: body.get("rejected", {}).get(cause, 0) >= count, wait_s)

    def _on_connect(self, client: Client, *_: Any) -> None:
        client.subscribe(f"{self.base}/{self._topics}", qos=1)

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        topic = message.topic.removeprefix(self.base + "/")
        body = json.loads(message.payload) if not topic.endswith("command") else message.payload
        with self._arrived:
            self.messages.append((topic, body, message.retain))
            if body is not message.payload:
                self._told.append((message.topic, message.payload))
            self._arrived.notify_all()

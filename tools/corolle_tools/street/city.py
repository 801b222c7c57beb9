"""The city's ear: what comes over MQTT, as records like those of the world."""

import json
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt

from corolle_tools.broker_url import BrokerUrl

Record = dict[str, Any]

# The last level of a topic is the type of its record. Entities repeat the report in the city's vocabulary.
_TYPES = ("report", "service", "reading", "event", "sanitary", "alarm", "command", "ack", "alarms", "status")
_GATEWAYS = ("alarms", "status")  # one of a gateway, retained: how things stand now


class City:
    """A subscriber to everything one site publishes."""

    def __init__(self, broker: BrokerUrl, site: str, on_record: Callable[[Record], None]):
        self.gateway_online = threading.Event()
        self._subscribed = threading.Event()
        whose = {kind: "+" if kind in _GATEWAYS else "+/+" for kind in _TYPES}
        self._topics = [(f"corolle/{site}/{names}/{kind}", 1) for kind, names in whose.items()]
        self._on_record = on_record
        self._broker = broker
        self._client = broker.client()
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._hear

    def open(self, timeout_s: float) -> None:
        """Connect and subscribe. Raises OSError when the broker cannot be reached or does not answer."""
        self._client.connect(self._broker.host, self._broker.port)
        self._client.loop_start()
        if not self._subscribed.wait(timeout_s):
            self.close()
            raise TimeoutError(f"no answer in {timeout_s:.0f} s")

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe(self._topics)

    def _hear(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        kind = message.topic.rpartition("/")[2]
        try:
            content = json.loads(message.payload)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            content = {"error": "not a JSON object", "topic": message.topic}
        if kind == "status":
            (self.gateway_online.set if content.get("state") == "online" else self.gateway_online.clear)()
        elif message.retain and kind not in _GATEWAYS:
            return  # an earlier run's, kept by the broker
        unit = {} if kind in _GATEWAYS else {"unit": message.topic.split("/")[-2]}
        self._on_record({"type": kind, "source": "city", **unit, **content})

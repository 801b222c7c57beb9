"""An hour of the street as it comes over MQTT, held against the AsyncAPI document."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from asyncapi_document import channel_of, hold
from corolle_tools import running
from corolle_tools.broker_url import BrokerUrl
from corolle_tools.street.ledger import unix_s
from paho.mqtt.client import Client, MQTTMessage
from street_process import StreetProcess

_HOUR_S = 3600 + 1200  # what is told once an hour, a report after it has passed, comes for certain


class _Recorder:
    """All that the gateway publishes: whole topics, and bodies as they came."""

    def __init__(self, broker: BrokerUrl, site: str):
        self.messages: list[tuple[str, bytes | bytearray]] = []
        self._subscribed = threading.Event()
        self._client: Client = broker.client()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._keep
        self._client.connect(broker.host, broker.port)
        self._client.subscribe(f"corolle/{site}/#", 1)
        self._client.loop_start()
        assert self._subscribed.wait(20)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _keep(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if not message.topic.endswith("/command"):  # these the city publishes
            self.messages.append((message.topic, message.payload))


@pytest.fixture
def hour(tmp_path: Path) -> Iterator[list[tuple[str, bytes | bytearray]]]:
    """A lamp that goes dark for a while, a canopy, an order."""
    state = tmp_path / "state"
    units = "--lamps", "1", "--canopies", "1", "--break", "lamp-01:lampFailure:10m:25m"
    street = StreetProcess(state, *units, "--speed", "480")
    (first, *_) = street.wait_for(lambda record: record["type"] == "decision" and record["time"] != "-")
    end_s = (unix_s(first["time"]) or 0.0) + _HOUR_S
    known = running.find(state)
    recorder = _Recorder(BrokerUrl.parse(known.broker), known.site)
    assert street.command("lamp-01", "level", "40", "--for", "10m", "--author", "tester").exit_code == 0
    street.wait_for(lambda record: (unix_s(record.get("time")) or 0.0) > end_s)
    status, _ = street.end()
    recorder.close()
    assert status == 0
    yield recorder.messages


def test_an_hour_of_the_street_is_as_documented(hour: list[tuple[str, bytes | bytearray]]):
    hold([(topic, json.loads(payload)) for topic, payload in hour])
    seen = {channel_of(topic) for topic, _ in hour}
    leaves = {topic.rpartition("/")[2] for topic, _ in hour}
    assert None not in seen
    assert {"report", "service", "event", "entity", "alarm", "alarms", "ack", "status"} <= leaves
    assert sum(topic.endswith("/report") for topic, _ in hour) >= 2 * 3

"""What Home Assistant is told, held against its documented keys; and what it orders, against our orders."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import home_assistant_keys as documented
import pytest
from corolle.wire import codec
from corolle.wire.schema import CANOPY_REPORT, LAMP_REPORT
from corolle_gateway.hub import bodies, orders
from corolle_gateway.model import Radio, Unit, Uplink
from corolle_gateway.northbound import home_assistant_units as units
from corolle_gateway.northbound.smart_data_models import entity
from corolle_gateway.northbound.topics import Topics
from gateway_process import PATIENCE_S
from gateway_street import Street, join
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from radio_device import Device

_TOPICS = Topics("quai", "gw")
_OBJECT_ID = re.compile(r"[a-zA-Z0-9_-]+")
_SWITCHED_ON = '[home_assistant]\nprefix = "homeassistant"\nlanguage = "en"\n'


def _unit(kind: str) -> Unit:
    return Unit(f"{kind}.1", kind, "quai", f"{len(kind):016x}", "00" * 8, 43.6, 1.44, "C")


def _payload(kind: str, language: str = "en") -> dict[str, Any]:
    if kind == "gateway":
        return json.loads(json.dumps(units.gateway("gw", "corolle_quai_gw", _TOPICS, language)))
    return json.loads(json.dumps(units.device(_unit(kind), _TOPICS, "corolle_quai_gw", language)))


@pytest.mark.parametrize("kind", ["lamp", "canopy", "gateway"])
def test_every_key_is_documented_and_what_is_required_is_there(kind: str):
    payload = _payload(kind)
    assert payload.keys() <= documented.PAYLOAD and {"device", "origin", "components"} <= payload.keys()
    assert payload["device"].keys() <= documented.DEVICE and payload["device"]["identifiers"]
    assert payload["origin"].keys() <= documented.ORIGIN and "name" in payload["origin"]
    for each in payload.get("availability", []):
        assert "topic" in each and each.keys() <= documented.AVAILABILITY
    assert payload.get("availability_mode", "latest") in documented.AVAILABILITY_MODES
    for part in payload["components"].values():
        platform = part["platform"]
        assert part.keys() <= documented.KEYS[platform] and documented.REQUIRED[platform] <= part.keys()
        assert part.get("entity_category", "config") in documented.ENTITY_CATEGORIES
        assert platform not in documented.CLASSES or part["device_class"] in documented.CLASSES[platform]
    ids = [part["unique_id"] for part in payload["components"].values()]
    assert len(set(ids)) == len(ids) and all(map(_OBJECT_ID.fullmatch, ids))


@pytest.mark.parametrize("kind", ["lamp", "canopy", "gateway"])
def test_sensors_have_units_that_their_class_allows(kind: str):
    found = [part for part in _payload(kind)["components"].values() if part["platform"] == "sensor"]
    assert len(found) >= 3
    for part in found:
        device_class, state_class = part.get("device_class"), part.get("state_class")
        assert part.get("unit_of_measurement") in documented.SENSOR_UNITS[device_class]
        assert state_class in documented.STATE_CLASSES
        assert device_class not in documented.TOTALS or state_class == "total_increasing"


@pytest.mark.parametrize("kind", ["lamp", "canopy", "gateway"])
def test_names_are_in_the_configured_language(kind: str):
    french, english = (_payload(kind, language) for language in ("fr", "en"))
    assert french["device"]["model"] != english["device"]["model"]
    for key, part in french["components"].items():
        other = english["components"][key]
        assert part["unique_id"] == other["unique_id"]  # who changes the language keeps what was recorded
        assert (part["name"] is None) == (other["name"] is None)
        assert part["name"] is None or "|" not in part["name"]
    assert _payload("lamp", "fr")["components"]["energy"]["name"] == "Énergie"
    assert _payload("canopy", "en")["components"]["auto"]["name"] == "Back to automatic"


def _written(kind: str) -> Iterator[str]:
    """Every order that can be given without a template."""
    for part in _payload(kind)["components"].values():
        assert part.get("command_topic", f"corolle/quai/gw/{kind}.1/command").endswith(f"/{kind}.1/command")
        for key in ("payload_press", "payload_open", "payload_close", "command_off_template"):
            if key in part:
                yield part[key]


@pytest.mark.parametrize(
    ("kind", "verbs"), [("lamp", "auto level report"), ("canopy", "auto close open report")]
)
def test_what_is_pressed_is_an_order_with_an_author(kind: str, verbs: str):
    given = [orders.read(_unit(kind), text.encode(), 1_784_058_000.0) for text in _written(kind)]
    assert sorted(order.verb for order in given) == verbs.split()
    assert {order.author for order in given} == {"HomeAssist"}
    assert all(order.until_s == 1_784_058_000.0 + 3600 for order in given)


def test_a_brightness_becomes_a_level():
    template = _payload("lamp")["components"]["light"]["command_on_template"]
    order, brightness = re.fullmatch(r"(.*)\{\{(.*)\}\}.*", template), "brightness / 2.55"
    assert order and brightness in order[2]
    written = re.sub(r"\{\{.*\}\}", "55", template)
    assert orders.read(_unit("lamp"), written.encode(), 0.0).value == 55


def test_templates_say_what_is_the_case():
    """By the very engine that Home Assistant has, where it is at hand."""
    jinja2 = pytest.importorskip("jinja2")

    def rendered(template: str, body: dict[str, Any] | None = None, **more: Any) -> str:
        return jinja2.Environment().from_string(template).render(value_json=body, **more)

    def shown(kind: str, body: dict[str, Any]) -> dict[str, str]:
        parts = _payload(kind)["components"]
        return {
            key: rendered(part["value_template"], body)
            for key, part in parts.items()
            if "value_template" in part
        }

    light = _payload("lamp")["components"]["light"]
    for brightness, level in ((1, 1), (3, 1), (128, 50), (255, 100)):
        order = rendered(light["command_on_template"], brightness=brightness)
        assert orders.read(_unit("lamp"), order.encode(), 0.0).value == level
    assert json.loads(rendered(light["command_on_template"]))["value"] == 100
    report = _report("lamp", level_pct=40, power_w=4.2, presence=1, faults=1)
    now = entity(_unit("lamp"), report)
    assert rendered(light["state_template"], now) == "on"
    assert rendered(light["brightness_template"], now) == "102"
    assert rendered(light["state_template"], entity(_unit("lamp"), None)) == "off"
    found = shown("lamp", report)
    assert (found["power"], found["temperature"], found["presence"]) == ("4.2", "None", "ON")
    assert (found["rssi"], shown("lamp", now)["problem"]) == ("-101.0", "ON")
    attributes = _payload("lamp")["components"]["problem"]["json_attributes_template"]
    assert json.loads(rendered(attributes, now)) == {"faults": ["lampFailure"]}
    report = _report("canopy", valve_open=1, soil1_vwc_pct=20.4)
    assert (shown("canopy", report)["soil1"], shown("canopy", report)["soil2"]) == ("20.4", "None")
    assert shown("canopy", entity(_unit("canopy"), report))["valve"] == "open"
    gone = shown("gateway", {"state": "offline"})
    assert (gone["connected"], gone["unsent"], gone["open"]) == ("OFF", "None", "None")
    assert shown("gateway", {"state": "online", "store": {"unsent": 7}})["unsent"] == "7"


def _report(kind: str, **values: Any) -> dict[str, Any]:
    """A report as it is published."""
    message = LAMP_REPORT if kind == "lamp" else CANOPY_REPORT
    usual = {field.name: None if field.optional else 0 for field in message.fields}
    packed = codec.encode(message, {**usual, **values})
    uplink = Uplink(_unit(kind), "1", message.port, packed, 0.0, Radio(-101.0, 5.0, 5, 868_100_000, 1))
    return bodies.report(uplink, message, codec.unpack(message, packed), {})


class _Assistant:
    """Listens where Home Assistant does."""

    def __init__(self, port: int):
        self.heard: dict[str, tuple[dict[str, Any], bool]] = {}
        self._arrived = threading.Condition()
        subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([("homeassistant/#", 1), ("corolle/+/+/+/availability", 1)])
        self._client.loop_start()
        assert subscribed.wait(PATIENCE_S)

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        with self._arrived:
            self.heard[message.topic] = json.loads(message.payload), message.retain
            self._arrived.notify_all()

    def wait(self, topic: str, state: str | None = None) -> dict[str, Any]:
        """What stands on a topic, when it has this state."""
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: topic in self.heard and state in (None, self.heard[topic][0].get("state")), PATIENCE_S
            ), (topic, state, self.heard)
            return self.heard[topic][0]

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def _assistant(street: Street) -> Iterator[_Assistant]:
    assistant = _Assistant(street.broker_port)
    try:
        yield assistant
    finally:
        assistant.close()


def test_a_lamp_is_discovered_ordered_and_missed(street: Street):
    lamp, clock = Device("lamp-1"), street.clock(speed=450)
    gateway = street.gateway(lamp, clock=clock, more=_SWITCHED_ON)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    heard = f"{city.base}/lamp-1/availability"
    with _assistant(street) as assistant:
        assert assistant.wait(heard)["state"] == "offline", "nothing was heard of it yet"
        begun_s = clock.now()
        join(lamp, forwarder)
        assistant.wait(heard, "online")
        payload = assistant.wait(f"homeassistant/device/corolle_{lamp.dev_eui.hex()}/config")
        assert payload["device"]["via_device"] == f"corolle_quai_{gateway.name}"
        assistant.wait(f"homeassistant/device/corolle_quai_{gateway.name}/config")
        light = payload["components"]["light"]
        assert light["command_topic"] == f"{city.base}/lamp-1/command"
        city.publish("lamp-1/command", light["command_off_template"].encode())
        ack = city.wait("lamp-1/ack", lambda body: body["status"] == "accepted")
        assert (ack["author"], ack["value"]) == ("HomeAssist", 0)
        while assistant.heard[heard][0]["state"] == "online":  # a concentrator is there, and the lamp is not
            forwarder.pull()
            assert clock.now() - begun_s < 6 * 3600
            time.sleep(0.02)
        assert clock.now() - begun_s > 54.5 * 60
        assert forwarder.push(lamp.report())
        assistant.wait(heard, "online")
    with _assistant(street) as later:  # all of it is retained
        later.wait(f"homeassistant/device/corolle_{lamp.dev_eui.hex()}/config")
        assert later.heard[f"homeassistant/device/corolle_{lamp.dev_eui.hex()}/config"][1]
        assert later.wait(heard)["state"] == "online"


def test_nobody_is_told_anything_unless_it_is_configured(street: Street, tmp_path: Path):
    lamp = Device("lamp-9", number=9)
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    city.wait("lamp-9/entity", lambda body: "status" in body)
    with _assistant(street) as assistant:
        assert f"homeassistant/device/corolle_{lamp.dev_eui.hex()}/config" not in assistant.heard
        assert not city.of("lamp-9/availability")

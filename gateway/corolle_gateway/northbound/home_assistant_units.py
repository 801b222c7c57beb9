"""A unit as Home Assistant's MQTT discovery is told of it: one payload for a device and its components.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. All that is shown is read from the
topics that are there anyway; what is ordered goes to the unit's command topic, as any order, with an author.
"""

from typing import Any

from msgspec import json

from corolle_gateway.model import Unit
from corolle_gateway.northbound.home_assistant_words import Sensor, sensors, word
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.version import version

AUTHOR = "HomeAssist"  # an author has at most 12 characters; who sat before it is not told
_FOR_S = 3600  # an order of somebody who forgets it ends all the same
_WATER_S = 600
_QOS = 1  # an order is not to be lost on its way

Body = dict[str, Any]

# 1 of 255 is still light: it must not be rounded to an order to put it out.
_LEVEL = "{{ [(brightness / 2.55) | round | int, 1] | max if brightness is defined else 100 }}"


def device(unit: Unit, topics: Topics, gateway_id: str, language: str) -> Body:
    """The payload of a unit, by its kind."""
    own = object_id(unit)
    parts = _lamp(unit, topics, language) if unit.kind == "lamp" else _canopy(unit, topics)
    parts |= _common(unit, topics, language)
    for sensor in sensors(unit.kind, language):
        parts[sensor.key] = _shown(sensor, topics.of(unit.name, sensor.message))
    about = {
        "identifiers": [own],
        "name": unit.name,
        "manufacturer": "corolle",
        "model": word(language, unit.kind),
        "serial_number": unit.dev_eui,
        "suggested_area": unit.site,
        "via_device": gateway_id,
    }
    ways = topics.status, topics.of(unit.name, "availability")
    answers = [{"topic": topic, "value_template": "{{ value_json.state }}"} for topic in ways]
    return _payload(own, about, parts) | {"availability": answers, "availability_mode": "all"}


def gateway(name: str, own: str, topics: Topics, language: str) -> Body:
    """The payload of the gateway itself, by which the units are reached."""
    connected = {
        "platform": "binary_sensor",
        "device_class": "connectivity",
        "name": word(language, "connected"),
        "state_topic": topics.status,
        "value_template": "{{ 'ON' if value_json.state == 'online' else 'OFF' }}",
    }
    parts: dict[str, Body] = {"connected": connected}
    for sensor in sensors("gateway", language):
        parts[sensor.key] = _shown(sensor, topics.status if sensor.message == "status" else topics.alarms)
    model = word(language, "gateway")
    about = {"identifiers": [own], "name": name, "manufacturer": "corolle", "model": model}
    return _payload(own, about, parts)


def object_id(unit: Unit) -> str:
    """Its name in discovery topics and identifiers: the board's, which stays when the unit is renamed."""
    return f"corolle_{unit.dev_eui}"


def _payload(own: str, about: Body, parts: dict[str, Body]) -> Body:
    for key, part in parts.items():
        part["unique_id"] = f"{own}_{key}"
    return {
        "device": about,
        "origin": {"name": "corolle", "sw_version": version()},
        "components": parts,
    }


def _lamp(unit: Unit, topics: Topics, language: str) -> dict[str, Body]:
    entity = topics.of(unit.name, "entity")
    light = {
        "platform": "light",
        "schema": "template",
        "name": None,  # the device's own
        "state_topic": entity,
        "state_template": "{{ 'on' if value_json.illuminanceLevel | default(0) > 0 else 'off' }}",
        "brightness_template": "{{ (value_json.illuminanceLevel | default(0) * 255) | round | int }}",
        "command_topic": topics.of(unit.name, "command"),
        "command_on_template": _order("level", "VALUE").replace('"VALUE"', _LEVEL),
        "command_off_template": _order("level", 0),
        "qos": _QOS,
    }
    presence = {
        "platform": "binary_sensor",
        "device_class": "occupancy",
        "name": word(language, "presence"),
        "state_topic": topics.of(unit.name, "report"),
        "value_template": "{{ 'ON' if value_json.presence else 'OFF' }}",
    }
    return {"light": light, "presence": presence}


def _canopy(unit: Unit, topics: Topics) -> dict[str, Body]:
    valve = {
        "platform": "valve",
        "device_class": "water",
        "name": None,
        "state_topic": topics.of(unit.name, "entity"),
        "value_template": "{{ 'open' if value_json.valveOpen | default(false) else 'closed' }}",
        "command_topic": topics.of(unit.name, "command"),
        "payload_open": _order("open", _WATER_S),
        "payload_close": _order("close"),
        "qos": _QOS,
    }
    return {"valve": valve}


def _common(unit: Unit, topics: Topics, language: str) -> dict[str, Body]:
    """What every unit has: its faults, and two buttons."""
    entity = topics.of(unit.name, "entity")
    problem = {
        "platform": "binary_sensor",
        "device_class": "problem",
        "name": word(language, "problem"),
        "state_topic": entity,
        "value_template": "{{ 'ON' if value_json.faults | default([]) else 'OFF' }}",
        "json_attributes_topic": entity,
        "json_attributes_template": "{{ {'faults': value_json.faults | default([])} | tojson }}",
    }
    parts: dict[str, Body] = {"problem": problem}
    for verb in ("auto", "report"):
        parts[verb] = {
            "platform": "button",
            "name": word(language, verb),
            "command_topic": topics.of(unit.name, "command"),
            "payload_press": _order(verb),
            "qos": _QOS,
        }
    return parts


def _shown(sensor: Sensor, topic: str) -> Body:
    part: Body = {
        "platform": "sensor",
        "name": sensor.name,
        "state_topic": topic,
        "value_template": _template(sensor.field),
    }
    if sensor.device_class:
        part["device_class"] = sensor.device_class
    if sensor.unit:
        part["unit_of_measurement"] = sensor.unit
    if sensor.state_class:
        part["state_class"] = sensor.state_class
    if sensor.key == "rssi":
        part["entity_category"] = "diagnostic"
    return part


def _template(field: str) -> str:
    """What is null or missing, for it was not measured or nobody is there, is shown as unknown."""
    part, _, name = field.rpartition(".")
    whole = f"(value_json.{part} | default({{}}, true)).{name}" if part else f"value_json.{name}"
    return f"{{{{ {whole} | default(none) }}}}"


def _order(verb: str, value: int | str | None = None) -> str:
    order: Body = {"verb": verb}
    if value is not None:
        order["value"] = value
    return json.encode(order | {"for_s": _FOR_S, "author": AUTHOR}).decode()

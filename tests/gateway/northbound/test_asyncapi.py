"""The AsyncAPI document: sound in itself, complete, and true of what the real gateway publishes."""

import json
import re
from pathlib import Path
from typing import Any

import asyncapi_document
import pytest
from asyncapi_document import document, found, hold, wrong
from corolle.wire import codec
from corolle.wire.commands import verbs
from corolle.wire.sanitary_record import Record
from corolle.wire.schema import CANOPY_REPORT, CANOPY_SERVICE, LAMP_REPORT, LAMP_SERVICE, Message
from corolle.wire.words import SANITARY_STATES
from corolle_gateway.hub import bodies
from corolle_gateway.hub.bthome_names import _NAMES as BTHOME_NAMES
from corolle_gateway.hub.standing import Standing
from corolle_gateway.model import BleRadio, LinkStatus, Radio, Sensed, Unit, Uplink
from gateway_street import Street, join
from jsonschema import Draft7Validator
from radio_device import Device

_GATEWAY = Path(__file__).parents[3] / "gateway"
_README = (_GATEWAY / "README.md").read_text()
_NORTHBOUND = (_GATEWAY / "northbound.md").read_text()
_SWITCHED_ON = '[home_assistant]\nprefix = "homeassistant"\n'

# The objects of AsyncAPI 3.0.0 that are used: the fields that must be there, and those that may be.
_OBJECTS: dict[str, tuple[set[str], set[str]]] = {
    "root": (
        {"asyncapi", "info"},
        {"id", "servers", "defaultContentType", "channels", "operations", "components"},
    ),
    "info": (
        {"title", "version"},
        {"description", "termsOfService", "contact", "license", "tags", "externalDocs"},
    ),
    "server": (
        {"host", "protocol"},
        {"protocolVersion", "pathname", "description", "title", "summary", "variables", "security"}
        | {"tags", "externalDocs", "bindings"},
    ),
    "channel": (
        set(),
        {"address", "messages", "title", "summary", "description", "servers", "parameters", "tags"}
        | {"externalDocs", "bindings"},
    ),
    "operation": (
        {"action", "channel"},
        {"title", "summary", "description", "security", "tags", "externalDocs", "bindings", "traits"}
        | {"messages", "reply"},
    ),
    "message": (
        set(),
        {"headers", "payload", "correlationId", "contentType", "name", "title", "summary", "description"}
        | {"tags", "externalDocs", "bindings", "examples", "traits"},
    ),
    "parameter": (set(), {"enum", "default", "description", "examples", "location"}),
    "components": (
        set(),
        {"schemas", "servers", "channels", "operations", "messages", "securitySchemes", "serverVariables"}
        | {"parameters", "correlationIds", "replies", "replyAddresses", "externalDocs", "tags"}
        | {"operationTraits", "messageTraits", "serverBindings", "channelBindings", "operationBindings"}
        | {"messageBindings"},
    ),
}


def _is_a(kind: str, thing: dict[str, Any]) -> bool:
    required, optional = _OBJECTS[kind]
    return required <= thing.keys() <= required | optional


def _resolved(thing: dict[str, Any]) -> dict[str, Any]:
    return found(thing) if "$ref" in thing else thing


def test_every_object_has_the_fields_of_asyncapi_3():
    whole = document()
    assert _is_a("root", whole) and whole["asyncapi"] == "3.0.0"
    assert _is_a("info", whole["info"]) and _is_a("components", whole["components"])
    assert whole["servers"] and all(_is_a("server", each) for each in whole["servers"].values())
    for channel in whole["channels"].values():
        assert _is_a("channel", channel)
        assert all(_is_a("message", _resolved(each)) for each in channel["messages"].values())
        named = set(re.findall(r"\{(\w+)\}", channel["address"]))
        assert named == channel["parameters"].keys()
        assert all(_is_a("parameter", _resolved(each)) for each in channel["parameters"].values())
    for operation in whole["operations"].values():
        assert _is_a("operation", operation) and operation["action"] in ("send", "receive")
        assert _resolved(operation["bindings"])["mqtt"]["qos"] == 1
    spoken_of = [found(operation["channel"])["address"] for operation in whole["operations"].values()]
    assert sorted(spoken_of) == sorted(channel["address"] for channel in whole["channels"].values())


def test_every_reference_leads_somewhere_and_nothing_is_left_over():
    text = asyncapi_document.PATH.read_text()
    references = set(re.findall(r"\$ref: '(#/[^']+)'", text))
    assert len(references) > 60 and all(found({"$ref": each}) for each in references)
    components = document()["components"]
    there = {f"#/components/{group}/{name}" for group, several in components.items() for name in several}
    assert there <= references


def test_every_schema_is_one_and_knows_all_of_its_fields():
    for name, schema in document()["components"]["schemas"].items():
        Draft7Validator.check_schema(schema)
        assert schema.get("required", []) == [
            each for each in schema.get("required", []) if each in schema["properties"]
        ]
        assert schema.get("type") != "object" or "additionalProperties" in schema, name


@pytest.mark.parametrize("message", [LAMP_REPORT, CANOPY_REPORT, LAMP_SERVICE, CANOPY_SERVICE])
def test_every_field_on_the_air_is_documented(message: Message):
    kind, _, what = message.name.partition("_")
    schema = document()["components"]["schemas"][kind + what.capitalize()]
    fields = {field.name: field for field in message.fields}
    assert schema["properties"].keys() - {"id", "unit", "kind", "time", "radio"} == fields.keys()
    for name, field in fields.items():
        if field.optional:
            assert schema["properties"][name] == {"$ref": "#/components/schemas/number"}, name


def test_lists_of_words_are_those_of_the_code():
    schemas = document()["components"]["schemas"]
    assert schemas["order"]["properties"]["verb"]["enum"] == verbs()
    assert schemas["canopyService"]["properties"]["sanitary_state"]["enum"] == SANITARY_STATES.split("|")
    assert set(BTHOME_NAMES.values()) == schemas["reading"]["properties"].keys() - {
        "id",
        "unit",
        "kind",
        "time",
        "radio",
    }


def test_the_readme_and_the_document_have_the_same_topics():
    section = _README.partition("## Topics")[2].partition("A report;")[0]
    rows = re.findall(r"^\| (`[^|]+`) \|", section, re.M)
    told = {topic for row in rows for topic in re.findall(r"`([^`]+)`", row)}
    base, addresses = (
        "corolle/{site}/{gateway}/",
        [each["address"] for each in document()["channels"].values()],
    )
    assert told == {
        address.removeprefix(base)
        .replace("{unit}", "UNIT")
        .replace("{name}", "NAME")
        .replace("{prefix}", "PREFIX")
        .replace("{object}", "OBJECT")
        for address in addresses
    }


def test_the_readme_s_examples_are_as_documented():
    channels = "report event alarm command ack settings status".split()
    for block in re.findall(r"^```json\n(.*?)^```", _README + _NORTHBOUND, re.M | re.S):
        body = json.loads(block)
        assert "units" in body or any(not wrong(_topic(channel), body) for channel in channels), block


def _topic(leaf: str) -> str:
    return f"corolle/quai/gw/{leaf}" if leaf in ("status", "alarms") else f"corolle/quai/gw/x/{leaf}"


def _unit(kind: str) -> Unit:
    return Unit(f"{kind}-1", kind, "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")


def _uplink(kind: str, port: int = 1, payload: bytes = b"") -> Uplink:
    return Uplink(_unit(kind), "1-2", port, payload, 1_784_058_000.0, Radio(-101.0, 5.0, 5, 868_100_000, 1))


@pytest.mark.parametrize("message", [LAMP_REPORT, CANOPY_REPORT, LAMP_SERVICE, CANOPY_SERVICE])
@pytest.mark.parametrize("is_measured", [True, False])
def test_reports_at_the_ends_of_their_ranges(message: Message, is_measured: bool):
    values = {}
    for field in message.fields:
        top = (1 << field.bits) - (2 if field.optional else 1)
        value = field.offset + top / field.steps
        values[field.name] = int(value) if field.steps == 1 else value
        if field.optional and not is_measured:
            values[field.name] = None
        if field.words and not field.flags:
            values[field.name] = 1
    values |= {name: 100 for name in ("level_pct",) if name in values}
    read = codec.unpack(message, codec.encode(message, values))
    kind, _, leaf = message.name.partition("_")
    body = json.loads(json.dumps(bodies.report(_uplink(kind), message, read, {})))
    assert not wrong(_topic(leaf), body)


def test_what_is_seldom_published_is_documented():
    standing = Standing("lamp", {"base_pct": 20}, {"base_pct": 50, "hold_s": 60})
    unknown = Standing("lamp", {"base_pct": 20}, None)
    readings = {0x02: [21.5, 22.0], 0x05: [3.0], 0x21: [1.0], 0xF2: [515.0], 0xF0: [1.0]}
    record = Record(7, 1, 1, 0, 0, "prefet 31", bytes(8))
    published = {
        "service": [
            bodies.status(_uplink("lamp"), LinkStatus(battery, -5, ("rx2_dr",))) for battery in (0, 7, 255)
        ],
        "reading": [bodies.reading(Sensed(_unit("lamp"), "1", readings, 0.0, BleRadio(-61.0)))],
        "settings": [
            bodies.standing(_unit("lamp"), each, 0.0) | {"names": ["lamp", "lamp-1"], "refused": each.refused}
            for each in (standing, unknown)
        ],
        "sanitary": [bodies.sanitary(_uplink("canopy", payload=bytes(32)), record)],
        "ack": [bodies.group_answer("banks", "g", {"acknowledged": 3, "failed": 1}, "ops", 0.0)],
    }
    for leaf, several in published.items():
        for body in several:
            assert not wrong(_topic(leaf), json.loads(json.dumps(body)))


def test_the_real_gateway_s_messages_are_as_documented(street: Street):
    lamp, canopy = Device("lamp-1"), Device("canopy-1", "canopy", 2)
    lamp.groups = ["banks"]
    gateway = street.gateway(lamp, canopy, more=_SWITCHED_ON)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    for device in (lamp, canopy):
        join(device, forwarder)
    assert forwarder.push(lamp.event(2, 0, 1_784_058_000))
    alarm = city.wait("lamp-1/alarm")
    city.order("lamp-1", id="a", verb="level", value=40, author="ops")
    city.order("lamp-1", id="b", verb="acknowledge", value=alarm["number"], author="ops", note="seen")
    city.order("banks", id="c", verb="cap", value=40)
    city.order("canopy-1", id="d", verb="fly")
    city.order("lamp", id="e", verb="settings", settings={"base_pct": 20})
    for name, order in (("lamp-1", "a"), ("lamp-1", "b"), ("banks", "c"), ("canopy-1", "d"), ("lamp", "e")):
        city.wait(f"{name}/ack", lambda body, order=order: body["id"] == order)
    gateway.kill()
    city.wait("status", lambda body: body["state"] == "offline")
    seen = {asyncapi_document.channel_of(f"{city.base}/{topic}") for topic, _, _ in city.messages}
    most = {"report", "event", "alarm", "ack", "entity", "availability", "alarms", "status"}
    assert most <= seen
    hold(city.told())


def test_what_is_not_documented_is_found_out():
    report = {"state": "offline"}
    assert not wrong("corolle/quai/gw/status", report)
    assert "Additional properties" in wrong("corolle/quai/gw/status", report | {"since": 1})
    assert "not documented" in wrong("corolle/quai/gw/lamp-1/mood", report)
    with pytest.raises(AssertionError, match="not documented"):
        hold([("corolle/quai/gw/lamp-1/mood", report)])

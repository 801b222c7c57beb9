"""Whose answers `corolle settings` waits for, where a gateway tells of other units as well."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from corolle_tools import wish_desk
from corolle_tools.broker_url import BrokerUrl
from corolle_tools.wish_desk import WishDesk

_BASE = "corolle/quai/gw"
_BROKER = BrokerUrl.parse("mqtt://127.0.0.1")


class _Listener:
    """Brings what is told, once something is ordered."""

    def __init__(self, *told: tuple[str, dict[str, Any]]):
        self._told = list(told)
        self.client = SimpleNamespace(publish=self._publish)

    def _publish(self, topic: str, payload: str, qos: int) -> SimpleNamespace:
        order = json.loads(payload)
        self._told = [
            (topic, body | ({"id": order["id"]} if topic.endswith("/ack") else {}))
            for topic, body in self._told
        ]
        return SimpleNamespace(wait_for_publish=lambda timeout_s: None)

    def next(self, timeout_s: float) -> SimpleNamespace | None:
        if not self._told:
            return None
        topic, body = self._told.pop(0)
        return SimpleNamespace(topic=f"{_BASE}/{topic}", payload=json.dumps(body))


def _standing(unit: str, agreed: bool | None) -> tuple[str, dict[str, Any]]:
    kind = unit.partition("-")[0]
    return f"{unit}/settings", {"unit": unit, "names": [kind, "quai", unit], "agreed": agreed}


def _accepted(name: str, units: int) -> tuple[str, dict[str, Any]]:
    return f"{name}/ack", {"status": "accepted", "value": units}


def _followed(
    monkeypatch: pytest.MonkeyPatch, name: str, *told: tuple[str, dict[str, Any]]
) -> tuple[bool, list[str]]:
    monkeypatch.setattr(wish_desk, "Listener", lambda *_: _Listener(*told))
    desk = WishDesk(_BROKER, _BASE, name)
    desk.want({"report_min": 5}, "ops")
    return desk.follow(1.0), sorted(desk.standings)


def test_other_units_do_not_count(monkeypatch: pytest.MonkeyPatch):
    told = _accepted("lamp-1", 1), _standing("canopy-1", False), _standing("lamp-1", True)
    assert _followed(monkeypatch, "lamp-1", *told) == (True, ["lamp-1"])
    told = _accepted("lamp-1", 1), _standing("canopy-1", True)
    assert _followed(monkeypatch, "lamp-1", *told) == (False, [])


def test_each_unit_of_a_kind_counts(monkeypatch: pytest.MonkeyPatch):
    told = _accepted("lamp", 2), _standing("lamp-1", True), _standing("canopy-1", True)
    assert _followed(monkeypatch, "lamp", *told) == (False, ["lamp-1"])
    assert _followed(monkeypatch, "lamp", *told, _standing("lamp-2", True)) == (True, ["lamp-1", "lamp-2"])


def test_what_a_unit_said_before_the_gateway_had_the_order_is_not_its_answer(monkeypatch: pytest.MonkeyPatch):
    told = _standing("lamp-1", True), _accepted("lamp-1", 1)
    assert _followed(monkeypatch, "lamp-1", *told) == (False, [])

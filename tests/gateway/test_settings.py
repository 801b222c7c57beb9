"""Desired and reported: from the city's order to the unit that runs it, against the real process."""

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from city_client import City
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import Settings
from corolle.units import wanted
from corolle.wire.settings_words import PORT
from corolle.wire.words import EVENTS, code_of
from gateway_street import Street, join
from packet_forwarder import PacketForwarder
from radio_device import Device

_PATIENCE_S = 8.0


class _Node:
    """A lamp's own side of it, which runs here as it does on a node."""

    def __init__(self, device: Device, table: str = LAMP_SETTINGS, **mounted: int):
        self.device = device
        self.settings = Settings(table)
        self.settings.change(mounted)
        self.sets = 0
        unit = SimpleNamespace(look_again=lambda _: None)
        log: Any = lambda *_, **__: None  # noqa: E731
        common = SimpleNamespace(settings=self.settings, refused={}, log=log)
        self._take = lambda payload: wanted.take(common, unit, payload)

    def serve(self, forwarder: PacketForwarder, done: Callable[[], bool]) -> None:
        """Answer all that comes until `done`."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end and not done():
            if (down := forwarder.downlink(0.05)) is not None:
                data, payload = self.device.read(down[1])
                if data.f_port == PORT:
                    self.sets += len(payload) > 1
                    assert forwarder.push(self.device.uplink(PORT, self._take(payload)))
        assert done()


def _wish(city: City, name: str, **settings: Any) -> None:
    wish = {"verb": "settings", "id": "w", "settings": settings, "author": "ops"}
    city.publish(f"{name}/command", json.dumps(wish).encode())


def _last(city: City, unit: str) -> dict[str, Any]:
    """How a unit stands now; nothing while that was never told."""
    told = city.of(f"{unit}/settings")
    return told[-1] if told else {}


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and not done():
        time.sleep(0.02)
    assert done()


def test_a_lamp_runs_what_is_wanted_and_says_so(street: Street):
    node = _Node(Device("lamp-1"), zone_min=120, rated_w=60)
    gateway = street.gateway(node.device)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(node.device, forwarder)
    _wish(city, "lamp-1", base_pct=25, hold_s=90)
    assert city.wait_ack("lamp-1", "w", "accepted")["value"] == 1
    node.serve(forwarder, lambda: _last(city, "lamp-1").get("agreed") is True)
    told = _last(city, "lamp-1")
    assert (node.settings["base_pct"], node.settings["hold_s"]) == (25, 90)
    assert told["reported"] == node.settings.by_name()
    assert told["reported"]["zone_min"] == 120  # what it was mounted with stays
    assert told["names"] == ["lamp", "quai", "lamp-1"]
    assert (told["desired"], told["drift"], node.sets) == ({"base_pct": 25, "hold_s": 90}, {}, 1)


def test_what_a_lamp_will_not_run_is_shown(street: Street):
    node = _Node(Device("lamp-1"), LAMP_SETTINGS.replace("900 s    light stays", "60 s    light stays"))
    gateway = street.gateway(node.device)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(node.device, forwarder)
    _wish(city, "lamp-1", hold_s=90)
    node.serve(forwarder, lambda: _last(city, "lamp-1").get("refused") == {"hold_s": "refused"})
    assert _last(city, "lamp-1")["drift"] == {"hold_s": {"desired": 90, "reported": 60}}


def test_what_a_crew_changes_is_drift_and_set_again(street: Street):
    node = _Node(Device("lamp-1"))
    gateway = street.gateway(node.device)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(node.device, forwarder)
    _wish(city, "lamp", base_pct=25)
    node.serve(forwarder, lambda: _last(city, "lamp-1").get("agreed") is True)
    node.settings.set("base_pct", 50)

    def drifts() -> list[dict[str, int]]:
        return [told["drift"]["base_pct"] for told in city.of("lamp-1/settings") if told["drift"]]

    assert forwarder.push(node.device.event(code_of(EVENTS, "settings changed"), 1, 0))
    node.serve(forwarder, lambda: node.settings["base_pct"] == 25)
    node.serve(forwarder, lambda: _last(city, "lamp-1")["agreed"] is True and len(drifts()) == 2)
    assert drifts() == [{"desired": 25, "reported": 10}, {"desired": 25, "reported": 50}]


def test_a_unit_counts_more_than_its_group_and_that_more_than_its_kind(street: Street):
    lamps = [Device(f"lamp-{number}", number=number) for number in (1, 2)]
    lamps[0].groups = ["east"]
    gateway = street.gateway(*lamps)
    city = street.city(gateway).ready()
    city.wait("status", lambda body: body["state"] == "online")
    _wish(city, "lamp", base_pct=10, hold_s=30)
    _wish(city, "east", base_pct=20, rise_ms=100)
    _wish(city, "lamp-1", base_pct=30)
    _wish(city, "quai", fall_ms=5, hold_s=None)
    expected = {"base_pct": 30, "hold_s": 30, "rise_ms": 100, "fall_ms": 5}
    _wait(lambda: _last(city, "lamp-1").get("desired") == expected)
    _wait(lambda: _last(city, "lamp-2")["desired"] == {"base_pct": 10, "hold_s": 30, "fall_ms": 5})
    _wish(city, "lamp-1", base_pct=None)
    _wait(lambda: _last(city, "lamp-1")["desired"] == {**expected, "base_pct": 20})


def test_a_wrong_wish_is_told_the_legal_range(street: Street):
    lamp, canopy = Device("lamp-1"), Device("canopy-1", "canopy", 2)
    gateway = street.gateway(lamp, canopy)
    city = street.city(gateway).ready()
    city.wait("status", lambda body: body["state"] == "online")
    for name, settings, reason in (
        ("lamp-1", {"hold_s": 4}, "hold_s = 4 is outside 5..900 s of a lamp"),
        ("lamp-1", {"holds": 4}, "a lamp has no setting 'holds': hold_s, "),
        ("lamp-1", {"start_vwc_pct": 30}, "a lamp has no setting 'start_vwc_pct'"),
        ("quai", {"hold_s": 4}, "hold_s = 4 is outside 5..900 s of a lamp"),
        ("nobody", {}, "nobody of that name is registered here"),
        ("lamp-1", {"hold_s": 4.5}, "hold_s = 4.5 is no whole number: 5..900 s of a lamp"),
        ("quai", {"base_pct": 20, "hold_s": "9"}, 'hold_s = "9" is no whole number: 5..900 s of a lamp'),
        ("lamp-1", {"hold_s": True}, "hold_s = true is no whole number: 5..900 s of a lamp"),
    ):
        _wish(city, name, **settings)
        told = city.wait(f"{name}/ack", lambda body, reason=reason: reason in body["reason"])
        assert (told["id"], told["author"]) == ("w", "ops")


def test_a_deaf_unit_is_told_ever_less_often_and_drift_stays_shown(street: Street):
    clock = street.clock(speed=60)
    canopy = Device("canopy-1", "canopy", 2)
    gateway = street.gateway(canopy, clock=clock)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    _wish(city, "canopy-1", start_vwc_pct=20)
    _wait(lambda: _last(city, "canopy-1").get("desired") == {"start_vwc_pct": 20})
    told = 0
    for _ in range(16):
        assert forwarder.push(canopy.report())
        told += forwarder.downlink(0.3) is not None
    # 16 reports within five minutes of the street: after 30, 60, 120 s.
    assert 2 <= told <= 5


def test_what_is_wanted_and_run_outlasts_a_kill(street: Street):
    node = _Node(Device("lamp-1"))
    gateway = street.gateway(node.device)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(node.device, forwarder)
    _wish(city, "lamp-1", base_pct=25)
    node.serve(forwarder, lambda: _last(city, "lamp-1").get("agreed") is True)
    gateway.kill()
    gateway.start()
    gateway.wait_log("event=started")
    forwarder.pull()
    assert forwarder.push(node.device.report())
    assert forwarder.downlink(0.4) is None  # nothing to ask, nothing to tell
    _wish(city, "lamp-1", hold_s=90)
    _wait(lambda: _last(city, "lamp-1")["desired"] == {"base_pct": 25, "hold_s": 90})
    node.serve(forwarder, lambda: _last(city, "lamp-1")["agreed"] is True)
    assert _last(city, "lamp-1")["reported"]["hold_s"] == 90 and node.sets == 2

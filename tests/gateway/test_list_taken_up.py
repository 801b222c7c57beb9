"""Another list of units under a running gateway: who comes, goes, moves, has another board."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from chirpstack_server import ChirpStack, Unit
from corolle.wire import words
from gateway_process import PATIENCE_S
from gateway_street import Street, join
from group_site import Lamp, Site
from radio_device import Device

_BEGUN_S = 1_784_058_000


class _Scene:
    """A gateway whose units have joined, the city, and a concentrator."""

    def __init__(self, street: Street, *devices: Device):
        self.gateway = street.gateway(*devices)
        self.city = street.city(self.gateway).ready()
        self.forwarder = street.forwarder(self.gateway)
        for device in devices:
            join(device, self.forwarder)

    def take_up(self, *entries: dict[str, Any]) -> None:
        """Another list; it is told of by SIGHUP, and taken up."""
        before = self.told("units_taken")
        self.gateway.list_units(*entries)
        self.gateway.reload()
        self.until(lambda: self.told("units_taken") > before)

    def told(self, event: str) -> int:
        """How often the log has an event."""
        return self.gateway.log.read_text().count(f"event={event} ")

    def until(self, done: Callable[[], bool]) -> None:
        """Wait for it."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < end, self.gateway.log.read_text()[-2000:]
            time.sleep(0.02)

    def report(self, device: Device, **values: Any) -> Any:
        """What the city is told of a unit's next report."""
        f_cnt = device.f_cnt
        assert self.forwarder.push(device.report(**values))
        return self.city.wait(f"{device.name}/report", lambda body: body["id"] == device.message_id(f_cnt))

    def ordered(self, name: str, device: Device) -> dict[str, Any]:
        """What a unit hears when the city orders something of that name."""
        self.city.order(name, id="dim", verb="level", value=40, for_s=600, author="ops")
        down = self.forwarder.downlink()
        assert down is not None, "no downlink"
        return device.command(down[1])


def _revoked(device: Device) -> dict[str, Any]:
    return device.registration() | {"revoked": True}


def test_a_new_unit_joins_at_once_and_nobody_else_notices(street: Street):
    old, new = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, old)
    scene.forwarder.push(new.join_request())
    scene.city.wait_rejected("unknown_dev_eui")
    scene.take_up(old.registration(), new.registration())
    join(new, scene.forwarder)
    scene.city.wait("lamp-2/report")
    scene.city.wait("lamp-2/entity")
    assert scene.report(old, passages=4)["passages"] == 4  # in the session that it had
    assert (scene.told("started"), scene.told("join")) == (1, 2)
    assert "changed=1 anew=0 units=2" in scene.gateway.wait_log("units_taken")


def test_a_list_that_nobody_told_of_is_found(street: Street):
    old, new = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, old)
    scene.gateway.list_units(old.registration(), new.registration())
    scene.gateway.wait_log("units_taken")
    join(new, scene.forwarder)
    scene.city.wait("lamp-2/report")


def test_every_report_that_comes_meanwhile_is_kept(street: Street):
    lamps = [Device(f"lamp-{number}", number=number) for number in range(1, 5)]
    scene = _Scene(street, *lamps[:2])
    for number in range(40):
        if number % 10 == 5:
            listed = [device.registration() | {"lat_deg": 43.0 + number / 100} for device in lamps]
            scene.gateway.list_units(*listed)
            scene.gateway.reload()
        for device in lamps[:2]:
            assert scene.forwarder.push(device.report(passages=number))
    for device in lamps[:2]:
        scene.city.wait(f"{device.name}/report", lambda body: body["passages"] == 39)
        assert len({body["id"] for body in scene.city.of(f"{device.name}/report")}) == 41


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"units": [', "units.json: Input data was truncated"),
        ('{"units": [{"name": "lamp-1"}]}', "missing required field `kind` - at `$.units[0]`"),
        ("@no_key", "unit 'lamp-1': app_key is wrong: must be 32 hexadecimal digits"),
        ("@gateway", "the gateway has the same name"),
        (
            "@stolen",
            "unit 'lamp-9': its dev_eui 0200000000000001 belongs to 'lamp-1', which the gateway knows",
        ),
        ("", "Input data was truncated"),
    ],
    ids=("torn", "a field", "a key", "the gateway's name", "another's board", "empty"),
)
def test_a_list_that_is_wrong_changes_nothing_and_the_log_says_what_is(street: Street, text: str, told: str):
    lamp = Device("lamp-1")
    scene = _Scene(street, lamp)
    wrong = {
        "@no_key": lamp.registration() | {"app_key": "secret"},
        "@gateway": lamp.registration() | {"name": scene.gateway.name},
        "@stolen": lamp.registration() | {"name": "lamp-9"},
    }
    if text in wrong:
        scene.gateway.list_units(wrong[text])
    else:
        scene.gateway.units.write_text(text)
    scene.gateway.reload()
    line = scene.gateway.wait_log("units_refused")
    assert told in line and "level=error" in line and "secret" not in line and lamp.raw_key.hex() not in line
    scene.city.wait_rejected("units_refused")
    assert scene.report(lamp, passages=7)["passages"] == 7
    new = Device("lamp-2", number=2)
    scene.take_up(lamp.registration(), new.registration())
    join(new, scene.forwarder)
    assert scene.told("units_refused") == 1  # each list once, however often it is looked at


def test_a_list_that_others_could_read_is_taken_once_they_cannot(street: Street):
    lamp, new = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, lamp)
    with scene.gateway.held():
        scene.gateway.list_units(lamp.registration(), new.registration())
        scene.gateway.units.chmod(0o644)
    scene.gateway.reload()
    assert "chmod 600" in scene.gateway.wait_log("units_refused")
    scene.gateway.units.chmod(0o600)
    scene.gateway.wait_log("units_taken")
    scene.gateway.units.unlink()
    scene.until(lambda: scene.told("units_refused") == 2)
    assert scene.report(lamp, passages=3)["passages"] == 3


def test_a_replaced_unit_keeps_its_history_and_joins_anew(street: Street):
    old, new = Device("lamp-1", number=1), Device("lamp-1", number=2)
    scene = _Scene(street, old)
    scene.report(old, energy_wh=300, passages=70)
    scene.take_up(new.registration())
    scene.forwarder.push(old.report(passages=71))
    scene.city.wait_rejected("unknown_dev_addr")
    scene.forwarder.push(old.join_request())
    scene.city.wait_rejected("unknown_dev_eui")
    join(new, scene.forwarder)  # and reports energy 0, no passages
    told = scene.report(new, energy_wh=12, passages=3)
    assert (told["energy_wh"], told["passages"]) == (312, 73)
    assert scene.ordered("lamp-1", new)["value"] == 40


def test_two_units_exchange_their_boards(street: Street):
    one, two = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, one, two)
    scene.report(one, passages=10)
    one.name, two.name = two.name, one.name
    scene.take_up(one.registration(), two.registration())
    join(two, scene.forwarder)
    assert scene.report(two, passages=1)["passages"] == 11  # lamp-1's
    join(one, scene.forwarder)
    assert scene.report(one, passages=1)["passages"] == 1


def test_a_lost_unit_is_refused_at_once(street: Street):
    lost, other = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, lost, other)
    assert scene.forwarder.push(lost.event(words.code_of(words.EVENTS, "boot"), 1, _BEGUN_S))
    scene.city.order("lamp-1", id="late", verb="level", value=40, for_s=600, author="ops")
    scene.city.wait_ack("lamp-1", "late", "accepted")
    scene.take_up(_revoked(lost), other.registration())
    assert scene.city.wait_ack("lamp-1", "late", "failed")["reason"] == "the unit was revoked"
    before = len(scene.city.of("lamp-1/report"))
    scene.forwarder.push(lost.report(passages=99))
    scene.city.wait_rejected("unit_revoked", 1)
    scene.forwarder.push(lost.join_request())
    scene.city.wait_rejected("unit_revoked", 2)
    scene.city.order("lamp-1", id="never", verb="level", value=40, for_s=600, author="ops")
    scene.city.wait_ack("lamp-1", "never", "refused")
    assert scene.report(other, passages=4)["passages"] == 4
    assert len(scene.city.of("lamp-1/report")) == before
    assert "internal_error" not in scene.gateway.log.read_text()
    scene.take_up(lost.registration(), other.registration())
    assert scene.report(lost, passages=100)["passages"] == 100  # it was found again


def test_the_alarms_of_a_lost_unit_end(street: Street):
    lost, other = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, lost, other)
    scene.report(lost, faults=1)
    scene.city.wait("alarms", lambda body: body["alarms"] != [])
    scene.take_up(_revoked(lost), other.registration())
    scene.city.wait("alarms", lambda body: body["alarms"] == [] and scene.told("units_taken") == 1)


def test_a_unit_that_is_moved_is_shown_anew(street: Street):
    lamp = Device("lamp-1")
    scene = _Scene(street, lamp)
    moved = lamp.registration() | {"lat_deg": 43.7, "groups": ["east"]}
    scene.take_up(moved)
    scene.city.wait("lamp-1/entity", lambda body: body["location"]["coordinates"][1] == 43.7)
    assert scene.ordered("east", lamp)["value"] == 40
    scene.city.order("east", verb="settings", id="s", settings={"base_pct": 20}, author="ops")
    scene.city.wait("lamp-1/settings", lambda body: body["desired"] == {"base_pct": 20})
    scene.take_up(lamp.registration())
    scene.city.wait("lamp-1/settings", lambda body: body["desired"] == {})


def test_who_is_begun_at_a_terminal_takes_a_list_up_and_ends_with_the_terminal(street: Street):
    lamp, new = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, lamp)
    assert scene.gateway.stop() == 0
    terminal, other_end = os.openpty()
    scene.gateway.start(stdin=other_end)
    os.close(other_end)
    scene.until(lambda: scene.told("started") == 2)
    scene.take_up(lamp.registration(), new.registration())
    os.close(terminal)
    scene.gateway.reload()
    assert scene.gateway.wait_end() == 0


def test_a_unit_that_is_not_listed_any_more_stays(street: Street):
    one, two = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, one, two)
    scene.take_up(one.registration())
    assert scene.report(two, passages=5)["passages"] == 5


def test_a_group_that_somebody_has_left_gets_another_key_and_the_rest_are_told_it(street: Street):
    lamps = [Lamp(number, "east", "bank") for number in (1, 2, 3)]
    site = Site(street, lamps=lamps)
    site.set_up("east", "bank")
    before = site.keys()
    lamps[0].device.groups = ["bank"]
    site.gateway.list_units(*(lamp.device.registration() for lamp in lamps))
    site.gateway.reload()
    site.serve(lambda: site.keys()["east"] != before["east"])
    assert site.keys()["bank"] == before["bank"]
    site.set_up("east")
    site.city.order("east", id="dim", verb="level", value=40, for_s=600)
    assert site.end_of("east", "dim", "acknowledged")["units"] == 2
    assert [[how for how, _ in lamp.orders] for lamp in lamps] == [[], ["together"], ["together"]]
    site.city.order("bank", id="on", verb="level", value=90, for_s=600)
    assert site.end_of("bank", "on", "acknowledged")["units"] == 3


def test_units_that_chirpstack_brings_are_known_at_once(street: Street):
    lamp, new = Unit("lamp-1"), Unit("lamp-2", "lamp", 2)
    with closing(ChirpStack(street.broker_port, lamp, new)) as server:
        gateway = street.gateway(lamp, radio=server.section)
        for broker in ("chirpstack", "broker"):
            gateway.wait_log(f"event={broker}_subscribed")
        city = street.city(gateway).ready()
        server.hear(new, *new.report_payload())
        city.wait_rejected("chirpstack_unknown_device")
        gateway.list_units(lamp.registration(), new.registration())
        gateway.reload()
        gateway.wait_log("units_taken")
        server.hear(new, *new.report_payload())
        city.wait("lamp-2/report")
        gateway.list_units(lamp.registration(), new.registration() | {"revoked": True})
        gateway.reload()
        city.wait("status", lambda body: body.get("counters", {}).get("units_taken") == 2)
        server.hear(new, *new.report_payload())
        city.wait_rejected("chirpstack_revoked")


def test_a_disk_that_refuses_the_list_is_asked_again(street: Street):
    lamp, new = Device("lamp-1", number=1), Device("lamp-2", number=2)
    scene = _Scene(street, lamp)
    with closing(sqlite3.connect(scene.gateway.database, isolation_level=None)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON units BEGIN SELECT RAISE(ABORT, 'full'); END")
        scene.gateway.list_units(lamp.registration(), new.registration())
        scene.gateway.wait_log("store_failed")
        db.execute("DROP TRIGGER full")
    scene.gateway.wait_log("units_taken")
    join(new, scene.forwarder)

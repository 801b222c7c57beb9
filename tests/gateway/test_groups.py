"""Orders to groups: one frame that all hear, and one by one for whoever did not."""

import json
import time
from typing import Any

import pytest
from corolle.wire import lorawan
from gateway_street import Street, spend
from group_site import Lamp, Site
from radio_device import Device

_PATIENCE_S = 10.0


@pytest.fixture
def three_lamps() -> list[Lamp]:
    return [Lamp(1, "east"), Lamp(2, "east"), Lamp(3)]


def test_a_group_is_told_by_one_frame(street: Street, three_lamps: list[Lamp]):
    site = Site(street, lamps=three_lamps)
    site.set_up("east")
    site.city.order("east", id="dim", verb="level", value=40, for_s=600, author="ops")
    end = site.end_of("east", "dim", "acknowledged")
    assert (end["units"], end["standing"], end["author"]) == (2, {"acknowledged": 2}, "ops")
    for lamp in three_lamps[:2]:
        ((how, command),) = lamp.orders
        assert (how, command["value"], command["author"]) == ("together", 40, "ops")
        assert site.city.wait_ack(lamp.device.name, "dim", "acknowledged")["value"] == 40
    assert len({lamp.orders[0][1]["id"] for lamp in three_lamps[:2]}) == 1
    assert three_lamps[2].orders == []


def test_a_site_has_a_key_from_its_first_order_on(street: Street, three_lamps: list[Lamp]):
    site = Site(street, lamps=three_lamps)
    site.city.order("quai", id="dim", verb="level", value=40, for_s=600)
    site.end_of("quai", "dim", "acknowledged")
    site.set_up("quai")
    site.city.order("quai", id="bright", verb="level", value=90, for_s=600)
    site.end_of("quai", "bright", "acknowledged")
    assert [[how for how, _ in lamp.orders] for lamp in three_lamps] == [["alone", "together"]] * 3


def test_who_has_lost_the_key_is_told_alone_and_given_it_anew(street: Street, three_lamps: list[Lamp]):
    site = Site(street, lamps=three_lamps)
    site.set_up("east")
    three_lamps[1].keys.clear()
    site.city.order("east", id="dim", verb="level", value=40, for_s=600)
    end = site.end_of("east", "dim", "acknowledged")
    assert end["units"] == 2
    assert [how for how, _ in three_lamps[0].orders] == ["together"]
    assert [how for how, _ in three_lamps[1].orders] == ["alone"]
    assert three_lamps[2].orders == []
    site.serve(lambda: bool(three_lamps[1].keys))  # after the uplink by which it has acknowledged
    site.city.order("east", id="bright", verb="level", value=90, for_s=600)
    site.end_of("east", "bright", "acknowledged")
    assert [how for how, _ in three_lamps[1].orders] == ["alone", "together"]


def test_a_canopy_of_the_site_is_told_after_its_next_report(street: Street):
    canopy = Device("canopy-1", "canopy", 9)
    site = Site(street, canopy, lamps=[Lamp(1), Lamp(2)])
    site.city.order("quai", id="off", verb="auto", for_s=900)
    site.serve(lambda: all(lamp.orders for lamp in site.lamps))
    assert {how for lamp in site.lamps for how, _ in lamp.orders} == {"alone"}  # nobody has a key yet
    assert site.forwarder.push(canopy.report())
    found: list[dict[str, Any]] = []
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and not found:
        down = site.forwarder.downlink(0.1)
        if down and canopy.accepted and lorawan.parse_data(down[1]).dev_addr == canopy.accepted.dev_addr:
            found.append(canopy.command(down[1]))
    assert site.forwarder.push(canopy.ack(found[0]["id"], value=0))
    assert site.end_of("quai", "off", "acknowledged")["units"] == 3


def test_who_never_answers_is_counted(street: Street):
    site = Site(street, lamps=[Lamp(1), Lamp(2)], speed=120)
    silent = site.lamps.pop()
    site.city.order("quai", id="dim", verb="level", value=40, for_s=900)
    end = site.end_of("quai", "dim", "failed")
    assert end["reason"] == "1 of 2 units did not acknowledge"
    assert end["standing"] == {"acknowledged": 1, "failed": 1} and silent.orders == []


def test_what_a_group_may_not_be_ordered(street: Street, three_lamps: list[Lamp]):
    site = Site(street, lamps=three_lamps)
    site.city.order("east", id="a", verb="report", author="ops")
    told = site.city.wait_ack("east", "a", "refused")
    assert (told["reason"], told["author"]) == ("report is for one unit at a time", "ops")
    site.city.order("east", id="b", verb="level", value=101)
    assert site.city.wait_ack("east", "b", "refused")["reason"] == "value = 101 is outside 0..100 %"
    site.city.order("east", id="c", verb="open", value=5)
    assert "a lamp takes" in site.city.wait_ack("east", "c", "refused")["reason"]


def test_the_same_order_is_carried_out_once_and_answered_twice(street: Street, three_lamps: list[Lamp]):
    site = Site(street, lamps=three_lamps)
    site.set_up("east")
    for _ in range(2):
        site.city.order("east", id="dim", verb="level", value=40, for_s=600)
        site.end_of("east", "dim", "acknowledged")
    assert [len(lamp.orders) for lamp in three_lamps] == [1, 1, 0]


def test_who_leaves_a_group_does_not_know_its_next_key(street: Street):
    lamps = [Lamp(number, "east", "bank") for number in (1, 2, 3)]
    site = Site(street, lamps=lamps)
    site.set_up("east", "bank")
    before = site.keys()
    site.gateway.stop()
    units = site.gateway.folder / "units.json"
    units.write_text(units.read_text().replace('"east"', '"west"', 1))
    site.gateway.start()
    site.serve(lambda: site.keys()["east"] != before["east"])
    after = site.keys()
    assert after["bank"] == before["bank"]
    assert "west" not in after  # of one lamp is no group


def test_counters_of_a_group_outlast_a_kill(street: Street, three_lamps: list[Lamp]):
    site = Site(street, lamps=three_lamps)
    site.set_up("east")
    site.city.order("east", id="dim", verb="level", value=40, for_s=600)
    site.end_of("east", "dim", "acknowledged")
    site.gateway.kill()
    site.gateway.start()
    site.gateway.wait_log("event=started")
    site.forwarder.pull()
    site.city.order("east", id="bright", verb="level", value=90, for_s=600)
    site.end_of("east", "bright", "acknowledged")
    assert [how for how, _ in three_lamps[0].orders] == ["together", "together"]


def test_a_group_is_told_one_by_one_where_its_frame_would_take_what_others_need(
    street: Street, three_lamps: list[Lamp]
):
    """869.4-869.65 MHz has 10 %, 360 s an hour: multicast may use 70 % of it, class C 80 %."""
    site = Site(street, lamps=three_lamps)
    site.set_up("east")
    site.gateway.kill()
    spend(site.gateway, site.forwarder, site.clock.now(), 254.0)
    site.gateway.start()
    site.forwarder.pull()
    site.city.order("east", id="dim", verb="level", value=40, for_s=600)
    site.end_of("east", "dim", "acknowledged")
    assert [[how for how, _ in lamp.orders] for lamp in three_lamps[:2]] == [["alone"]] * 2


def test_who_rejoins_between_an_order_and_its_verdict_is_not_told_again(street: Street):
    lamps = [Lamp(1, "east"), Lamp(2, "east")]
    site = Site(street, lamps=lamps, speed=5)
    site.set_up("east")
    lamps[1].answers = False
    site.city.order("east", id="dim", verb="level", value=40, for_s=600)
    site.serve(lambda: all(lamp.orders for lamp in lamps))
    site.join(lamps[1].device)
    lamps[1].answer(site.forwarder)
    assert site.end_of("east", "dim", "acknowledged")["standing"] == {"acknowledged": 2}
    assert [how for lamp in lamps for how, _ in lamp.orders] == ["together", "together"]
    lamps[1].answers = True
    site.city.order("east", id="bright", verb="level", value=90, for_s=600)
    site.end_of("east", "bright", "acknowledged")
    assert [how for how, _ in lamps[1].orders] == ["together", "together"]  # its key is none of a session


def test_an_order_ends_for_those_it_was_given_to_whoever_joins_or_leaves_meanwhile(street: Street):
    lamps = [Lamp(1, "east"), Lamp(2, "east"), Lamp(3, "east"), Lamp(4)]
    site = Site(street, lamps=lamps)
    site.set_up("east")
    lamps[1].keys.clear()
    lamps[2].keys.clear()
    site.city.order("east", id="dim", verb="level", value=40, for_s=900)
    site.serve(lambda: bool(lamps[0].orders))
    site.gateway.kill()
    units = site.gateway.folder / "units.json"
    listed = json.loads(units.read_text())
    listed["units"][2]["groups"], listed["units"][3]["groups"] = [], ["east"]
    units.write_text(json.dumps(listed))
    site.gateway.start()
    site.gateway.wait_log("event=started")
    site.forwarder.pull()
    end = site.end_of("east", "dim", "acknowledged")
    assert (end["units"], end["standing"]) == (3, {"acknowledged": 3})
    assert [[how for how, _ in lamp.orders] for lamp in lamps[1:]] == [["alone"], ["alone"], []]
    assert len(lamps[0].orders) == 1

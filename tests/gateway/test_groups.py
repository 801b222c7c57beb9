"""Orders to groups: one frame that all hear, and one by one for whoever did not."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest
from city_client import City
from corolle.wire import codec, lorawan, multicast
from corolle.wire.schema import COMMAND
from corolle_gateway.links.lorawan.keys import Key
from gateway_process import GatewayProcess
from gateway_street import Street, spend
from packet_forwarder import PacketForwarder
from radio_device import Device

_PATIENCE_S = 10.0


class _Lamp:
    """A lamp that belongs to groups."""

    def __init__(self, number: int, *groups: str):
        self.device = Device(f"lamp-{number}", number=number)
        self.device.groups = list(groups)
        self.keys: dict[int, tuple[Key, Key]] = {}
        self.counters: dict[int, int] = {}
        self.orders: list[tuple[str, dict[str, Any]]] = []  # how it came, and what

    def take(self, phy: bytes, forwarder: PacketForwarder) -> None:
        """Hear a frame, and answer it."""
        data = lorawan.parse_data(phy)
        if data.dev_addr in self.keys:
            self._take_order(data, phy, forwarder)
        elif self.device.accepted and data.dev_addr == self.device.accepted.dev_addr:
            frame, payload = self.device.read(phy)
            if frame.f_port == multicast.SETUP_PORT:
                self._set_up(payload)
                answer = multicast.build_answer(payload[1], False)
                assert forwarder.push(self.device.uplink(multicast.SETUP_PORT, answer))
            elif frame.f_port == COMMAND.port:
                self._obey("alone", payload, forwarder)

    def _set_up(self, payload: bytes) -> None:
        _, address, sealed, first, _ = multicast.parse_setup(payload)
        key = Key(multicast.sealing_key(self.device.app_key, Key).encrypt(sealed))
        nwk, app = multicast.group_keys(key, address)
        self.keys[address] = Key(nwk), Key(app)
        self.counters[address] = first

    def _take_order(self, data: lorawan.DataFrame, phy: bytes, forwarder: PacketForwarder) -> None:
        nwk, app = self.keys[data.dev_addr]
        f_cnt = lorawan.full_f_cnt(self.counters[data.dev_addr], data.f_cnt)
        if lorawan.mic_matches(phy, f_cnt, nwk):
            self.counters[data.dev_addr] = f_cnt + 1
            payload = lorawan.crypt_payload(app, False, data.dev_addr, f_cnt, data.payload)
            assert data.f_port == multicast.ORDER_PORT
            self._obey("together", payload[1:], forwarder)

    def _obey(self, how: str, payload: bytes, forwarder: PacketForwarder) -> None:
        command = codec.unpack(COMMAND, payload)
        self.orders.append((how, command))
        assert forwarder.push(self.device.ack(command["id"], value=command["value"]))


class _Site:
    def __init__(self, street: Street, *devices: Device, lamps: list[_Lamp], speed: float = 20):
        self.lamps = lamps
        self.clock = street.clock(speed)
        self.gateway: GatewayProcess = street.gateway(
            *(lamp.device for lamp in lamps), *devices, clock=self.clock
        )
        self.city: City = street.city(self.gateway).ready()
        self.forwarder = street.forwarder(self.gateway)
        for device in (*(lamp.device for lamp in lamps), *devices):
            self._join(device)

    def serve(self, done: Callable[[], bool]) -> None:
        """Let all lamps hear all that is sent, until `done`."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end and not done():
            if (down := self.forwarder.downlink(0.05)) is not None:
                for lamp in self.lamps:
                    lamp.take(down[1], self.forwarder)
        assert done(), self.city.messages[-5:]

    def set_up(self, *names: str) -> None:
        """Reports come, and after each a lamp is told one of the keys that it lacks."""
        wanted = {
            (name, lamp.device.name)
            for lamp in self.lamps
            for name in ("quai", *lamp.device.groups)
            if name in names
        }
        while not wanted <= self._members():
            for lamp in self.lamps:
                assert self.forwarder.push(lamp.device.report())
            until = time.monotonic() + 0.5
            self.serve(lambda until=until: time.monotonic() > until)

    def _join(self, device: Device) -> None:
        assert self.forwarder.push(device.join_request())
        while (down := self.forwarder.downlink()) and lorawan.kind_of(down[1]) != lorawan.JOIN_ACCEPT:
            for lamp in self.lamps:
                lamp.take(down[1], self.forwarder)
        assert down is not None, "no join-accept"
        device.accept(down[1])
        assert self.forwarder.push(device.report())

    def _members(self) -> set[tuple[str, str]]:
        with sqlite3.connect(f"file:{self.gateway.database}?mode=ro", uri=True) as db:
            return set(db.execute("SELECT name, unit FROM multicast_members"))

    def keys(self) -> dict[str, bytes]:
        """The key of each group."""
        with sqlite3.connect(f"file:{self.gateway.database}?mode=ro", uri=True) as db:
            return dict(db.execute("SELECT name, key FROM multicast"))

    def end_of(self, name: str, order_id: str, status: str) -> Any:
        found: list[Any] = []

        def is_told() -> bool:
            answers = self.city.of(f"{name}/ack")
            found[:] = [each for each in answers if (each["id"], each["status"]) == (order_id, status)]
            return bool(found)

        self.serve(is_told)
        return found[-1]


@pytest.fixture
def three_lamps() -> list[_Lamp]:
    return [_Lamp(1, "east"), _Lamp(2, "east"), _Lamp(3)]


def test_a_group_is_told_by_one_frame(street: Street, three_lamps: list[_Lamp]):
    site = _Site(street, lamps=three_lamps)
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


def test_a_site_has_a_key_from_its_first_order_on(street: Street, three_lamps: list[_Lamp]):
    site = _Site(street, lamps=three_lamps)
    site.city.order("quai", id="dim", verb="level", value=40, for_s=600)
    site.end_of("quai", "dim", "acknowledged")
    site.set_up("quai")
    site.city.order("quai", id="bright", verb="level", value=90, for_s=600)
    site.end_of("quai", "bright", "acknowledged")
    assert [[how for how, _ in lamp.orders] for lamp in three_lamps] == [["alone", "together"]] * 3


def test_who_has_lost_the_key_is_told_alone_and_given_it_anew(street: Street, three_lamps: list[_Lamp]):
    site = _Site(street, lamps=three_lamps)
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
    site = _Site(street, canopy, lamps=[_Lamp(1), _Lamp(2)])
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
    site = _Site(street, lamps=[_Lamp(1), _Lamp(2)], speed=120)
    silent = site.lamps.pop()
    site.city.order("quai", id="dim", verb="level", value=40, for_s=900)
    end = site.end_of("quai", "dim", "failed")
    assert end["reason"] == "1 of 2 units did not acknowledge"
    assert end["standing"] == {"acknowledged": 1, "failed": 1} and silent.orders == []


def test_what_a_group_may_not_be_ordered(street: Street, three_lamps: list[_Lamp]):
    site = _Site(street, lamps=three_lamps)
    site.city.order("east", id="a", verb="report")
    assert site.city.wait_ack("east", "a", "refused")["reason"] == "report is for one unit at a time"
    site.city.order("east", id="b", verb="level", value=101)
    assert site.city.wait_ack("east", "b", "refused")["reason"] == "value = 101 is outside 0..100 %"
    site.city.order("east", id="c", verb="open", value=5)
    assert "a lamp takes" in site.city.wait_ack("east", "c", "refused")["reason"]


def test_the_same_order_is_carried_out_once_and_answered_twice(street: Street, three_lamps: list[_Lamp]):
    site = _Site(street, lamps=three_lamps)
    site.set_up("east")
    for _ in range(2):
        site.city.order("east", id="dim", verb="level", value=40, for_s=600)
        site.end_of("east", "dim", "acknowledged")
    assert [len(lamp.orders) for lamp in three_lamps] == [1, 1, 0]


def test_who_leaves_a_group_does_not_know_its_next_key(street: Street):
    lamps = [_Lamp(number, "east", "bank") for number in (1, 2, 3)]
    site = _Site(street, lamps=lamps)
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


def test_counters_of_a_group_outlast_a_kill(street: Street, three_lamps: list[_Lamp]):
    site = _Site(street, lamps=three_lamps)
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
    street: Street, three_lamps: list[_Lamp]
):
    """869.4-869.65 MHz has 10 %, 360 s an hour: multicast may use 70 % of it, class C 80 %."""
    site = _Site(street, lamps=three_lamps)
    site.set_up("east")
    site.gateway.kill()
    spend(site.gateway, site.forwarder, site.clock.now(), 254.0)
    site.gateway.start()
    site.forwarder.pull()
    site.city.order("east", id="dim", verb="level", value=40, for_s=600)
    site.end_of("east", "dim", "acknowledged")
    assert [[how for how, _ in lamp.orders] for lamp in three_lamps[:2]] == [["alone"]] * 2

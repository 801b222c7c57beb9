"""Lamps that belong to groups, and a site of them."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from city_client import City
from corolle.wire import codec, lorawan, multicast
from corolle.wire.schema import COMMAND
from corolle_gateway.links.lorawan.keys import Key
from gateway_process import GatewayProcess
from gateway_street import Street
from packet_forwarder import PacketForwarder
from radio_device import Device

_PATIENCE_S = 20.0


class Lamp:
    """A lamp that belongs to groups."""

    def __init__(self, number: int, *groups: str):
        self.device = Device(f"lamp-{number}", number=number)
        self.device.groups = list(groups)
        self.keys: dict[int, tuple[Key, Key]] = {}
        self.counters: dict[int, int] = {}
        self.orders: list[tuple[str, dict[str, Any]]] = []  # how it came, and what
        self.answers = True

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
        if self.answers:
            self.answer(forwarder)

    def answer(self, forwarder: PacketForwarder) -> None:
        """Its verdict on the last order."""
        command = self.orders[-1][1]
        assert forwarder.push(self.device.ack(command["id"], value=command["value"]))


class Site:
    """A gateway whose lamps have all joined; what it sends reaches each of them."""

    def __init__(self, street: Street, *devices: Device, lamps: list[Lamp], speed: float = 20):
        self.lamps = lamps
        self.clock = street.clock(speed)
        self.gateway: GatewayProcess = street.gateway(
            *(lamp.device for lamp in lamps), *devices, clock=self.clock
        )
        self.city: City = street.city(self.gateway).ready()
        self.forwarder = street.forwarder(self.gateway)
        for device in (*(lamp.device for lamp in lamps), *devices):
            self.join(device)

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

    def join(self, device: Device) -> None:
        """Have it join, and speak once."""
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

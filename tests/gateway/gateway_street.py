"""A gateway with its surroundings: concentrators, city, clock."""

import itertools
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import asyncapi_document
from city_client import City
from corolle.wire import lorawan
from corolle_gateway.links.lorawan.duty import PERIOD_S, band
from corolle_gateway.model import Airtime
from corolle_gateway.store import airtime, database
from gateway_process import GatewayProcess, StreetClock
from packet_forwarder import PacketForwarder
from radio_device import Device

_numbers = itertools.count(1)


class Street:
    """A gateway with its surroundings; what is made here ends with the test."""

    def __init__(self, folder: Path, broker_port: int):
        self.folder = folder
        self.broker_port = broker_port
        self._endings: list[Callable[[], object]] = []
        self._cities: list[City] = []

    def gateway(
        self,
        *devices: Device,
        clock: StreetClock | None = None,
        broker: str | None = None,
        radio: str | None = None,
        more: str = "",
    ) -> GatewayProcess:
        """A running gateway that knows these units. `broker`, `radio`, `more`: of its configuration."""
        name = f"gw{next(_numbers)}"
        path = clock.path if clock else None
        broker = broker or f'url = "mqtt://127.0.0.1:{self.broker_port}"'
        gateway = GatewayProcess(self.folder, name, broker, list(devices), path, more, radio)
        gateway.start()
        self._endings.append(gateway.kill)
        return gateway

    def city(self, gateway: GatewayProcess, topics: str = "#") -> City:
        """The city's client."""
        city = City(self.broker_port, gateway.name, topics)
        self._cities.append(city)
        self._endings.append(city.close)
        return city

    def forwarder(
        self, gateway: GatewayProcess, eui: str = "0102030405060708", tmst: int = 1_000_000
    ) -> PacketForwarder:
        """A concentrator that the gateway can reach."""
        forwarder = PacketForwarder(gateway.port, eui, tmst)
        self._endings.append(forwarder.close)
        forwarder.pull()
        return forwarder

    def clock(self, speed: float, start_s: float = 1_784_058_000.0) -> StreetClock:
        """A street's clock, from 2026-07-14T19:40:00Z on."""
        clock = StreetClock(self.folder / "clock", speed, start_s)
        self._endings.append(clock.close)
        return clock

    def end(self) -> None:
        """End all, the last made first; what the city was told has to be as documented."""
        while self._endings:
            self._endings.pop()()
        for city in self._cities:
            asyncapi_document.hold(city.told())


def join(device: Device, forwarder: PacketForwarder) -> None:
    """Join over the air, and send the uplink that makes the session the unit's own."""
    assert forwarder.push(device.join_request())
    while (answer := forwarder.downlink()) and lorawan.kind_of(answer[1]) != lorawan.JOIN_ACCEPT:
        pass  # it was on its way to who spoke before
    assert answer is not None, "no join-accept"
    device.accept(answer[1])
    assert forwarder.push(device.report())


def spend(
    gateway: GatewayProcess,
    forwarder: PacketForwarder,
    now_s: float,
    airtime_s: float,
    freq_hz: int = 869_525_000,
) -> None:
    """Let a concentrator have sent for so long in a frequency's sub-band; the gateway is not running."""
    sent = Airtime(forwarder.eui.hex(), band(freq_hz), now_s, int(airtime_s * 1e6))
    with closing(database.connect(gateway.database.parent)) as db:
        airtime.put(db, sent, now_s - PERIOD_S)

"""A gateway with a terminal at its serial port, and two units that it hears."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from city_client import City
from corolle_gateway.console.users import Users
from gateway_process import GatewayProcess
from gateway_street import Street, join
from packet_forwarder import PacketForwarder
from radio_device import Device
from serial_terminal import Terminal

USER, PASSWORD = "anne", "vélo-bleu-42"


@dataclass
class Site:
    """What stands around the console."""

    gateway: GatewayProcess
    terminal: Terminal
    forwarder: PacketForwarder
    city: City
    lamp: Device
    canopy: Device
    folder: Path


@contextmanager
def site(
    folder: Path, broker_port: int, language: str = "en", baud: int = 115200, silent: int = 0
) -> Iterator[Site]:
    """A gateway with two units that have reported, and so many that never did."""
    street = Street(folder, broker_port)
    terminal = Terminal(folder / "console")
    console = f'[console]\ndevice = "{terminal.link}"\nlanguage = "{language}"\nbaud = {baud}\n'
    lamp, canopy = Device("lamp-01"), Device("canopy-01", "canopy", 2)
    others = [Device(f"lamp-{number}", number=number) for number in range(10, 10 + silent)]
    (folder / "data").mkdir()
    Users(folder / "data").put(USER, PASSWORD)
    gateway = street.gateway(lamp, canopy, *others, more=console)
    try:
        city = street.city(gateway).ready()
        forwarder = street.forwarder(gateway)
        join(lamp, forwarder)
        join(canopy, forwarder)
        city.wait("canopy-01/report", wait_s=20)
        yield Site(gateway, terminal, forwarder, city, lamp, canopy, folder)
    finally:
        street.end()
        terminal.unplug()

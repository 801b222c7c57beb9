"""bleak on the configured adapter: with its own backend for this machine, or with one that is named."""

from collections.abc import Callable
from importlib import import_module
from typing import Literal, Protocol

from bleak import BleakClient, BleakScanner
from bleak.assigned_numbers import AdvertisementDataType
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

from corolle_gateway.errors import ConfigError

BTHOME = "0000fcd2-0000-1000-8000-00805f9b34fb"
Mode = Literal["active", "passive"]
Heard = Callable[[BLEDevice, AdvertisementData], None]

_CONNECT_S = 6.0  # a unit adverts once a second: whoever is there answers sooner
# BlueZ scans passively only for something: service data that begins with BTHome's UUID.
_PATTERN = (0, AdvertisementDataType.SERVICE_DATA_UUID16, b"\xd2\xfc")


class Backend(Protocol):
    """What a backend that is named has to offer, made of the adapter's name."""

    scanner: type[BaseBleakScanner]
    client: type[BaseBleakClient]

    async def reset(self) -> None:
        """Switch the adapter off and on."""
        ...


class Stack:
    """Scanners and clients. ConfigError when `backend`, a MODULE:CLASS, cannot be had."""

    def __init__(self, adapter: str, backend: str | None):
        self.adapter = adapter
        self._backend = _backend(backend, adapter) if backend else None

    def scanner(self, heard: Heard, mode: Mode) -> BleakScanner:
        """A scanner that is not started yet."""
        return BleakScanner(
            heard,
            scanning_mode=mode,
            bluez={"adapter": self.adapter, "or_patterns": [_PATTERN]},
            # macOS hides addresses behind numbers of its own; without them no advert can be opened.
            cb={"use_bdaddr": True},
            backend=self._backend.scanner if self._backend else None,
        )

    def client(self, device: BLEDevice, gone: Callable[[BleakClient], None]) -> BleakClient:
        """A client that is not connected yet; `gone` is called when its connection ends."""
        return BleakClient(
            device,
            gone,
            timeout=_CONNECT_S,
            bluez={"adapter": self.adapter},
            backend=self._backend.client if self._backend else None,
        )

    async def reset(self) -> None:
        """Switch the adapter off and on."""
        if self._backend:
            await self._backend.reset()
        else:
            from corolle_gateway.links.ble import bluez  # only Linux has it

            await bluez.power_cycle(self.adapter)


def _backend(name: str, adapter: str) -> Backend:
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)(adapter)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"ble.backend = {name!r} cannot be had: {error}") from error

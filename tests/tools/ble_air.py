"""A backend for bleak whose air is this process, and units that speak by the node's own session code.

`--backend ble_air:Backend --adapter NAME` reaches the Air of that name.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from typing import Any, ClassVar

from ble_unit import CrewsUnit
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError
from corolle.wire import bthome, gatt_words
from corolle.wire.gatt_unit import Unit
from corolle_gateway.links.lorawan.keys import Key

_BTHOME = "0000fcd2-0000-1000-8000-00805f9b34fb"
_ADVERT_S = 0.01
_BASE = "0000{:04x}-0000-1000-8000-00805f9b34fb"
_ABOUT = [_BASE.format(each) for each in (gatt_words.MODEL, gatt_words.SERIAL, gatt_words.FIRMWARE)]


class Post:
    """A unit in the air, and how well it can be reached.

    Attributes:
        silent: it takes what is written, and says nothing.
        busy: it hangs up on whoever writes.
        reachable: whether it takes connections.
        lose_after: the connection is lost after so many frames of its own; each time, one number is used up.
        connections: how often somebody connected.
    """

    def __init__(self, unit: CrewsUnit, address: str, rssi_dbm: int = -60, mtu: int = 247):
        self.unit = unit
        self.device = BLEDevice(address, None, self)
        self.rssi_dbm = rssi_dbm
        self.mtu = mtu
        self.silent = self.busy = False
        self.reachable = True
        self.lose_after: list[int] = []
        self.connections = 0
        self._turn = 0

    def advert(self) -> AdvertisementData:
        """The next one, each with a counter of its own."""
        self._turn += 1
        mac = bytes.fromhex(self.device.address.replace(":", ""))
        data = bthome.build(self.unit.readings, self._turn, self._turn, self.unit.bind, mac)
        return AdvertisementData(None, {}, {_BTHOME: data[7:]}, [], None, self.rssi_dbm, ())


class Air:
    """Who is within an adapter's reach.

    Attributes:
        fault: what the adapter says instead of working.
        hiccups: what it says of the next scans, before it works again.
    """

    named: ClassVar[dict[str, "Air"]] = {}

    def __init__(self, *posts: Post, fault: Exception | None = None):
        self.posts = list(posts)
        self.others: list[tuple[BLEDevice, AdvertisementData]] = []
        self.fault = fault
        self.hiccups: list[Exception] = []


class Backend:
    """What the command's `--backend` names."""

    def __init__(self, adapter: str):
        air = Air.named[adapter]
        self.scanner = type("AirScanner", (_Scanner,), {"air": air})
        self.client = _Client

    async def reset(self) -> None:
        """There is nothing to switch off."""


class _Scanner(BaseBleakScanner):
    air: Air

    def __init__(self, heard: Any, service_uuids: Any, scanning_mode: str, **_: Any):
        super().__init__(heard, service_uuids)

    async def start(self) -> None:
        if self.air.fault:
            raise self.air.fault
        if self.air.hiccups:
            raise self.air.hiccups.pop(0)
        self._task = asyncio.create_task(self._speak())

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _speak(self) -> None:
        while True:
            for device, advert in self.air.others:
                self.call_detection_callbacks(device, advert)
            for post in self.air.posts:
                self.call_detection_callbacks(post.device, post.advert())
            await asyncio.sleep(_ADVERT_S)


class _Client(BaseBleakClient):
    def __init__(self, device: BLEDevice, **how: Any):
        super().__init__(device, disconnected_callback=how["disconnected_callback"], timeout=how["timeout"])
        self._post: Post = device.details
        self._open = False
        self._sent = 0
        self._notify: Callable[[bytearray], None] | None = None

    @property
    def mtu_size(self) -> int:
        return self._post.mtu

    @property
    def is_connected(self) -> bool:
        return self._open

    async def connect(self, pair: bool, **_: Any) -> None:
        if not self._post.reachable:
            raise BleakDeviceNotFoundError(self.address, "no answer")
        unit = self._post.unit
        self._open = True
        self._post.connections += 1
        self._session = Unit(unit.service, Key, os.urandom, {}, unit.door)
        self.services = BleakGATTServiceCollection()
        for number, uuids in enumerate((_ABOUT, unit.talk)):
            service = BleakGATTService(None, 100 * number + 1, _BASE.format(0x180A + number))
            self.services.add_service(service)
            for place, uuid in enumerate(uuids):
                handle = 100 * number + 2 + place
                room = lambda: self._post.mtu - 3  # noqa: E731 - bleak wants it callable
                self.services.add_characteristic(
                    BleakGATTCharacteristic(uuid, handle, uuid, [], room, service)
                )

    async def disconnect(self) -> None:
        self._lose()

    def _lose(self) -> None:
        if self._open and self._disconnected_callback:
            self._disconnected_callback()
        self._open = False

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        return bytearray(self._post.unit.about[_ABOUT.index(characteristic.uuid)].encode())

    async def start_notify(
        self, characteristic: Any, callback: Callable[[bytearray], None], **_: Any
    ) -> None:
        self._notify = callback

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
        if self._post.busy:
            self._lose()
        if not self._open:
            raise BleakError("Not connected")
        assert len(data) <= self._post.mtu - 3
        if self._post.silent:
            return
        reply, message = self._session.receive(bytes(data), round(time.monotonic()))
        if reply:
            self._tell(reply)
        if message is not None:
            for frame in self._session.send(self._post.unit.answer(message), self._post.mtu):
                self._tell(frame)

    def _tell(self, frame: bytes) -> None:
        self._sent += 1
        if self._post.lose_after and self._sent > self._post.lose_after[0]:
            del self._post.lose_after[0]
            self._lose()
        if self._open and self._notify:
            self._notify(bytearray(frame))

    async def stop_notify(self, characteristic: Any) -> None:
        self._notify = None

    async def pair(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    async def read_gatt_descriptor(self, *_: Any, **__: Any) -> bytearray:
        raise NotImplementedError

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None:
        raise NotImplementedError

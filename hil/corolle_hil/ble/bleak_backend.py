"""bleak's backend over a Bumble host, whose controller is an adapter of the street: HCI on a Unix socket.

The gateway names it in its configuration (`adapter_lines`) and imports nothing of ours: the code that speaks
with BlueZ in service is the code that speaks with the street.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from uuid import UUID

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError
from bumble import core, gatt_client, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
from bumble.transport.common import Transport, TransportLostError

from corolle_hil.ble import hci_socket
from corolle_hil.ble.repeats import Repeats

BACKEND = f"{__name__}:Bumble"  # as whoever loads a backend by its name wants it
_MTU = 517
_ATT_HEAD = 3


def adapter_lines(path: Path) -> str:
    """The [ble] section of a gateway's configuration for an adapter of the street at a socket."""
    # A JSON string is a TOML basic string.
    return f"[ble]\nadapter = {json.dumps(str(path))}\nbackend = {json.dumps(BACKEND)}\n"


class Bumble:
    """Scanner and client classes that share one adapter, at a socket's path."""

    def __init__(self, adapter: str):
        # What fails is raised, and told by whoever asked; Bumble would tell it once more, in colours.
        logging.getLogger("bumble").setLevel(logging.CRITICAL)
        self._host = _Host(adapter)
        self.scanner: type[BaseBleakScanner] = type("BumbleScanner", (_Scanner,), {"host": self._host})
        self.client: type[BaseBleakClient] = type("BumbleClient", (_Client,), {"host": self._host})

    async def reset(self) -> None:
        """Switch the adapter off; it is switched on when it is needed."""
        await self._host.close()


class _Host:
    """The Bumble device on an adapter, opened when it is needed, and anew when the adapter has gone."""

    def __init__(self, path: str):
        self._path = path
        self._transport: Transport | None = None
        self._device: Device | None = None

    async def device(self) -> Device:
        """OSError when nobody offers the adapter, EOFError when it goes at once."""
        if self._device is None or self._transport is None or self._transport.source.terminated.done():
            await self.close()
            self._transport = await hci_socket.connect(self._path)
            config = DeviceConfiguration(name="gateway", address=_own_address(self._path))
            self._device = Device.from_config_with_hci(config, self._transport.source, self._transport.sink)
            self._transport.source.set_packet_sink(Repeats(self._device.host))
            await self.done(self._device.power_on())
        return self._device

    async def done(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """What the adapter answers. BleakError when it refuses, EOFError when it has gone."""
        gone = self._transport.source.terminated if self._transport else None
        try:
            return await _unless(gone, doing, EOFError("the adapter has gone"))
        except TransportLostError as error:
            raise EOFError("the adapter has gone") from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error

    async def close(self) -> None:
        """Who scans or is connected finds out by silence, as when a dongle is pulled out."""
        transport, self._transport, self._device = self._transport, None, None
        if transport:
            await transport.close()


class _Scanner(BaseBleakScanner):
    """Tells every advert that comes."""

    host: _Host

    def __init__(
        self,
        detection_callback: Callable[[BLEDevice, AdvertisementData], Any] | None,
        service_uuids: list[str] | None,
        scanning_mode: str,
        **kwargs: Any,
    ):
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"
        self._device: Device | None = None

    async def start(self) -> None:
        """Listen. OSError when nobody offers the adapter, EOFError when it has gone."""
        self.seen_devices = {}
        self._device = await self.host.device()
        self._device.on("advertisement", self._heard)
        await self.host.done(self._device.start_scanning(active=self._active, filter_duplicates=False))

    async def stop(self) -> None:
        """Listen no more. EOFError when the adapter has gone."""
        device, self._device = self._device, None
        if device:
            device.remove_listener("advertisement", self._heard)
            await self.host.done(device.stop_scanning())

    def _heard(self, advert: Advertisement) -> None:
        data = advert.data
        name = data.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME)
        told = AdvertisementData(
            local_name=name,
            manufacturer_data=dict(data.get_all(AdvertisingData.Type.MANUFACTURER_SPECIFIC_DATA)),
            service_data=dict(
                (_long(uuid), blob)
                for uuid, blob in data.get_all(AdvertisingData.Type.SERVICE_DATA_16_BIT_UUID)
            ),
            service_uuids=[],
            tx_power=None,
            rssi=advert.rssi,
            platform_data=(advert,),
        )
        address = advert.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, name, advert.address, told)
        self.call_detection_callbacks(device, told)


class _Client(BaseBleakClient):
    """One connection."""

    host: _Host

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any):
        super().__init__(address_or_ble_device, **kwargs)
        known = isinstance(address_or_ble_device, BLEDevice)
        self._to: hci.Address = address_or_ble_device.details if known else hci.Address(self.address)
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._lost: asyncio.Future[None] | None = None
        self._mtu = 23

    @property
    def name(self) -> str:
        """The address: names are for people."""
        return self.address

    @property
    def mtu_size(self) -> int:
        """ATT_MTU."""
        return self._mtu

    @property
    def is_connected(self) -> bool:
        """Whether the connection stands."""
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect and discover. BleakDeviceNotFoundError when the device does not answer; as `device()`."""
        device = await self.host.device()
        try:
            connection = await self.host.done(device.connect(self._to, timeout=self._timeout))
            connection.on("disconnection", self._gone)
            self._connection, self._peer = connection, Peer(connection)
            self._lost = asyncio.get_running_loop().create_future()
            self._mtu = await self._said(self._peer.request_mtu(_MTU))
            self.services = await self._said(self._discovered(self._peer))
        except (BleakError, TimeoutError) as error:
            await self.disconnect()
            raise BleakDeviceNotFoundError(self.address, str(error)) from error

    async def disconnect(self) -> None:
        """End the connection, if it stands."""
        if self._connection:
            try:
                await self._connection.disconnect()
            except core.BaseBumbleError as error:
                raise BleakError(f"{self.address}: {error}") from error

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a value."""
        return bytearray(await self._said(characteristic.obj.read_value()))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a value."""
        await self._said(characteristic.obj.write_value(bytes(data), with_response=response))

    async def start_notify(
        self,
        characteristic: BleakGATTCharacteristic,
        callback: Callable[[bytearray], None],
        **kwargs: Any,
    ) -> None:
        """Be told of a value's changes."""
        await self._said(characteristic.obj.subscribe(lambda value: callback(bytearray(value))))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Be told no more."""
        await self._said(characteristic.obj.unsubscribe())

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a descriptor."""
        return bytearray(await self._said(descriptor.obj.read_value()))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        await self._said(descriptor.obj.write_value(bytes(data), with_response=True))

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """BleakError: units prove themselves by keys of their own."""
        raise BleakError("no unit of the street pairs")

    async def unpair(self) -> None:
        """BleakError: units prove themselves by keys of their own."""
        raise BleakError("no unit of the street pairs")

    async def _discovered(self, peer: Peer) -> BleakGATTServiceCollection:
        found = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            ours = BleakGATTService(service, service.handle, _long(service.uuid))
            found.add_service(ours)
            for characteristic in await service.discover_characteristics():
                found.add_characteristic(self._wrapped(characteristic, ours))
        return found

    def _wrapped(
        self, characteristic: gatt_client.CharacteristicProxy, service: BleakGATTService
    ) -> BleakGATTCharacteristic:
        names: Any = [each.name.lower().replace("_", "-") for each in characteristic.properties if each.name]
        uuid = _long(characteristic.uuid)
        room = lambda: self._mtu - _ATT_HEAD  # noqa: E731
        return BleakGATTCharacteristic(characteristic, characteristic.handle, uuid, names, room, service)

    async def _said(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """What a remote side answers; BleakError when it refuses, or has gone: Bumble would wait long."""
        try:
            return await _unless(self._lost, doing, BleakError("the connection was lost"))
        except (core.BaseBumbleError, TimeoutError) as error:
            raise BleakError(str(error)) from error

    def _gone(self, _: int) -> None:
        self._connection = None
        if self._lost and not self._lost.done():
            self._lost.set_result(None)
        if self._disconnected_callback:
            self._disconnected_callback()


async def _unless(
    lost: asyncio.Future[None] | None, doing: Coroutine[Any, Any, Any], fault: Exception
) -> Any:
    """What comes of it, or the fault as soon as who would answer is lost: Bumble would wait for ever."""
    if lost is None or lost.done():
        doing.close()
        raise fault
    asked = asyncio.ensure_future(doing)
    try:
        await asyncio.wait((asked, lost), return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            raise fault
        return asked.result()
    finally:
        asked.cancel()


def _own_address(path: str) -> hci.Address:
    """A static random address (Core 5.4, Vol 6, Part B, 1.3.2.1), for each adapter its own."""
    *low, high = hashlib.sha256(path.encode()).digest()[:6]
    return hci.Address(bytes((*low, high | 0xC0)), hci.Address.RANDOM_DEVICE_ADDRESS)


def _long(uuid: core.UUID) -> str:
    """A UUID as bleak writes it: 128 bits, most significant first."""
    return str(UUID(bytes=uuid.to_bytes(force_128=True)[::-1]))

"""The GATT server of a board: its services as the firmware registers them, served by Bumble."""

import asyncio
import struct
from collections import deque
from collections.abc import Iterator

from bumble import att, gatt
from bumble.core import UUID
from bumble.device import Connection, Device

from corolle_hil.ble import events
from corolle_hil.ble.events import Events
from corolle_hil.shims import ops

_DEFAULT_BYTES = 20  # what a client may write, until the firmware allows for more
_HEAD = struct.Struct("<BHB")
_READ, _WRITE_NO_RESPONSE, _WRITE = 0x02, 0x04, 0x08
_Permissions = att.Attribute.Permissions
# What MicroPython's flags above the properties ask of the connection.
_DEMANDS = {
    0x0200: _Permissions.READ_REQUIRES_ENCRYPTION,
    0x0400: _Permissions.READ_REQUIRES_AUTHENTICATION,
    0x0800: _Permissions.READ_REQUIRES_AUTHORIZATION,
    0x1000: _Permissions.WRITE_REQUIRES_ENCRYPTION,
    0x2000: _Permissions.WRITE_REQUIRES_AUTHENTICATION,
    0x4000: _Permissions.WRITE_REQUIRES_AUTHORIZATION,
}


class Value:
    """What stands behind a handle, as MicroPython keeps it.

    Attributes:
        flags: MicroPython's, properties and demands in one.
        attribute: what Bumble serves.
    """

    attribute: att.Attribute[bytes]

    def __init__(self, flags: int):
        self.flags = flags
        self._data = b""
        self._room = _DEFAULT_BYTES
        self._append = False

    @property
    def data(self) -> bytes:
        """What a client reads."""
        return self._data

    def read(self) -> bytes:
        """What the firmware reads; a value that clients append to is empty then."""
        data = self._data
        if self._append:
            self._data = b""
        return data

    def write(self, data: bytes) -> None:
        """The firmware writes; there will be as much room for clients from now on."""
        self._data = data
        self._room = max(self._room, len(data))

    def receive(self, data: bytes) -> None:
        """A client writes: what finds no room is cut off."""
        self._data = ((self._data if self._append else b"") + data)[: self._room]

    def set_buffer(self, room: int, append: bool) -> None:
        """How much a client may write from now on, and whether it adds to what is there; it is empty now."""
        self._room, self._append = room, append
        self._data = b""


class Attributes:
    """All values of a board, by their handles."""

    def __init__(self, device: Device, board: Events):
        self.values: dict[int, Value] = {}
        self._device = device
        self._events = board
        self._base = len(device.gatt_server.attributes), len(device.gatt_server.services)
        self._questions: deque[asyncio.Future[int]] = deque()  # reads the firmware is asked about

    def register(self, wanted: bytes) -> list[int]:
        """Replace the services; handles of characteristics and descriptors, in their order."""
        server = self._device.gatt_server
        del server.attributes[self._base[0] :], server.services[self._base[1] :]
        server.attributes_by_handle.clear()
        self.values.clear()
        made: list[Value] = []
        server.add_services(self._services(wanted, made))
        self.values.update((value.attribute.handle, value) for value in made)
        return list(self.values)

    def answer(self, error: int) -> None:
        """The firmware allows the read it was asked about first (0), or refuses it."""
        if self._questions:
            question = self._questions.popleft()
            if not question.done():
                question.set_result(error)

    def give_up(self) -> None:
        """Nobody will answer any more."""
        for question in self._questions:
            question.cancel()
        self._questions.clear()

    def _services(self, wanted: bytes, made: list[Value]) -> list[gatt.Service]:
        services: list[gatt.Service] = []
        descriptors: list[gatt.Descriptor] = []  # of the characteristic made last
        for kind, flags, uuid in _parse(wanted):
            if kind == ops.BLE_SERVICE:
                services.append(gatt.Service(uuid, []))
                continue
            value = Value(flags)
            made.append(value)
            if kind == ops.BLE_DESCRIPTOR:
                descriptor = gatt.Descriptor(uuid, _permissions(flags), self._dynamic(value))
                value.attribute = descriptor
                descriptors.append(descriptor)
            else:
                properties = gatt.Characteristic.Properties(flags & 0xFF)
                it = gatt.Characteristic(uuid, properties, _permissions(flags), self._dynamic(value))
                it.descriptors = descriptors = []
                value.attribute = it
                services[-1].characteristics.append(it)
        return services

    def _dynamic(self, value: Value) -> att.AttributeValue:
        async def read(connection: Connection) -> bytes:
            return await self._read(connection, value)

        def write(connection: Connection, data: bytes) -> None:
            self._write(connection, value, data)

        return att.AttributeValue(read, write)

    async def _read(self, connection: Connection, value: Value) -> bytes:
        """A client reads; the firmware is asked whether it may."""
        if not value.flags & _READ:
            raise att.ATT_Error(att.ErrorCode.READ_NOT_PERMITTED)
        if self._events.wanted:
            question = asyncio.get_running_loop().create_future()
            self._questions.append(question)
            self._events.numbers(events.GATTS_READ_REQUEST, connection.handle, value.attribute.handle)
            error = await question
            if error:
                raise att.ATT_Error(att.ErrorCode(error))
        return value.data

    def _write(self, connection: Connection, value: Value, data: bytes) -> None:
        if not value.flags & (_WRITE | _WRITE_NO_RESPONSE):
            raise att.ATT_Error(att.ErrorCode.WRITE_NOT_PERMITTED)
        value.receive(data)
        self._events.numbers(events.GATTS_WRITE, connection.handle, value.attribute.handle)


def _permissions(flags: int) -> att.Attribute.Permissions:
    permissions = _Permissions(0)
    if flags & _READ:
        permissions |= _Permissions.READABLE
    if flags & (_WRITE | _WRITE_NO_RESPONSE):
        permissions |= _Permissions.WRITEABLE
    for flag, demand in _DEMANDS.items():
        if flags & flag:
            permissions |= demand
    return permissions


def _parse(wanted: bytes) -> Iterator[tuple[int, int, UUID]]:
    at = 0
    while at < len(wanted):
        kind, flags, length = _HEAD.unpack_from(wanted, at)
        at += _HEAD.size
        yield kind, flags, UUID.from_bytes(wanted[at : at + length])
        at += length

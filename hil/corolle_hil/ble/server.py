"""The GATT server of a board, by the arguments of MicroPython's `bluetooth`."""

import errno
import struct
from collections.abc import Callable

from bumble import core
from bumble.device import Connection

from corolle_hil.ble import events
from corolle_hil.ble.attributes import Attributes, Value
from corolle_hil.ble.events import Events
from corolle_hil.ble.host import Station
from corolle_hil.ble.link import AirLink
from corolle_hil.shims import ops

Answer = tuple[int, bytes]
_DONE: Answer = (0, b"")
_UNKNOWN: Answer = (errno.EINVAL, b"")
_BUFFER = struct.Struct("<HB")
# NimBLE's pool of message buffers on an ESP32 (BT_NIMBLE_MSYS_1_BLOCK_COUNT): when it is empty, ENOMEM.
_MESSAGES = 12
_NO_CONFIRMATION = 13  # BLE_HS_ETIMEOUT


class Server:
    """What a board serves.

    Attributes:
        table: what it does for the firmware, by the link's words.
    """

    def __init__(self, station: Station, link: AirLink, board: Events):
        self.attributes = Attributes(station.device, board)
        self.table: dict[int, Callable[[int, bytes], Answer]] = {
            ops.BLE_REGISTER: self._register,
            ops.BLE_READ: self._read,
            ops.BLE_WRITE: self._write,
            ops.BLE_NOTIFY: self._notify,
            ops.BLE_BUFFER: self._set_buffer,
            ops.BLE_ANSWER: self._answer,
        }
        self._station = station
        self._link = link
        self._events = board

    def end(self) -> None:
        """The radio is switched off."""
        self.attributes.give_up()

    def _register(self, _: int, wanted: bytes) -> Answer:
        """Not while anything is going on: NimBLE refuses it too."""
        controller = self._station.controller
        if controller.advertiser.enabled or controller.le_scan_enable or controller.le_connections:
            return errno.EBUSY, b""
        handles = self.attributes.register(wanted)
        return 0, struct.pack(f"<{len(handles)}H", *handles)

    def _read(self, handle: int, _: bytes) -> Answer:
        value = self.attributes.values.get(handle)
        return (0, value.read()) if value else _UNKNOWN

    def _write(self, handle: int, payload: bytes) -> Answer:
        value = self.attributes.values.get(handle)
        if value is None:
            return _UNKNOWN
        value.write(payload[1:])
        if payload[0]:
            server = self._station.device.gatt_server
            self._link.loop.create_task(server.notify_subscribers(value.attribute, value.data))
            self._link.loop.create_task(server.indicate_subscribers(value.attribute, value.data))
        return _DONE

    def _set_buffer(self, handle: int, payload: bytes) -> Answer:
        value = self.attributes.values.get(handle)
        if value is None:
            return _UNKNOWN
        room, append = _BUFFER.unpack(payload)
        value.set_buffer(room, bool(append))
        return _DONE

    def _answer(self, error: int, _: bytes) -> Answer:
        self.attributes.answer(error)
        return _DONE

    def _notify(self, number: int, payload: bytes) -> Answer:
        """Sent whether the client has subscribed or not."""
        value = self.attributes.values.get(number & 0xFFFF)
        connection = self._station.device.lookup_connection(number >> 16)
        if value is None:
            return _UNKNOWN
        if connection is None:
            return errno.ENOTCONN, b""
        if self._is_full(connection):
            return errno.ENOMEM, b""
        data = payload[2:] if payload[1] else value.data
        if payload[0]:
            self._link.loop.create_task(self._indicate(connection, value, data))
        else:
            device = self._station.device
            self._link.loop.create_task(
                device.notify_subscriber(connection, value.attribute, data, force=True)
            )
        return _DONE

    def _is_full(self, connection: Connection) -> bool:
        path = self._station.controller.find_le_connection_by_handle(connection.handle)
        return path is not None and self._link.waiting(path) >= _MESSAGES

    async def _indicate(self, connection: Connection, value: Value, data: bytes) -> None:
        status = 0
        try:
            await self._station.device.indicate_subscriber(connection, value.attribute, data, force=True)
        except (TimeoutError, core.BaseBumbleError):
            status = _NO_CONFIRMATION
        self._events.numbers(events.INDICATE_DONE, connection.handle, value.attribute.handle, status)

"""A board as central and GATT client, by the arguments of MicroPython's `bluetooth`."""

import errno
import struct
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bumble import att, core, gatt_client, hci
from bumble.core import UUID
from bumble.device import Connection, ConnectionParametersPreferences

from corolle_hil.ble import events
from corolle_hil.ble.events import Events
from corolle_hil.ble.host import Station
from corolle_hil.ble.link import AirLink
from corolle_hil.shims import ops

if TYPE_CHECKING:
    from corolle_hil.ble.radio import Settings

Answer = tuple[int, bytes]
_DONE: Answer = (0, b"")
_PEER = struct.Struct("<B6sII")
_RANGE = struct.Struct("<BHH")
_NO_HANDLE, _NO_ADDRESS_TYPE = 0xFFFF, 0xFF  # what NimBLE says when there is no connection
_TIMEOUT = 13  # BLE_HS_ETIMEOUT
_ATT_ERROR = 0x100  # BLE_HS_ERR_ATT_BASE
_SUPERVISION_MS = 2560  # NimBLE's default


class Client:
    """What a board asks of others.

    Attributes:
        table: what it does for the firmware, by the link's words.
    """

    def __init__(self, station: Station, link: AirLink, board: Events, settings: "Settings"):
        self.table: dict[int, Callable[[int, bytes], Answer]] = {
            ops.BLE_CONNECT: self._connect,
            ops.BLE_EXCHANGE_MTU: self._exchange_mtu,
            ops.BLE_DISCOVER: self._discover,
            ops.BLE_FETCH: self._read,
            ops.BLE_STORE: self._write,
        }
        self._device = station.device
        self._loop = link.loop
        self._events = board
        self._settings = settings
        station.device.on("connection", self._listen)

    def _connect(self, wait_ms: int, payload: bytes) -> Answer:
        if not payload:
            self._loop.create_task(self._device.cancel_connection())
            return _DONE
        if self._device.is_le_connecting:
            return errno.EALREADY, b""
        kind, first_byte_first, shortest_us, longest_us = _PEER.unpack(payload)
        peer = hci.Address(first_byte_first[::-1], hci.AddressType(kind))
        preferences = ConnectionParametersPreferences(
            connection_interval_min=shortest_us / 1000,
            connection_interval_max=longest_us / 1000,
            supervision_timeout=_SUPERVISION_MS,
        )
        self._loop.create_task(self._reach(peer, preferences, wait_ms / 1000))
        return _DONE

    async def _reach(self, peer: hci.Address, how: ConnectionParametersPreferences, wait_s: float) -> None:
        try:
            await self._device.connect(
                peer,
                own_address_type=hci.OwnAddressType(self._settings.address_mode),
                connection_parameters_preferences={hci.HCI_LE_1M_PHY: how},
                timeout=wait_s,
            )
        except core.BaseBumbleError:
            self._events.peer(events.PERIPHERAL_DISCONNECT, _NO_HANDLE, _NO_ADDRESS_TYPE, bytes(6))

    def _listen(self, connection: Connection) -> None:
        """Values that the peer sends by itself reach the firmware, subscribed to or not."""
        handle = connection.handle

        def notified(notification: att.ATT_Handle_Value_Notification) -> None:
            pdu = notification
            self._events.numbers(events.NOTIFY, handle, pdu.attribute_handle, data=pdu.attribute_value)

        def indicated(indication: att.ATT_Handle_Value_Indication) -> None:
            pdu = indication
            self._events.numbers(events.INDICATE, handle, pdu.attribute_handle, data=pdu.attribute_value)
            connection.gatt_client.send_confirmation(att.ATT_Handle_Value_Confirmation())

        connection.gatt_client.on_att_handle_value_notification = notified
        connection.gatt_client.on_att_handle_value_indication = indicated

    def _ask(self, handle: int, ask: Callable[[gatt_client.Client], Awaitable[None]], *done: int) -> Answer:
        """Ask the peer of a connection; `done` is the event at the end, and its numbers before the status."""
        connection = self._device.lookup_connection(handle)
        if connection is None:
            return errno.ENOTCONN, b""
        self._loop.create_task(self._finish(ask(connection.gatt_client), done))
        return _DONE

    async def _finish(self, asked: Awaitable[None], done: tuple[int, ...]) -> None:
        status = 0
        try:
            await asked
        except att.ATT_Error as error:
            status = _ATT_ERROR + error.error_code
        except (TimeoutError, core.BaseBumbleError):
            status = _TIMEOUT
        if done:
            self._events.numbers(*done, status)

    def _exchange_mtu(self, handle: int, _: bytes) -> Answer:
        async def exchange(peer: gatt_client.Client) -> None:
            await peer.request_mtu(self._settings.mtu)

        return self._ask(handle, exchange)

    def _discover(self, handle: int, payload: bytes) -> Answer:
        code, first, last = _RANGE.unpack_from(payload)
        wanted = UUID.from_bytes(payload[_RANGE.size :]) if len(payload) > _RANGE.size else None
        find = {
            events.SERVICE_RESULT: self._services,
            events.CHARACTERISTIC_RESULT: self._characteristics,
            events.DESCRIPTOR_RESULT: self._descriptors,
        }[code]
        return self._ask(handle, lambda peer: find(peer, handle, first, last, wanted), code + 1, handle)

    async def _services(
        self, peer: gatt_client.Client, handle: int, first: int, last: int, wanted: UUID | None
    ) -> None:
        for it in await peer.discover_services([wanted] if wanted else ()):
            if wanted is None or it.uuid == wanted:
                self._events.found(
                    events.SERVICE_RESULT, it.uuid.to_bytes(), handle, it.handle, it.end_group_handle
                )

    async def _characteristics(
        self, peer: gatt_client.Client, handle: int, first: int, last: int, wanted: UUID | None
    ) -> None:
        where = gatt_client.ServiceProxy(peer, first, last, UUID.from_16_bits(0))
        for it in await peer.discover_characteristics([wanted] if wanted else (), where):
            self._events.found(
                events.CHARACTERISTIC_RESULT,
                it.uuid.to_bytes(),
                handle,
                it.end_group_handle,
                it.handle,
                it.properties,
            )

    async def _descriptors(
        self, peer: gatt_client.Client, handle: int, first: int, last: int, wanted: UUID | None
    ) -> None:
        for it in await peer.discover_descriptors(start_handle=first, end_handle=last):
            self._events.found(events.DESCRIPTOR_RESULT, it.type.to_bytes(), handle, it.handle)

    def _read(self, number: int, _: bytes) -> Answer:
        handle, value_handle = number >> 16, number & 0xFFFF

        async def read(peer: gatt_client.Client) -> None:
            data = bytes(await peer.read_value(value_handle))
            self._events.numbers(events.READ_RESULT, handle, value_handle, data=data)

        return self._ask(handle, read, events.READ_DONE, handle, value_handle)

    def _write(self, number: int, payload: bytes) -> Answer:
        handle, value_handle = number >> 16, number & 0xFFFF
        confirmed = bool(payload[0])

        async def write(peer: gatt_client.Client) -> None:
            await peer.write_value(value_handle, payload[1:], with_response=confirmed)

        done = (events.WRITE_DONE, handle, value_handle) if confirmed else ()
        return self._ask(handle, write, *done)

"""The Bluetooth of one board: what its firmware asks for, done by a Bumble device in the street's air."""

import errno
import struct
from collections.abc import Callable
from dataclasses import dataclass

from bumble import hci
from bumble.device import Connection

from corolle_hil.ble import events
from corolle_hil.ble.broadcaster import Broadcaster
from corolle_hil.ble.client import Client
from corolle_hil.ble.events import Events
from corolle_hil.ble.host import Station
from corolle_hil.ble.link import AirLink
from corolle_hil.ble.pdu import SCAN_RSP, Broadcast
from corolle_hil.ble.server import Server
from corolle_hil.ports import BleRadio
from corolle_hil.shims import ops
from corolle_hil.world.propagation import Position

Answer = tuple[int, bytes]
_DONE: Answer = (0, b"")
_NUMBER = struct.Struct("<I")


@dataclass
class Settings:
    """What `BLE.config` gets and sets."""

    address_mode: int = hci.OwnAddressType.PUBLIC
    name: bytes = b"MPY ESP32"
    buffer_bytes: int = 256
    mtu: int = 256  # NimBLE's, as MicroPython builds it for an ESP32


class BoardRadio(BleRadio):
    """A board's BLE, as MicroPython's `bluetooth` knows it.

    Args:
        link: the street's BLE.
        name: of the unit, and so of its antenna.
        mac: the controller's public address, first byte first.
    """

    def __init__(self, link: AirLink, name: str, position: Position, mac: bytes):
        self.events = Events(self._interrupt)
        self.settings = Settings()
        self._link = link
        self._name = name
        self._position = position
        static = bytes([mac[0] | 0xC0, *mac[1:]])  # a static random address begins with two ones
        self._addresses = (
            hci.Address(mac[::-1], hci.Address.PUBLIC_DEVICE_ADDRESS),
            hci.Address(static[::-1], hci.Address.RANDOM_DEVICE_ADDRESS),
        )
        self._tell: Callable[[], None] | None = None
        self.station: Station | None = None  # None: switched off
        self._table: dict[int, Callable[[int, bytes], Answer]] = {}
        self._ends: tuple[Callable[[], None], ...] = ()

    def connect(self, interrupt: Callable[[], None]) -> None:
        """Call `interrupt()` when events begin to wait."""
        self._tell = interrupt

    def _interrupt(self) -> None:
        if self._tell:
            self._tell()

    def take(self) -> bytes:
        """The event that has waited longest."""
        return self.events.take()

    def reset(self) -> None:
        """Off, and all forgotten."""
        self._switch_off()
        self.events.clear()
        self.settings = Settings()

    def move(self, position: Position) -> None:
        """The board is carried to another place."""
        self._position = position
        if self.station:
            self._link.move(self.station.controller, position)

    def command(self, word: int, number: int, payload: bytes) -> Answer:
        """Do what the firmware asks for."""
        if word == ops.BLE_ACTIVE:
            self._activate(bool(number))
            return _DONE
        if word == ops.BLE_IRQ:
            self.events.wanted = bool(number)
            return _DONE
        if word == ops.BLE_DATA:
            return 0, self.events.data
        if word == ops.BLE_CONFIGURE:
            return self._configure(number, payload)
        if word == ops.BLE_CONFIG and number != ops.BLE_MAC:
            return self._config(number)
        if self.station is None:
            return errno.ENODEV, b""
        return self._link.loop.run(self._table[word], number, payload)

    def _activate(self, active: bool) -> None:
        if not active:
            self._switch_off()
        elif self.station is None:
            self._switch_on()

    def _switch_on(self) -> None:
        station = Station(self._link, self._name, self._position, *self._addresses, self._heard)
        station.gap_name = self.settings.name
        station.device.gatt_server.max_mtu = self.settings.mtu
        station.device.on("connection", self._connected)
        self.station = station
        broadcaster = Broadcaster(station, self._link.scheduler, self.events, self.settings)
        server = Server(station, self._link, self.events)
        client = Client(station, self._link, self.events, self.settings)
        self._ends = (broadcaster.end, server.end)
        self._table = {
            ops.BLE_CONFIG: lambda number, payload: (0, self._mac()),
            ops.BLE_DISCONNECT: self._disconnect,
            **broadcaster.table,
            **server.table,
            **client.table,
        }

    def _switch_off(self) -> None:
        if self.station:
            for end in self._ends:
                self._link.loop.run(end)
            self.station.switch_off()
            self.station = None
            self._table = {}
            self._forget_events()

    def _forget_events(self) -> None:
        """What still goes on in the old station reaches nobody."""
        wanted = self.events.wanted
        self.events.clear()
        self.events = Events(self._interrupt)
        self.events.wanted = wanted

    def _heard(self, broadcast: Broadcast, kind: int, rssi_dbm: int) -> None:
        data = broadcast.response if kind == SCAN_RSP else broadcast.data
        self.events.advert(broadcast.address, kind, rssi_dbm, data)

    def _mac(self) -> bytes:
        mode = self.settings.address_mode
        return bytes([mode]) + self._addresses[mode].address_bytes[::-1]

    def _config(self, which: int) -> Answer:
        if which == ops.BLE_NAME:
            return 0, self.settings.name
        value = self.settings.mtu if which == ops.BLE_MTU else self.settings.buffer_bytes
        return 0, _NUMBER.pack(value)

    def _configure(self, which: int, payload: bytes) -> Answer:
        if which == ops.BLE_NAME:
            self.settings.name = payload
            if self.station:
                self.station.gap_name = payload
            return _DONE
        value = _NUMBER.unpack(payload)[0]
        if which == ops.BLE_ADDRESS_MODE:
            if value >= len(self._addresses):
                return errno.EINVAL, b""
            self.settings.address_mode = value
        elif which == ops.BLE_MTU:
            self.settings.mtu = value
            if self.station:
                self.station.device.gatt_server.max_mtu = value
        else:
            self.settings.buffer_bytes = value
        return _DONE

    def _connected(self, connection: Connection) -> None:
        """A central has come, or a peripheral has been reached."""
        code = events.CENTRAL_CONNECT if connection.role == hci.Role.PERIPHERAL else events.PERIPHERAL_CONNECT
        self._say_peer(code, connection)
        connection.on("disconnection", lambda reason: self._say_peer(code + 1, connection))
        connection.on(
            "connection_att_mtu_update",
            lambda: self.events.numbers(events.MTU_EXCHANGED, connection.handle, connection.att_mtu),
        )
        connection.on("connection_parameters_update", lambda: self._say_parameters(connection))

    def _say_peer(self, code: int, connection: Connection) -> None:
        peer = connection.peer_address
        self.events.peer(code, connection.handle, peer.address_type, peer.address_bytes[::-1])

    def _say_parameters(self, connection: Connection) -> None:
        parameters = connection.parameters
        self.events.numbers(
            events.CONNECTION_UPDATE,
            connection.handle,
            round(parameters.connection_interval / 1.25),
            parameters.peripheral_latency,
            round(parameters.supervision_timeout / 10),
            0,
        )

    def _disconnect(self, handle: int, _: bytes) -> Answer:
        connection = self.station and self.station.device.lookup_connection(handle)
        if not connection:
            return 0, b"\x00"
        self._link.loop.create_task(connection.disconnect())
        return 0, b"\x01"

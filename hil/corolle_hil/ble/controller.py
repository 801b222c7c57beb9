"""A Bumble controller whose radio is an antenna in the street's air."""

import asyncio
import struct
from collections.abc import Callable
from typing import Any

from bumble import hci
from bumble.controller import Controller, LegacyAdvertiser

from corolle_hil.ble.air import Beacon, BleAir
from corolle_hil.ble.antenna import Antenna, Ear
from corolle_hil.ble.link import AirLink
from corolle_hil.ble.pdu import ADV_IND, ADV_NONCONN_IND, ADV_SCAN_IND, SCAN_RSP, Broadcast
from corolle_hil.world.propagation import Position

_SLOT_US = 625  # the unit of advertising and scan intervals (Core 5.4, Vol 4, Part E, 7.8.5 and 7.8.10)
_SUPPORTED = (ADV_IND, ADV_SCAN_IND, ADV_NONCONN_IND)
_OK = hci.HCI_ErrorCode.SUCCESS
_ONE_REPORT = hci.HCI_LE_ADVERTISING_REPORT_EVENT, 1
Report = Callable[[Broadcast, int, int], None]  # (what, kind of PDU, RSSI in dBm)


class Advertiser(LegacyAdvertiser):
    """The controller's one advertising set, at work in the air."""

    def __init__(self, controller: "AirController"):
        super().__init__(controller)
        self._air = controller.air
        self._antenna = controller.antenna
        self._beacon: Beacon | None = None

    def start(self) -> None:
        """Advertise, from the next event on with what is set now."""
        self.stop()
        if self.advertising_type not in _SUPPORTED:
            return
        self.enabled = True
        interval_us = self.advertising_interval_min * _SLOT_US
        self._beacon = self._air.advertise(self._antenna, self._broadcast(), interval_us)

    def refresh(self) -> None:
        """Go on with the data that are set now."""
        if self._beacon:
            self._beacon.broadcast = self._broadcast()

    def _broadcast(self) -> Broadcast:
        return Broadcast(self.advertising_type, self.address, self.advertising_data, self.scan_response_data)

    def stop(self) -> None:
        """Advertise no more."""
        self.enabled = False
        if self._beacon:
            self._beacon.stop()
            self._beacon = None


class AirController(Controller):
    """A Bluetooth 4.2 controller, as in an ESP32: legacy advertising, one advertiser, one scanner.

    Bumble's own controller hears all its peers at once and at -50 dBm; this one hears what its antenna does.

    Args:
        name: of its antenna.
        on_report: called with each advertising report; without it they go to the host, by HCI, at ten times
            the cost.
    """

    hci_version = lmp_version = hci.HCI_VERSION_BLUETOOTH_CORE_4_2
    le_features = hci.LeFeatureMask.LE_ENCRYPTION | hci.LeFeatureMask.LE_DATA_PACKET_LENGTH_EXTENSION
    le_acl_data_packet_length = 251
    supported_max_tx_octets = supported_max_rx_octets = suggested_max_tx_octets = 251

    def __init__(
        self,
        name: str,
        position: Position,
        link: AirLink,
        public_address: hci.Address,
        on_report: Report | None = None,
    ):
        self.air: BleAir = link.air
        self._street = link
        self.antenna = Antenna(name, position, self._heard)
        self._on_report = on_report or self._report
        self._reported: set[tuple[hci.Address, bool]] = (
            set()
        )  # with duplicates filtered: what was told already
        super().__init__(name, link=link, public_address=public_address)
        self.le_legacy_advertiser = self.advertiser = Advertiser(self)
        link.enter(self, self.antenna)

    def vanish(self) -> None:
        """The power is gone: nobody is told."""
        self._quiet()
        self._street.vanish(self)

    def scan(self, interval_us: int, window_us: int, active: bool) -> None:
        """Scan from now on, by these figures."""
        self.le_scan_interval = interval_us // _SLOT_US
        self.le_scan_window = window_us // _SLOT_US
        self.le_scan_type = int(active)
        self.le_scan_enable = True
        self._listen()

    def stop_scan(self) -> None:
        """Scan no more."""
        self.le_scan_enable = False
        self._listen()

    def _quiet(self) -> None:
        self.advertiser.stop()
        self.pending_le_connection = None
        self.stop_scan()

    def _listen(self) -> None:
        """Scan or initiate as was ordered; who does both scans as the scanner does."""
        pending = self.pending_le_connection
        if self.le_scan_enable:
            slots, active = (self.le_scan_interval, self.le_scan_window), bool(self.le_scan_type)
        elif isinstance(pending, hci.HCI_LE_Create_Connection_Command):
            slots, active = (pending.le_scan_interval, pending.le_scan_window), False
        else:
            self.air.listen(self.antenna, None)
            return
        now_us = self._street.scheduler.now_us
        self.air.listen(self.antenna, Ear(slots[0] * _SLOT_US, slots[1] * _SLOT_US, now_us, active))

    def _heard(self, broadcast: Broadcast, rssi_dbm: int, answer: bool) -> None:
        self._street.loop.run(self._take, broadcast, rssi_dbm, answer)

    def _take(self, broadcast: Broadcast, rssi_dbm: int, answer: bool) -> None:
        if self.le_scan_enable and not self._is_old(broadcast, answer):
            self._on_report(broadcast, SCAN_RSP if answer else broadcast.kind, rssi_dbm)
        pending = self.pending_le_connection
        if pending and broadcast.kind == ADV_IND and pending.peer_address == broadcast.address:
            self.create_le_connection(broadcast.address)
            self._listen()

    def _is_old(self, broadcast: Broadcast, answer: bool) -> bool:
        if not self.filter_duplicates:
            return False
        key = (broadcast.address, answer)
        known = key in self._reported
        self._reported.add(key)
        return known

    def _report(self, broadcast: Broadcast, kind: int, rssi_dbm: int) -> None:
        """Vol 4, Part E, 7.7.65.2, in bytes: there are thousands a second, and Bumble would describe each."""
        data = broadcast.response if kind == SCAN_RSP else broadcast.data
        sender = broadcast.address
        head = bytes((*_ONE_REPORT, kind, sender.address_type)) + bytes(sender)
        report = head + bytes((len(data), *data, rssi_dbm & 0xFF))
        if self.host:
            packet = bytes((hci.HCI_EVENT_PACKET, hci.HCI_LE_META_EVENT, len(report))) + report
            asyncio.get_running_loop().call_soon(self.host.on_packet, packet)

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """What a host sends before it knows that a connection is lost goes nowhere."""
        if self.find_connection_by_handle(packet.connection_handle):
            super().on_hci_acl_data_packet(packet)

    def on_hci_reset_command(self, _command: hci.HCI_Reset_Command) -> hci.HCI_StatusReturnParameters:
        """Vol 4, Part E, 7.3.2: stand by; connections are lost without a word to the peer."""
        self._quiet()
        self._street.abandon(self)
        return hci.HCI_StatusReturnParameters(_OK)

    def on_hci_le_set_advertising_data_command(
        self, command: hci.HCI_LE_Set_Advertising_Data_Command
    ) -> hci.HCI_StatusReturnParameters:
        """7.8.7: may be changed while advertising."""
        answer = super().on_hci_le_set_advertising_data_command(command)
        self.advertiser.refresh()
        return answer

    def on_hci_le_set_scan_response_data_command(
        self, command: hci.HCI_LE_Set_Scan_Response_Data_Command
    ) -> hci.HCI_StatusReturnParameters:
        """7.8.8: may be changed while advertising."""
        answer = super().on_hci_le_set_scan_response_data_command(command)
        self.advertiser.refresh()
        return answer

    def on_hci_le_set_scan_enable_command(
        self, command: hci.HCI_LE_Set_Scan_Enable_Command
    ) -> hci.HCI_StatusReturnParameters:
        """7.8.11."""
        self._reported.clear()
        answer = super().on_hci_le_set_scan_enable_command(command)
        self._listen()
        return answer

    def on_hci_le_create_connection_command(self, command: hci.HCI_LE_Create_Connection_Command) -> None:
        """7.8.12."""
        super().on_hci_le_create_connection_command(command)
        self._listen()

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """7.8.13: the command that was cancelled ends with an event of its own."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        self._listen()
        ended = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, ended)
        return hci.HCI_StatusReturnParameters(_OK)

    def on_hci_read_rssi_command(self, command: Any) -> hci.HCI_Read_RSSI_ReturnParameters:
        """7.5.4."""
        handle: int = command.handle
        connection = self.find_le_connection_by_handle(handle)
        if connection is None:
            unknown = hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR
            return hci.HCI_Read_RSSI_ReturnParameters(status=unknown, handle=handle, rssi=0)
        rssi_dbm = round(self._street.mean_dbm(connection))
        return hci.HCI_Read_RSSI_ReturnParameters(status=_OK, handle=handle, rssi=rssi_dbm)

    def on_hci_le_rand_command(self, _command: hci.HCI_LE_Rand_Command) -> hci.HCI_LE_Rand_ReturnParameters:
        """7.8.23, from the street's own chance."""
        number = struct.pack("<Q", self._street.rng.getrandbits(64))
        return hci.HCI_LE_Rand_ReturnParameters(status=_OK, random_number=number)

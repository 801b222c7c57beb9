"""What a board advertises and how it scans, by the arguments of MicroPython's `bluetooth`."""

import errno
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from bumble import hci
from bumble.device import AdvertisingType, LegacyAdvertiser

from corolle_hil.ble import events
from corolle_hil.ble.events import Events
from corolle_hil.ble.host import Station
from corolle_hil.ble.pdu import ADV_IND, ADV_SCAN_IND, LEGACY_DATA_BYTES
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.shims import ops

if TYPE_CHECKING:
    from corolle_hil.ble.radio import Settings

Answer = tuple[int, bytes]
_DONE: Answer = (0, b"")
_INVALID: Answer = (errno.EINVAL, b"")
_SLOT_US = 625
# Core 5.4, Vol 4, Part E, 7.8.5 and 7.8.10, in slots.
_ADVERTISING_SLOTS = range(0x20, 0x4000 + 1)
_SCAN_SLOTS = range(0x04, 0x4000 + 1)
_SCAN = struct.Struct("<IIIB")


class Broadcaster:
    """Broadcaster and observer of a board.

    Attributes:
        table: what it does for the firmware, by the link's words.
    """

    def __init__(self, station: Station, scheduler: Scheduler, board: Events, settings: "Settings"):
        self.table: dict[int, Callable[[int, bytes], Answer]] = {
            ops.BLE_ADVERTISE: self._advertise,
            ops.BLE_SCAN: self._scan,
        }
        self._station = station
        self._scheduler = scheduler
        self._events = board
        self._settings = settings
        self._scan_end: Handle | None = None
        self._scanning = False

    def end(self) -> None:
        """The radio is switched off."""
        if self._scan_end:
            self._scan_end.cancel()

    def _advertise(self, interval_us: int, payload: bytes) -> Answer:
        """As NimBLE does it: whatever was advertised stops first."""
        advertiser = self._station.controller.advertiser
        advertiser.stop()
        if not interval_us:
            return _DONE
        flags, length = payload[0], payload[1]
        data, response = payload[2 : 2 + length], payload[2 + length :]
        slots = interval_us // _SLOT_US
        if slots not in _ADVERTISING_SLOTS or max(length, len(response)) > LEGACY_DATA_BYTES:
            return _INVALID
        if flags & ops.BLE_AD_DATA:
            advertiser.advertising_data = data
        if flags & ops.BLE_AD_RESPONSE:
            advertiser.scan_response_data = response
        # Discoverable and not connectable is, for NimBLE, an advert that can be scanned.
        advertiser.advertising_type = ADV_IND if flags & ops.BLE_AD_CONNECTABLE else ADV_SCAN_IND
        advertiser.advertising_interval_min = slots
        advertiser.own_address_type = self._settings.address_mode
        self._tell_host()
        advertiser.start()
        return _DONE

    def _tell_host(self) -> None:
        """Bumble's device wants to know by which address it may be connected to."""
        self._station.device.legacy_advertiser = LegacyAdvertiser(
            self._station.device,
            AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE,
            hci.OwnAddressType(self._settings.address_mode),
            hci.Address.ANY,
            auto_restart=False,
        )

    def _scan(self, start: int, payload: bytes) -> Answer:
        if not start:
            self._stop_scan()
            return _DONE
        duration_ms, interval_us, window_us, active = _SCAN.unpack(payload)
        if not (interval_us // _SLOT_US in _SCAN_SLOTS and window_us // _SLOT_US in _SCAN_SLOTS):
            return _INVALID
        if window_us > interval_us:
            return _INVALID
        if self._scanning:
            return errno.EALREADY, b""
        self._scanning = True
        self._station.controller.scan(interval_us, window_us, bool(active))
        if duration_ms:
            self._scan_end = self._scheduler.after(duration_ms * 1000, self._stop_scan)
        return _DONE

    def _stop_scan(self) -> None:
        if self._scanning:
            self._scanning = False
            self.end()
            self._station.controller.stop_scan()
            self._events.numbers(events.SCAN_DONE)

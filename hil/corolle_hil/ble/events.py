"""Events on their way to a board, as its `bluetooth` module takes them: one by one, in fixed length."""

import struct
from collections import deque
from collections.abc import Callable

from bumble.hci import Address

from corolle_hil.shims import ops

# Codes of MicroPython's `bluetooth`, by its documentation.
CENTRAL_CONNECT, CENTRAL_DISCONNECT, GATTS_WRITE, GATTS_READ_REQUEST, SCAN_RESULT, SCAN_DONE = range(1, 7)
PERIPHERAL_CONNECT, PERIPHERAL_DISCONNECT = 7, 8
SERVICE_RESULT, SERVICE_DONE, CHARACTERISTIC_RESULT, CHARACTERISTIC_DONE = range(9, 13)
DESCRIPTOR_RESULT, DESCRIPTOR_DONE, READ_RESULT, READ_DONE, WRITE_DONE = range(13, 18)
NOTIFY, INDICATE, INDICATE_DONE, MTU_EXCHANGED = range(18, 22)
CONNECTION_UPDATE = 27

# NimBLE on an ESP32 keeps 30 buffers for events, and 8 that adverts may take (BT_NIMBLE_TRANSPORT_EVT_*).
_EVENTS, _ADVERTS = 30, 8
_HEAD = struct.Struct(ops.BLE_EVENT)
_NUMBERS = struct.Struct(ops.BLE_NUMBERS)
_NOTHING = bytes(ops.BLE_EVENT_BYTES)


class Events:
    """What waits to be taken.

    Attributes:
        wanted: whether somebody on the board wants events; what happens else is forgotten.
        data: what the event taken last carries beside its fixed length.
        lost: how many found no room.

    Args:
        interrupt: called when events begin to wait.
    """

    def __init__(self, interrupt: Callable[[], None]):
        self.wanted = False
        self.data = b""
        self.lost = 0
        self._interrupt = interrupt
        self._waiting: deque[tuple[bytes, bytes]] = deque()

    def clear(self) -> None:
        """The board has restarted."""
        self.wanted = False
        self.data = b""
        self._waiting.clear()

    def take(self) -> bytes:
        """The one that has waited longest, with a flag while there are more; of zeros when there is none."""
        if not self._waiting:
            return _NOTHING
        event, self.data = self._waiting.popleft()
        return (b"\x01" if self._waiting else b"\x00") + event

    def advert(self, address: Address, kind: int, rssi_dbm: int, data: bytes) -> None:
        """A scan result."""
        if len(self._waiting) >= _ADVERTS:
            self.lost += 1
            return
        first_byte_first = address.address_bytes[::-1]
        head = _HEAD.pack(0, SCAN_RESULT, address.address_type, kind, rssi_dbm, len(data), first_byte_first)
        self._append(head + data)

    def peer(self, code: int, handle: int, address_type: int, address: bytes) -> None:
        """Somebody has come or gone; the address with its first byte first."""
        head = _HEAD.pack(0, code, address_type, 0, 0, 0, address)
        self._append(head + _NUMBERS.pack(handle, 0, 0, 0, 0))

    def numbers(self, code: int, *numbers: int, data: bytes = b"") -> None:
        """An event that is some numbers, and perhaps data."""
        padded = numbers + (0,) * (5 - len(numbers))
        self._append(_HEAD.pack(0, code, 0, 0, 0, len(numbers), bytes(6)) + _NUMBERS.pack(*padded), data)

    def found(self, code: int, uuid: bytes, *numbers: int) -> None:
        """Something that a discovery has found."""
        padded = numbers + (0,) * (5 - len(numbers))
        head = _HEAD.pack(0, code, 0, 0, 0, len(uuid), bytes(6))
        self._append(head + _NUMBERS.pack(*padded) + uuid)

    def _append(self, event: bytes, data: bytes = b"") -> None:
        if not self.wanted:
            return
        if len(self._waiting) >= _EVENTS:
            self.lost += 1
            return
        self._waiting.append((event[1:].ljust(ops.BLE_EVENT_BYTES - 1, b"\0"), data))
        if len(self._waiting) == 1:
            self._interrupt()

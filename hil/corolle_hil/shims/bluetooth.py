"""ESP32's `bluetooth` in front of a controller in the street's air; events are gone with their callback."""

import struct
import sys

import link
import ops

FLAG_READ = 0x02
FLAG_WRITE_NO_RESPONSE = 0x04
FLAG_WRITE = 0x08
FLAG_NOTIFY = 0x10
FLAG_INDICATE = 0x20

_READ_REQUEST = 4
_SCAN_RESULT = 5
_SERVICE_RESULT = 9
_CHARACTERISTIC_RESULT = 11
_DESCRIPTOR_RESULT = 13
_WITH_ADDRESS = (1, 2, 7, 8)  # connected and disconnected, either way
_WITH_DATA = (15, 18, 19)  # read, notified, indicated
_SETTINGS = {"mac": 1, "addr_mode": 2, "gap_name": 3, "rxbuf": 4, "mtu": 5}
_PAIRING = ("bond", "mitm", "io", "le_secure")  # taken, and of no effect: nobody pairs here

_event = bytearray(ops.BLE_EVENT_BYTES)
_view = memoryview(_event)
_address = _view[6:12]
_handler = None
_taking = False  # an event is being handled
_again = False  # more have come meanwhile


class UUID:
    """A UUID of 16 bits, given as a number, or of 128, given as text; or of either, given as bytes."""

    def __init__(self, value):
        if isinstance(value, int):
            self._bytes = struct.pack("<H", value)
        elif isinstance(value, str):
            self._bytes = bytes(reversed(bytes.fromhex(value.replace("-", ""))))
        else:
            self._bytes = bytes(value)
        if len(self._bytes) not in (2, 4, 16):
            raise ValueError("invalid UUID")

    def __eq__(self, other):
        return isinstance(other, UUID) and self._bytes == other._bytes

    def __hash__(self):
        return hash(self._bytes)

    def __iter__(self):
        return iter(self._bytes)  # so that bytes() takes it, as the buffer that it is on the chip

    def __len__(self):
        return len(self._bytes)

    def __repr__(self):
        digits = bytes(reversed(self._bytes)).hex()
        if len(digits) < 32:
            return "UUID(0x" + digits + ")"
        parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return "UUID('" + "-".join(parts) + "')"


def _copy(data):
    """The bytes of whatever is a buffer to the port; text is, and None is none."""
    return data.encode() if isinstance(data, str) else bytes(data or b"")


def _ask(word, number=0, payload=b""):
    return link.call(ops.BLE, word, number, payload)


class BLE:
    """The controller and its host; there is one of it, however often it is made."""

    _active = False

    def active(self, active=None):
        """Switch it on or off, and say which it is."""
        if active is not None:
            _ask(ops.BLE_ACTIVE, 1 if active else 0)
            BLE._active = bool(active)
        return BLE._active

    def irq(self, handler):
        """Call `handler(event, data)` at events."""
        global _handler
        _handler = handler
        link.handlers[ops.IRQ_BLE << 8] = _take
        _ask(ops.BLE_IRQ, 1 if handler else 0)

    def config(self, *name, **settings):
        """Get one setting by its name, or set some by keyword."""
        for key, value in settings.items():
            if key in _PAIRING:
                continue
            if key not in _SETTINGS or key == "mac":
                raise ValueError("unknown config param")
            if isinstance(value, int):
                value = struct.pack("<I", value)
            _ask(ops.BLE_CONFIGURE, _SETTINGS[key], _copy(value))
        if not name:
            return None
        if name[0] not in _SETTINGS or name[0] == "addr_mode":
            raise ValueError("unknown config param")
        value = _ask(ops.BLE_CONFIG, _SETTINGS[name[0]])
        if name[0] == "mac":
            return value[0], value[1:]
        return value if name[0] == "gap_name" else struct.unpack("<I", value)[0]

    def gap_advertise(self, interval_us, adv_data=None, *, resp_data=None, connectable=True):
        """Advertise every `interval_us`; None stops. Data that is None stays what it was."""
        flags = ops.BLE_AD_CONNECTABLE if connectable else 0
        flags |= 0 if adv_data is None else ops.BLE_AD_DATA
        flags |= 0 if resp_data is None else ops.BLE_AD_RESPONSE
        data = _copy(adv_data)
        _ask(ops.BLE_ADVERTISE, interval_us or 0, bytes((flags, len(data))) + data + _copy(resp_data))

    def gap_scan(self, duration_ms, interval_us=1280000, window_us=11250, active=False):
        """Scan for so long, 0: for ever, None: no more."""
        how = struct.pack("<IIIB", duration_ms or 0, interval_us, window_us, active)
        _ask(ops.BLE_SCAN, 0 if duration_ms is None else 1, how)

    def gap_connect(self, addr_type, addr=None, scan_duration_ms=2000, shortest_us=None, longest_us=None):
        """Connect to who advertises by that address; None cancels."""
        if addr_type is None:
            _ask(ops.BLE_CONNECT)
            return
        peer = struct.pack("<B6sII", addr_type, bytes(addr), shortest_us or 30000, longest_us or 50000)
        _ask(ops.BLE_CONNECT, scan_duration_ms, peer)

    def gap_disconnect(self, conn_handle):
        """End a connection; False when there is none."""
        return _ask(ops.BLE_DISCONNECT, conn_handle) == b"\x01"

    def gatts_register_services(self, services):
        """Replace the services; a tuple of handles for each."""
        wanted = b""
        shape = []
        for uuid, characteristics in services:
            wanted += _attribute(ops.BLE_SERVICE, uuid, 0)
            count = 0
            for characteristic in characteristics:
                wanted += _attribute(ops.BLE_CHARACTERISTIC, characteristic[0], characteristic[1])
                count += 1
                for descriptor in characteristic[2] if len(characteristic) > 2 else ():
                    wanted += _attribute(ops.BLE_DESCRIPTOR, descriptor[0], descriptor[1])
                    count += 1
            shape.append(count)
        handles = _ask(ops.BLE_REGISTER, 0, wanted)
        result = []
        for count in shape:
            result.append(struct.unpack("<" + "H" * count, handles))
            handles = handles[2 * count :]
        return tuple(result)

    def gatts_read(self, value_handle):
        """The value as it is here."""
        return _ask(ops.BLE_READ, value_handle)

    def gatts_write(self, value_handle, data, send_update=False):
        """Set the value here, and tell its subscribers when asked to."""
        _ask(ops.BLE_WRITE, value_handle, (b"\x01" if send_update else b"\x00") + _copy(data))

    def gatts_notify(self, conn_handle, value_handle, data=None):
        """Send a value, the one set here without `data`."""
        self._tell(conn_handle, value_handle, 0, data)

    def gatts_indicate(self, conn_handle, value_handle, data=None):
        """Send a value and have it confirmed."""
        self._tell(conn_handle, value_handle, 1, data)

    def _tell(self, conn_handle, value_handle, confirm, data):
        payload = bytes((confirm, data is not None)) + _copy(data)
        _ask(ops.BLE_NOTIFY, conn_handle << 16 | value_handle, payload)

    def gatts_set_buffer(self, value_handle, len, append=False):
        """How much a client may write, and whether it adds to what is there."""
        _ask(ops.BLE_BUFFER, value_handle, struct.pack("<HB", len, append))

    def gattc_exchange_mtu(self, conn_handle):
        """Agree on longer messages."""
        _ask(ops.BLE_EXCHANGE_MTU, conn_handle)

    def gattc_discover_services(self, conn_handle, uuid=None):
        """Ask for the peer's services."""
        self._discover(conn_handle, _SERVICE_RESULT, 1, 0xFFFF, uuid)

    def gattc_discover_characteristics(self, conn_handle, start_handle, end_handle, uuid=None):
        """Ask for the peer's characteristics between two handles."""
        self._discover(conn_handle, _CHARACTERISTIC_RESULT, start_handle, end_handle, uuid)

    def gattc_discover_descriptors(self, conn_handle, start_handle, end_handle):
        """Ask for the peer's descriptors between two handles."""
        self._discover(conn_handle, _DESCRIPTOR_RESULT, start_handle, end_handle, None)

    def _discover(self, conn_handle, code, start_handle, end_handle, uuid):
        payload = struct.pack("<BHH", code, start_handle, end_handle)
        _ask(ops.BLE_DISCOVER, conn_handle, payload + (uuid._bytes if uuid else b""))

    def gattc_read(self, conn_handle, value_handle):
        """Read a value of the peer."""
        _ask(ops.BLE_FETCH, conn_handle << 16 | value_handle)

    def gattc_write(self, conn_handle, value_handle, data, mode=0):
        """Write a value of the peer, with a response when `mode` is 1."""
        _ask(ops.BLE_STORE, conn_handle << 16 | value_handle, bytes((mode,)) + _copy(data))


def _attribute(kind, uuid, flags):
    return struct.pack("<BHB", kind, flags, len(uuid)) + uuid._bytes


def _take():
    """Hand all events that wait to the handler. What it does may bring more: they wait for their turn."""
    global _taking, _again
    _again = True
    if _taking:
        return
    _taking = True
    while _again:
        link.call(ops.BLE_TAKE, 0, 0, b"", _event)
        _again = _event[0] == 1
        if _event[1] and _handler:
            _handle(_event[1])
    _taking = False


def _handle(code):
    answer = None
    try:
        answer = _handler(code, _data(code))
    except Exception as error:  # noqa: BLE001 - as MicroPython's own callback does
        sys.print_exception(error)
    if code == _READ_REQUEST:
        _ask(ops.BLE_ANSWER, answer or 0)


def _data(code):
    """What the documentation says of each code; it stands in the event's buffer and is gone with it."""
    count = _event[5]
    if code == _SCAN_RESULT:
        rssi = (_event[4] ^ 128) - 128
        return _event[2], _address, _event[3], rssi, _view[ops.BLE_NUMBERS_AT : ops.BLE_NUMBERS_AT + count]
    numbers = struct.unpack_from(ops.BLE_NUMBERS, _event, ops.BLE_NUMBERS_AT)
    if code in _WITH_ADDRESS:
        return numbers[0], _event[2], _address
    if code in (_SERVICE_RESULT, _CHARACTERISTIC_RESULT, _DESCRIPTOR_RESULT):
        first = {_SERVICE_RESULT: 3, _CHARACTERISTIC_RESULT: 4, _DESCRIPTOR_RESULT: 2}[code]
        uuid = UUID(_view[ops.BLE_UUID_AT : ops.BLE_UUID_AT + count])
        return numbers[:first] + (uuid,)  # noqa: RUF005 - MicroPython unpacks no tuple into another
    if code in _WITH_DATA:
        return numbers[0], numbers[1], memoryview(_ask(ops.BLE_DATA))
    return numbers[:count]

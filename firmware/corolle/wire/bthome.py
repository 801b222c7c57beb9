"""BTHome v2, encrypted: a unit's readings in an advert that other people's gateways read, with its bind key.

Service data, after the UUID: device information, the objects encrypted, a counter of 32 bits, a MIC of four
bytes (bthome.io, "Format" and "Encryption"). A legacy advert has room for 15 bytes of objects, so readings
take turns. The packet id is the counter's low byte.
"""

from corolle.wire.ccm import seal
from corolle.wire.compat import const

INFO = const(0x41)  # version 2, encrypted, sent regularly
MIC_BYTES = const(4)

_ROOM = const(13)  # what Flags, UUID, device information, packet id, counter and MIC leave of 31 bytes
_SIGNED = const(0x80)

# Object id, bytes (and whether it is signed), decimals: three bytes a row.
_OBJECTS = (
    b"\x00\x01\x00"  # packet id
    b"\x01\x01\x00"  # battery, %
    b"\x02\x82\x02"  # temperature, Cel
    b"\x03\x02\x02"  # humidity, %
    b"\x05\x03\x02"  # illuminance, lx
    b"\x09\x01\x00"  # count
    b"\x0b\x03\x02"  # power, W
    b"\x0c\x02\x03"  # voltage up to 65.5 V, V
    b"\x12\x02\x00"  # CO2, ppm
    b"\x14\x02\x02"  # moisture, %
    b"\x21\x01\x00"  # motion: 0 or 1
    b"\x26\x01\x00"  # problem: 0 or 1
    b"\x2b\x01\x00"  # tamper: 0 or 1
    b"\x2e\x01\x00"  # humidity, whole %
    b"\x2f\x01\x00"  # moisture, whole %
    b"\x3a\x01\x00"  # button: which press
    b"\x3d\x02\x00"  # count up to 65,535
    b"\x3e\x04\x00"  # count
    b"\x42\x03\x03"  # duration, s
    b"\x43\x02\x03"  # current, A
    b"\x44\x02\x02"  # speed, m/s
    b"\x49\x02\x03"  # flow, m3/h
    b"\x4a\x02\x01"  # voltage, V
    b"\x4d\x04\x03"  # energy, kWh
    b"\x4f\x04\x03"  # water, L
    b"\x55\x04\x03"  # stored volume, L
    b"\x5c\x84\x02"  # power that may flow back, W
    b"\xf0\x02\x00"  # device type: KINDS
    b"\xf2\x03\x00"  # firmware: the last part of its version is the lowest byte
)

KINDS = "|lamp|canopy|algal tree|seat"


def shape(object_id: int) -> tuple:
    """(bytes, whether signed, decimals) of an object. ValueError for one that the table does not have."""
    for row in range(0, len(_OBJECTS), 3):
        if _OBJECTS[row] == object_id:
            return _OBJECTS[row + 1] & 0x7F, _OBJECTS[row + 1] >= _SIGNED, _OBJECTS[row + 2]
    raise ValueError(f"{object_id:#04x} is no object of BTHome's that a unit sends")


def build(readings: list, turn: int, counter: int, key, mac: bytes) -> bytes:
    """A legacy advert's data: Flags, then the service data of this turn: they count from 0, for ever.

    `counter` is 32 bits and never the same twice under one `key`; `mac` is the address that the advert comes
    from, as people write it. ValueError as of pack().
    """
    clear = pack(readings, turn, counter)
    sealed = seal(key, nonce(mac, counter), clear, MIC_BYTES)
    data = bytes((0x16, 0xD2, 0xFC, INFO)) + sealed[:-MIC_BYTES]
    data += counter.to_bytes(4, "little") + sealed[-MIC_BYTES:]
    return b"\x02\x01\x06" + bytes((len(data),)) + data


def nonce(mac: bytes, counter: int) -> bytes:
    """Address, UUID, device information, counter: 13 bytes."""
    return mac + bytes((0xD2, 0xFC, INFO)) + counter.to_bytes(4, "little")


def pack(readings: list, turn: int, counter: int) -> bytes:
    """The objects of a turn, ids ascending: `readings` are (object id, value), None for what is not measured.

    Readings of one id go together and in their order: receivers number them so. ValueError for a value out of
    its object's range, and for so many of one id that they never fit.
    """
    turns = [b""]
    object_id = 0
    while True:
        # Looked for, not sorted: MicroPython's sort does not keep the order of equals.
        ahead = [reading[0] for reading in readings if reading[0] > object_id and reading[1] is not None]
        if not ahead:
            return bytes((0, counter & 0xFF)) + turns[turn % len(turns)]
        object_id = min(ahead)
        group = b"".join([_packed(object_id, value) for of, value in readings if of == object_id])
        if len(group) > _ROOM:
            raise ValueError(f"{object_id:#04x} takes {len(group)} bytes, an advert has {_ROOM}")
        if len(turns[-1]) + len(group) > _ROOM:
            turns.append(b"")
        turns[-1] += group


def _packed(object_id: int, value) -> bytes:
    if value is None:
        return b""
    size, signed, decimals = shape(object_id)
    if value - value:  # not 0 for NaN and infinities
        raise ValueError(f"{object_id:#04x} = {value} is not a finite number")
    raw = round(value * 10**decimals)
    top = 1 << 8 * size
    low = -top // 2 if signed else 0
    if not low <= raw < low + top:
        scale = 10**decimals
        raise ValueError(f"{object_id:#04x} = {value} is outside {low / scale}..{(low + top - 1) / scale}")
    return bytes((object_id,)) + (raw & top - 1).to_bytes(size, "little")

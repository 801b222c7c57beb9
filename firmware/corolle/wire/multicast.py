"""Remote multicast setup (LoRa Alliance TS005-1.0.0), as far as class C on RX2 needs it; a group's orders.

A network names a group to a unit over the unit's own session, its key sealed with a key of that unit's alone.
LoRaWAN 1.0.4 has no GenAppKey, of which the specification would have that key made: ours is derived from
the AppKey.

    FPort 200, down  02 | slot 1 | McAddr 4 | McKey sealed 16 | first counter 4 | counter beyond the last 4
               up    02 | slot 1, bit 2 set where it was refused
    FPort 34, down   answer within 1 (in 4 s) | a COMMAND of orders.py

Numbers are little-endian. Keys are objects as in lorawan.py.
"""

import struct

from corolle.wire.compat import const
from corolle.wire.derive import derive
from corolle.wire.errors import FrameError

SETUP_PORT = const(200)
ORDER_PORT = const(34)
SLOTS = const(4)  # groups of one unit (3.2, McGroupID)
SPREAD_STEP_S = const(4)
_SETUP = const(2)
_LAYOUT = const("<BBI16sII")
_SETUP_BYTES = const(30)
_REFUSED = const(4)


def sealing_key(app_key, make_key):
    """McKEKey (4.1): what a group's key is sealed with for the unit of that AppKey."""
    root = make_key(make_key(derive(app_key, b"corolle multicast")).encrypt(bytes(16)))
    return make_key(root.encrypt(bytes(16)))


def group_keys(group_key, address: int) -> tuple:
    """(McNetSKey, McAppSKey), 16 raw bytes each (4.2)."""
    place = address.to_bytes(4, "little") + bytes(11)
    return group_key.encrypt(b"\x02" + place), group_key.encrypt(b"\x01" + place)


def build_setup(slot: int, address: int, sealed_key: bytes, first: int, end: int) -> bytes:
    """McGroupSetupReq; counters from `first` on are accepted, below `end`."""
    return struct.pack(_LAYOUT, _SETUP, slot, address, sealed_key, first, end)


def parse_setup(payload: bytes) -> tuple:
    """(slot, address, sealed key, first, end). FrameError for anything else."""
    if len(payload) != _SETUP_BYTES or payload[0] != _SETUP:
        raise FrameError("length")
    return struct.unpack(_LAYOUT, payload)[1:]


def build_answer(slot: int, refused: bool) -> bytes:
    """McGroupSetupAns."""
    return bytes((_SETUP, slot & 3 | (_REFUSED if refused else 0)))


def parse_answer(payload: bytes) -> tuple:
    """(slot, whether it was refused). FrameError for anything else."""
    if len(payload) != 2 or payload[0] != _SETUP:
        raise FrameError("length")
    return payload[1] & 3, bool(payload[1] & _REFUSED)

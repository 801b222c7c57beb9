"""Groups that a class C node belongs to: set up by the network, heard beside its own session.

In memory while a group is set up, or while one of its frames is read.
"""

import struct

from corolle.radio.key import Key
from corolle.wire import lorawan as wire
from corolle.wire import multicast as words
from corolle.wire.compat import const
from corolle.wire.errors import FrameError

_RECORD = const("groups")
_LAYOUT = const("<I16s16sII")  # McAddr, McNetSKey, McAppSKey, the lowest counter still accepted, the end
_GROUP_BYTES = const(44)


def set_up(store, app_key, payload: bytes) -> bytes:
    """Take a group in, or refuse it; the answer. OSError when the flash refuses."""
    try:
        slot, address, sealed, first, end = words.parse_setup(payload)
    except FrameError:
        return words.build_answer(0, True)
    if slot >= words.SLOTS:
        return words.build_answer(slot, True)
    group_key = Key(words.sealing_key(app_key, Key).encrypt(sealed))
    record = _groups(store)
    before = struct.unpack_from(_LAYOUT, record, slot * _GROUP_BYTES)
    keys = words.group_keys(group_key, address)
    if before[:3] == (address, keys[0], keys[1]):
        first = max(first, before[3])  # what was heard once stays heard
    struct.pack_into(_LAYOUT, record, slot * _GROUP_BYTES, address, keys[0], keys[1], first, end)
    store.save(_RECORD, record)
    return words.build_answer(slot, False)


def accept(store, frame, raw: bytes, counts: dict) -> bytes | None:
    """What a group's frame says, or None. Its counter is in flash before anybody acts on it. OSError."""
    record = _groups(store)
    for start in range(0, len(record), _GROUP_BYTES):
        address, nwk_skey, _, first, end = struct.unpack_from(_LAYOUT, record, start)
        if address != frame.dev_addr or not end:
            continue
        key = Key(nwk_skey)
        f_cnt = wire.full_f_cnt(first, frame.f_cnt)
        if f_cnt < end and wire.mic_matches(raw, f_cnt, key):
            return _taken(store, record, start, frame, f_cnt)
        repeated = first and wire.mic_matches(raw, first - 1, key)  # each is sent three times
        counts["replayed" if repeated else "wrong mic"] += 1
    return None


def _taken(store, record: bytearray, start: int, frame, f_cnt: int) -> bytes | None:
    address, nwk_skey, app_skey, _, end = struct.unpack_from(_LAYOUT, record, start)
    struct.pack_into(_LAYOUT, record, start, address, nwk_skey, app_skey, f_cnt + 1, end)
    store.save(_RECORD, record)
    # Whoever holds a group's key is not to set anything up by it, nor to have all answer at once.
    if frame.m_type != wire.UNCONFIRMED_DOWN or frame.f_port != words.ORDER_PORT:
        return None
    return wire.crypt_payload(Key(app_skey), False, address, f_cnt, frame.payload)


def _groups(store) -> bytearray:
    record = store.load(_RECORD) or b""
    return bytearray(record + bytes(words.SLOTS * _GROUP_BYTES - len(record)))

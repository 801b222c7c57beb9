"""What a node knows of its network, and keeps over a power cut: keys, counters, channels, receive windows.

The uplink counter is reserved in flash a block ahead (LoRaWAN 1.0.4, 4.3.1.5 wants it never to go back): a
power cut skips at most a block, and flash is written once a block.
"""

import struct

from corolle.radio.key import Key
from corolle.wire import eu868
from corolle.wire.compat import const

_RECORD = "lorawan"
_NONCES = "lorawan_nonces"
_VERSION = const(1)
_LAST_DEV_NONCE = const(0xFFFF)
_RESERVED_AHEAD = const(32)
# Version, DevAddr, NwkSKey, AppSKey and the uplink counter, what _KEPT names, then the channels.
_HEAD = "<BI16s16sIIBBIBBBBBH"
_KEPT = (
    "f_cnt_down",
    "rx1_dr_offset",
    "rx2_dr",
    "rx2_freq_hz",
    "rx1_delay_s",
    "data_rate",
    "tx_power",
    "nb_trans",
    "max_duty_cycle",
    "ch_mask",
)
_CHANNEL = "<BIB"
_RX1 = const(0x80)  # beside the index: not a channel, but where its RX1 is


class Session:
    """One activation. `f_cnt_up` is the next to be used, `f_cnt_down` the lowest still to be accepted."""

    def __init__(self, store, dev_addr: int, nwk_skey: bytes, app_skey: bytes):
        self.store = store
        self._raw_keys = nwk_skey, app_skey
        self.nwk_key, self.app_key = Key(nwk_skey), Key(app_skey)
        self.dev_addr = dev_addr
        self.f_cnt_up = self._reserved = 0
        self.f_cnt_down = 0
        self.rx1_dr_offset = 0
        self.rx2_dr, self.rx2_freq_hz = eu868.RX2_DATA_RATE, eu868.RX2_FREQ_HZ
        self.rx1_delay_s = eu868.RECEIVE_DELAY1_S
        self.data_rate = self.tx_power = 0
        self.nb_trans = 1
        self.max_duty_cycle = 0
        self.channels = {}  # index to (freq_hz, lowest data rate, highest data rate)
        self.rx1_hz = {}  # by the frequency of an uplink, where its RX1 is if not there
        self.ch_mask = 0
        for i, freq_hz in enumerate(eu868.JOIN_CHANNELS_HZ):
            self.add_channel(i, freq_hz, 0, 5)

    def add_channel(self, index: int, freq_hz: int, min_dr: int, max_dr: int) -> None:
        """Define a channel and switch it on."""
        self.channels[index] = (freq_hz, min_dr, max_dr)
        self.rx1_hz.pop(freq_hz, None)
        self.ch_mask |= 1 << index

    def remove_channel(self, index: int) -> None:
        """Forget a channel."""
        self.channels.pop(index, None)
        self.ch_mask &= ~(1 << index)

    def usable(self, data_rate: int, ch_mask: int) -> list:
        """Frequencies of the channels in `ch_mask` that carry a data rate."""
        return [
            freq_hz
            for index, (freq_hz, low, high) in self.channels.items()
            if ch_mask >> index & 1 and low <= data_rate <= high
        ]

    def take_f_cnt_up(self) -> int:
        """The counter of the next uplink, never given twice, whatever happens. OSError: the flash refuses."""
        if self.f_cnt_up >= self._reserved:
            self.save()
        self.f_cnt_up += 1
        return self.f_cnt_up - 1

    def save(self) -> None:
        """Write all of it, with a fresh block of uplink counters. OSError when the flash refuses."""
        reserved = self.f_cnt_up + _RESERVED_AHEAD
        kept = [getattr(self, name) for name in _KEPT]
        record = struct.pack(_HEAD, _VERSION, self.dev_addr, *self._raw_keys, reserved, *kept)
        for index, (freq_hz, low, high) in sorted(self.channels.items()):
            record += struct.pack(_CHANNEL, index, freq_hz, high << 4 | low)
            if freq_hz in self.rx1_hz:
                record += struct.pack(_CHANNEL, index | _RX1, self.rx1_hz[freq_hz], 0)
        self.store.save(_RECORD, record)
        self._reserved = reserved


def load(store):
    """The session that was saved, or None. The rest of its block of counters is skipped: it may be used."""
    record = store.load(_RECORD)
    if not record or record[0] != _VERSION:
        return None
    head = struct.unpack_from(_HEAD, record)
    session = Session(store, head[1], head[2], head[3])
    session.f_cnt_up = session._reserved = head[4]
    for i, name in enumerate(_KEPT):
        setattr(session, name, head[5 + i])
    session.channels = {}
    size = struct.calcsize(_CHANNEL)
    for offset in range(struct.calcsize(_HEAD), len(record) - size + 1, size):
        index, freq_hz, rates = struct.unpack_from(_CHANNEL, record, offset)
        if index & _RX1:
            session.rx1_hz[session.channels[index ^ _RX1][0]] = freq_hz
        else:
            session.channels[index] = (freq_hz, rates & 0x0F, rates >> 4)
    return session


def forget(store) -> None:
    """Drop the saved session: the next start joins again. OSError when the flash refuses."""
    store.save(_RECORD, b"")


class NoncesUsedUp(Exception):
    """All 65,536 DevNonces of this AppKey are used: the node needs a new key."""


class Nonces:
    """The next DevNonce to use, and the lowest JoinNonce still to be accepted."""

    def __init__(self, store):
        self._store = store
        record = store.load(_NONCES)
        self._dev_nonce, self._join_nonce = struct.unpack("<II", record) if record else (0, 0)

    def take_dev_nonce(self) -> int:
        """A DevNonce that was never used, and never will be again: it is written before it is given.

        NoncesUsedUp when none is left, OSError when the flash refuses.
        """
        taken = self._dev_nonce
        if taken > _LAST_DEV_NONCE:
            raise NoncesUsedUp
        self._save(taken + 1, self._join_nonce)
        return taken

    def accept_join_nonce(self, join_nonce: int) -> bool:
        """Whether a join-accept is newer than all before; if so it is kept, for an old one is a replay."""
        if join_nonce < self._join_nonce:
            return False
        self._save(self._dev_nonce, join_nonce + 1)
        return True

    def _save(self, dev_nonce: int, join_nonce: int) -> None:
        self._store.save(_NONCES, struct.pack("<II", dev_nonce, join_nonce))
        self._dev_nonce, self._join_nonce = dev_nonce, join_nonce

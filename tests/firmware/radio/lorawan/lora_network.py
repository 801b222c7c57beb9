"""A LoRaWAN network, an air and a flash to test the end-device with."""

import asyncio
import time
from collections import namedtuple

from corolle.radio.lorawan import Identity, LoRaWan
from corolle.radio.lorawan.keys import Key
from corolle.radio.lorawan.session import load
from corolle.wire import eu868
from corolle.wire import lorawan as wire
from corolle.wire.airtime import airtime_us, symbol_us
from corolle.wire.join import JoinAccept, session_keys
from corolle.wire.join_network import build_join_accept, join_request_matches, parse_join_request
from cryptolib import aes

DEV_EUI = "0011223344556677"
JOIN_EUI = "70b3d57ed00000dc"
APP_KEY = "000102030405060708090a0b0c0d0e0f"
DEV_ADDR = 0x26012E43

Reception = namedtuple("Reception", ("payload", "rssi_dbm", "snr_db", "tick_ms"))
Uplink = namedtuple("Uplink", ("frame", "freq_hz", "sf", "power_dbm", "start", "end"))


def loaded(flash):
    """The session that a flash holds."""
    session = load(flash)
    assert session is not None
    return session


class PowerCut(Exception):
    """The mains fail at a flash write."""


class Flash:
    """A store that can lose power: at write `cut_at` (from 1), before or after it has taken effect."""

    def __init__(self, records=None, cut_at=0, after=False):
        self.records = dict(records or {})
        self.writes = 0
        self._cut_at = cut_at
        self._after = after

    def load(self, name):
        return self.records.get(name)

    def save(self, name, payload):
        self.writes += 1
        if self.writes == self._cut_at and not self._after:
            raise PowerCut
        self.records[name] = bytes(payload)
        if self.writes == self._cut_at:
            raise PowerCut


class Air:
    """The radio of the node, as drivers/sx1262.py offers it, and what the network sends to it."""

    def __init__(self, network):
        self.network = network
        self.counts = {"bad crc": 0}
        self.sent = []  # Uplink
        self.coming = []  # (start tick, freq_hz, sf, frame)
        self.asleep = False
        self.listening = None
        self.broken = ""
        self.resets = 0
        self._flag = asyncio.ThreadSafeFlag()

    def reset(self):
        self.resets += 1
        self._check()

    def sleep(self):
        self._check()
        self.asleep, self.listening = True, None

    def wake(self):
        self._flag.set()

    async def pause(self, timeout_ms):
        try:
            await asyncio.wait_for_ms(self._flag.wait(), timeout_ms)
        except asyncio.TimeoutError:  # noqa: UP041
            return False
        return True

    async def transmit(self, payload, freq_hz, sf, bw_hz, power_dbm):
        self._check()
        self.asleep, self.listening = False, None
        start = time.ticks_ms()
        await asyncio.sleep_ms(airtime_us(len(payload), sf, bw_hz) // 1000)
        end = time.ticks_ms()
        uplink = Uplink(bytes(payload), freq_hz, sf, power_dbm, start, end)
        self.sent.append(uplink)
        self.network.on_uplink(self, uplink)
        return end

    async def receive(self, freq_hz, sf, bw_hz, timeout_ms, start_tick=None):
        self._check()
        self.asleep, self.listening = False, None
        if start_tick is not None:
            await asyncio.sleep_ms(max(time.ticks_diff(start_tick, time.ticks_ms()), 0))
        opened = time.ticks_ms()
        # Four symbols of preamble must be heard, and the header be over before the window closes.
        header_ms = 21 * symbol_us(sf, bw_hz) // 1000
        for coming in self.coming:
            start, on_hz, with_sf, frame = coming
            into_ms = time.ticks_diff(start, opened)
            if (on_hz, with_sf) == (freq_hz, sf) and 0 <= into_ms <= timeout_ms - header_ms:
                self.coming.remove(coming)
                await asyncio.sleep_ms(into_ms + airtime_us(len(frame), sf, bw_hz, crc=False) // 1000)
                return Reception(frame, -100, 5, time.ticks_ms())
        await asyncio.sleep_ms(timeout_ms)
        return None

    def listen(self, freq_hz, sf, bw_hz):
        self._check()
        self.listening = (freq_hz, sf)

    async def heard(self, timeout_ms):
        assert self.listening
        await self.pause(timeout_ms)
        self._check()
        for coming in self.coming:
            if coming[1:3] == self.listening and time.ticks_diff(coming[0], time.ticks_ms()) <= 0:
                self.coming.remove(coming)
                return Reception(coming[3], -100, 5, time.ticks_ms())
        return None

    def push(self, frame, freq_hz=eu868.RX2_FREQ_HZ, sf=9):
        """A class C downlink that is complete now; lost on a node that does not listen there."""
        if self.listening == (freq_hz, sf):
            self.coming.append((time.ticks_ms(), freq_hz, sf, frame))
            self.wake()

    def _check(self):
        if self.broken:
            raise OSError(self.broken)


class Network:
    """Lets nodes join and answers them. `join_window` and `window`: 1, 2, or 0 for no answer.

    A confirmed frame is answered with `receipt` for FCtrl if there is nothing in `answers`.
    """

    def __init__(self):
        self.app_key = Key(bytes.fromhex(APP_KEY))
        self.join_window = self.window = 1
        self.cf_list = (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)
        self.rx2_dr = 3
        self.rx1_delay_s = 1
        self.dev_nonces = []
        self.join_nonce = 0
        self.keys = Key(bytes(16)), Key(bytes(16))
        self.f_cnt_up = []
        self.f_cnt_down = 0
        self.ups = []  # (parsed frame, payload in the clear)
        self.answers = []  # frames to go out in the next windows
        self.receipt = wire.ACK
        self.nb_trans = 1  # the most copies of a frame that it takes
        self._last, self._copies = b"", 0

    def on_uplink(self, air, uplink):
        kind = wire.kind_of(uplink.frame)
        if kind == wire.JOIN_REQUEST:
            self._join(air, uplink)
        else:
            self._data(air, uplink)

    def down(self, port=None, payload=b"", f_opts=b"", m_type=wire.UNCONFIRMED_DOWN, f_ctrl=0):
        """The next downlink frame."""
        nwk_key, app_key = self.keys
        frame = wire.build_data(
            m_type, DEV_ADDR, f_ctrl, self.f_cnt_down, f_opts, port, payload, nwk_key, app_key
        )
        self.f_cnt_down += 1
        return frame

    def _join(self, air, uplink):
        request = parse_join_request(uplink.frame)
        assert join_request_matches(uplink.frame, self.app_key)
        assert request.dev_nonce not in self.dev_nonces, "DevNonce repeated"
        self.dev_nonces.append(request.dev_nonce)
        if not self.join_window:
            return
        self.join_nonce += 1
        accept = JoinAccept(self.join_nonce, 0x13, DEV_ADDR, 0, self.rx2_dr, self.rx1_delay_s, self.cf_list)
        raw = session_keys(self.app_key, self.join_nonce, 0x13, request.dev_nonce)
        self.keys = Key(raw[0]), Key(raw[1])
        self.f_cnt_down = 0
        self.f_cnt_up = []
        decrypt = aes(bytes.fromhex(APP_KEY), 1).decrypt
        frame = build_join_accept(accept, self.app_key, decrypt)
        self._send(air, uplink, frame, self.join_window, 5, 12)

    def _data(self, air, uplink):
        frame = wire.parse_data(uplink.frame)
        assert frame.dev_addr == DEV_ADDR
        self._copies += 1
        if uplink.frame != self._last or self._copies > self.nb_trans:
            self._take(uplink, frame)
        if frame.m_type == wire.CONFIRMED_UP and self.window and not self.answers:
            self.answers.append(self.down(f_ctrl=self.receipt))
        if self.answers and self.window:
            rx2_sf, _ = eu868.modulation(self.rx2_dr)
            self._send(air, uplink, self.answers.pop(0), self.window, self.rx1_delay_s, rx2_sf)

    def _take(self, uplink, frame):
        self._last, self._copies = uplink.frame, 1
        last = self.f_cnt_up[-1] if self.f_cnt_up else -1
        f_cnt = wire.full_f_cnt(last + 1, frame.f_cnt)
        nwk_key, app_key = self.keys
        assert wire.mic_matches(uplink.frame, f_cnt, nwk_key), "uplink counter repeated, or wrong key"
        self.f_cnt_up.append(f_cnt)
        key = app_key if frame.f_port else nwk_key
        clear = wire.crypt_payload(key, True, DEV_ADDR, f_cnt, frame.payload)
        self.ups.append((frame, clear))

    def _send(self, air, uplink, frame, window, delay_s, rx2_sf):
        start = time.ticks_add(uplink.end, (delay_s + window - 1) * 1000)
        if window == 1:
            air.coming.append((start, uplink.freq_hz, uplink.sf, frame))
        else:
            air.coming.append((start, eu868.RX2_FREQ_HZ, rx2_sf, frame))


class Node:
    """An end-device on an air, with what it said."""

    def __init__(self, network, flash=None, class_c=False, rng=None):
        self.air = Air(network)
        self.flash = flash or Flash()
        self.lines = []
        self.heard = []
        self.times = []
        self.mac = LoRaWan(
            self.air,
            Identity(DEV_EUI, JOIN_EUI, APP_KEY),
            self.flash,
            log=self._log,
            class_c=class_c,
            on_downlink=lambda port, payload: self.heard.append((port, payload)),
            on_time=lambda unix_s, ms: self.times.append((unix_s, ms, time.ticks_ms())),
            rng=rng or Noise(1),
        )

    def events(self, event):
        return [fields for name, fields in self.lines if name == event]

    async def live(self, seconds):
        """Run for so long, then lose power."""
        try:
            await asyncio.wait_for(self.mac.run(), seconds)
        except asyncio.TimeoutError:  # noqa: UP041
            return

    def _log(self, event, **fields):
        self.lines.append((event, fields))


class Noise:
    """Random bytes that are the same in each run (a linear congruence)."""

    def __init__(self, seed):
        self._state = seed

    def __call__(self, n):
        out = bytearray(n)
        for i in range(n):
            self._state = (self._state * 69069 + 12345) & 0xFFFFFFFF
            out[i] = self._state >> 24
        return bytes(out)

"""A LoRaWAN network with one antenna and one node: it lets it join, hears it, and sends it orders in RX1."""

from collections.abc import Callable
from typing import Any

from corolle.wire import eu868, multicast
from corolle.wire.airtime import low_data_rate
from corolle.wire.codec import encode
from corolle.wire.join import JoinAccept, session_keys
from corolle.wire.join_network import build_join_accept, join_request_matches, parse_join_request
from corolle.wire.lorawan import (
    ACK,
    CONFIRMED_UP,
    JOIN_REQUEST,
    UNCONFIRMED_DOWN,
    build_data,
    crypt_payload,
    kind_of,
    mic_matches,
    parse_data,
)
from corolle.wire.orders import COMMAND
from corolle_gateway.links.lorawan.keys import Key
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.flight import Reception, Side
from corolle_hil.world.lora import Signal
from corolle_hil.world.propagation import Position

_NET_ID, _DEV_ADDR = 0, 0x26010001
_JOIN_DELAY_US, _RX1_DELAY_US = 5_000_000, 1_000_000  # RP002-1.0.4, table 1
_DBM = 14.0
_GROUP_ADDR, _GROUP_KEY = 0x26010002, b"key of the group"
_COPY_US = 6_000_000


class LoneNetwork:
    """See Radio. `on_uplink(port, payload)` gets what the node sends. Counters have 16 bits here: a month."""

    side: Side = "gateway"
    name = "network"
    noise_figure_db = 3.0
    transmitting = False

    def __init__(
        self, scheduler: Scheduler, air: Air, app_key: str, on_uplink: Callable[[int | None, bytes], None]
    ):
        self.position = Position(30.0, 0.0)
        self._scheduler = scheduler
        self._air = air
        self._app_key = Key(bytes.fromhex(app_key))
        self._on_uplink = on_uplink
        self._session: tuple[Key, Key] | None = None  # NwkSKey, AppSKey
        self._join_nonce = self._f_cnt_down = self._f_cnt_group = self._id = 0
        self._waiting: list[tuple[int, bytes]] = []  # (FPort, payload)
        air.join(self)

    def order(self, **fields: Any) -> None:
        """Send a COMMAND after the next uplink."""
        self._id += 1
        self.send(COMMAND.port, encode(COMMAND, {"id": self._id, **fields}))

    def send(self, port: int, payload: bytes) -> None:
        """Send anything after the next uplink."""
        self._waiting.append((port, payload))

    def form_group(self) -> None:
        """Send a group's key after the next uplink."""
        sealed = multicast.sealing_key(self._app_key, Key).decrypt(_GROUP_KEY)
        self.send(multicast.SETUP_PORT, multicast.build_setup(0, _GROUP_ADDR, sealed, 0, 0xFFFF))

    def order_group(self, **fields: Any) -> None:
        """Send a COMMAND to the group now, three times, to be answered within eight seconds."""
        self._id += 1
        keys = map(Key, multicast.group_keys(Key(_GROUP_KEY), _GROUP_ADDR))
        order = bytes((2,)) + encode(COMMAND, {"id": self._id, **fields})
        frame = UNCONFIRMED_DOWN, _GROUP_ADDR, 0, self._f_cnt_group, b"", multicast.ORDER_PORT, order
        self._f_cnt_group += 1
        sf, bw_hz = eu868.modulation(eu868.RX2_DATA_RATE)
        signal = self._signal(eu868.RX2_FREQ_HZ, sf, bw_hz, build_data(*frame, *keys))
        for copy in range(3):
            self._scheduler.after(1 + copy * _COPY_US, self._air.transmit, self, signal)

    def listening_since_us(self, signal: Signal) -> int | None:
        return None if signal.iq_inverted else 0

    def lock(self, reception: Reception) -> str | None:
        return None

    def header(self, reception: Reception) -> None:
        pass

    def finish(self, reception: Reception) -> None:
        if reception.cause:
            return
        if kind_of(reception.signal.payload) == JOIN_REQUEST:
            self._admit(reception.signal)
        else:
            self._take(reception.signal)

    def _admit(self, heard: Signal) -> None:
        assert join_request_matches(heard.payload, self._app_key)
        dev_nonce = parse_join_request(heard.payload).dev_nonce
        self._join_nonce += 1
        raw = session_keys(self._app_key, self._join_nonce, _NET_ID, dev_nonce)
        self._session = Key(raw[0]), Key(raw[1])
        self._f_cnt_down = 0
        accept = JoinAccept(self._join_nonce, _NET_ID, _DEV_ADDR, 0, 0, 1, None)
        self._answer(heard, build_join_accept(accept, self._app_key, self._app_key.decrypt), _JOIN_DELAY_US)

    def _take(self, heard: Signal) -> None:
        frame = parse_data(heard.payload)
        if self._session is None or not mic_matches(heard.payload, frame.f_cnt, self._session[0]):
            return
        clear = crypt_payload(self._session[1], True, frame.dev_addr, frame.f_cnt, frame.payload)
        self._on_uplink(frame.f_port, clear)
        ack = ACK if frame.m_type == CONFIRMED_UP else 0
        if ack or self._waiting:
            port, payload = self._waiting.pop(0) if self._waiting else (None, b"")
            down = UNCONFIRMED_DOWN, frame.dev_addr, ack, self._f_cnt_down, b"", port, payload
            self._f_cnt_down += 1
            self._answer(heard, build_data(*down, *self._session), _RX1_DELAY_US)

    def _answer(self, heard: Signal, frame: bytes, delay_us: int) -> None:
        signal = self._signal(heard.freq_hz, heard.sf, heard.bw_hz, frame)
        self._scheduler.after(delay_us, self._air.transmit, self, signal)

    def _signal(self, freq_hz: int, sf: int, bw_hz: int, frame: bytes) -> Signal:
        slow = low_data_rate(sf, bw_hz)
        return Signal(freq_hz, sf, bw_hz, frame, _DBM, iq_inverted=True, crc=False, low_data_rate=slow)

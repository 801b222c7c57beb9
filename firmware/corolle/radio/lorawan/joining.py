"""Over-the-air activation (LoRaWAN 1.0.4, 6.2): one request, and what comes back."""

import asyncio

from corolle.radio.lorawan.session import Nonces, Session
from corolle.radio.lorawan.windows import open_windows
from corolle.wire import eu868
from corolle.wire.airtime import airtime_us
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.join import build_join_request, parse_join_accept, session_keys

_REQUEST_BYTES = const(23)


class Joiner:
    """One attempt: in memory while it lasts, and not in the pauses between."""

    def __init__(self, radio, identity, store, duty, counts, log, rng):
        self._radio = radio
        self._identity = identity
        self._store = store
        self._duty = duty
        self._counts = counts
        self._log = log
        self._rng = rng
        self._nonces = Nonces(store)
        self._session = None

    async def ask(self, data_rate: int) -> tuple:
        """(session or None, time on air of the request in us). NoncesUsedUp, OSError."""
        sf, bw_hz = eu868.modulation(data_rate)
        airtime = airtime_us(_REQUEST_BYTES, sf, bw_hz)
        freq_hz = eu868.JOIN_CHANNELS_HZ[self._rng(1)[0] % len(eu868.JOIN_CHANNELS_HZ)]
        await asyncio.sleep_ms(self._duty.wait_ms(freq_hz, airtime) or 0)
        dev_nonce = self._nonces.take_dev_nonce()
        identity = self._identity
        frame = build_join_request(identity.join_eui, identity.dev_eui, dev_nonce, identity.app_key)
        end = await self._radio.transmit(frame, freq_hz, sf, bw_hz, eu868.conducted_dbm(0))
        self._duty.spend(freq_hz, airtime)
        self._counts["requests"] += 1
        self._log("join_request", dr=data_rate, dev_nonce=dev_nonce)
        plan = ((freq_hz, data_rate), (eu868.RX2_FREQ_HZ, eu868.RX2_DATA_RATE))
        await open_windows(
            self._radio,
            end,
            eu868.JOIN_ACCEPT_DELAY1_S,
            plan,
            lambda reception: self._accept(reception.payload, dev_nonce, data_rate),
        )
        return self._session, airtime

    def _accept(self, frame: bytes, dev_nonce: int, data_rate: int) -> bool:
        key = self._identity.app_key
        try:
            accept = parse_join_accept(frame, key)
        except FrameError as error:
            self._refuse(error.cause, "debug")  # most often what the network sends to a neighbour
            return False
        if not self._nonces.accept_join_nonce(accept.join_nonce):
            self._refuse("replayed", "warn")
            return False
        nwk_skey, app_skey = session_keys(key, accept.join_nonce, accept.net_id, dev_nonce)
        session = Session(self._store, accept.dev_addr, nwk_skey, app_skey)
        session.rx1_dr_offset = min(accept.rx1_dr_offset, 5)
        session.rx2_dr = min(accept.rx2_dr, eu868.MAX_DATA_RATE)
        session.rx1_delay_s = accept.rx_delay_s
        session.data_rate = data_rate
        for i, freq_hz in enumerate(accept.cf_list or ()):
            if eu868.sub_band(freq_hz) is not None:
                session.add_channel(len(eu868.JOIN_CHANNELS_HZ) + i, freq_hz, 0, 5)
        session.save()
        self._session = session
        return True

    def _refuse(self, cause: str, level: str) -> None:
        self._counts["refused"] += 1
        self._log("join_refused", level=level, cause=cause)

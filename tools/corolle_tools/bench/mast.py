"""A concentrator of a fleet: brings what it hears until that is acknowledged, sends one frame at a time."""

import base64
import time
from dataclasses import dataclass
from typing import Any

from corolle.wire.airtime import airtime_us
from corolle_hil.world.jit_queue import IMMEDIATE_US, JitQueue, unwrap_us

from corolle_tools.bench.forwarder import Forwarder, push_data

_AGAIN_S = 1.0
_PULL_S = 10.0  # keepalive_interval of Semtech's packet forwarder
_TOKENS = 0x10000
_TMST_MODULUS = 2**32
_LATE_US = 10_000_000  # so late an order may come in a street that is faster than life


@dataclass(frozen=True)
class Sent:
    """A frame on the air; `tmst` None: at once."""

    tmst: int | None
    phy: bytes


class Mast:
    """One concentrator, `number` its place among them."""

    def __init__(self, port: int, number: int):
        self._forwarder = Forwarder(port, eui=0x0A00 + number)
        self._forwarder.pull()
        self._queue = JitQueue()
        self._pulled_s = time.monotonic()
        self._token = self._heard_us = self._now_us = 0
        self._waiting: dict[int, tuple[float, bytes]] = {}  # token: when it was brought last, oldest first
        self.again = 0

    @property
    def waiting(self) -> int:
        """How many frames the gateway has not acknowledged."""
        return len(self._waiting)

    def hear(self, phy: bytes, street_s: float, dr: int) -> int:
        """A frame has ended: bring it. Returns the counter at its end."""
        self._token = (self._token + 1) % _TOKENS
        self._heard_us = max(int(street_s * 1e6), self._heard_us + 1)  # what is sent is known by it
        tmst = self._heard_us % _TMST_MODULUS
        data = push_data(self._token, phy, self._forwarder.eui, tmst, dr)
        self._waiting[self._token] = time.monotonic(), data
        self._forwarder.send(data)
        return tmst

    def turn(self, street_s: float) -> list[Sent]:
        """What was sent meanwhile."""
        self._now_us = int(street_s * 1e6)
        self._queue.forget(self._now_us - _LATE_US)
        self._forwarder.receive()
        for token in self._forwarder.acknowledged:
            self._waiting.pop(token, None)
        self._forwarder.acknowledged.clear()
        now_s = time.monotonic()
        self._bring_again(now_s)
        if now_s - self._pulled_s >= _PULL_S:
            self._pulled_s = now_s
            self._forwarder.ask()
        return [
            Sent(txpk.get("tmst"), base64.b64decode(txpk["data"]))
            for txpk in self._forwarder.take_orders(self._refuse)
        ]

    def close(self) -> None:
        """Take it down."""
        self._forwarder.close()

    def _bring_again(self, now_s: float) -> None:
        while self._waiting and now_s - next(iter(self._waiting.values()))[0] > _AGAIN_S:
            token = next(iter(self._waiting))
            _, data = self._waiting.pop(token)
            self._waiting[token] = now_s, data
            self._forwarder.send(data)
            self.again += 1

    def _refuse(self, txpk: dict[str, Any]) -> str | None:
        """Not while another frame is sent; none is too late here, for the gateway is no faster than life."""
        sf, bw_khz = txpk["datr"].removeprefix("SF").split("BW")
        on_air_us = airtime_us(txpk["size"], int(sf), int(bw_khz) * 1000, crc=False)
        if "tmst" in txpk:
            start_us = unwrap_us(txpk["tmst"], self._now_us)
        else:
            start_us = self._queue.soonest_us(self._now_us, on_air_us)
        return self._queue.admit(min(self._now_us, start_us - IMMEDIATE_US), start_us, on_air_us)

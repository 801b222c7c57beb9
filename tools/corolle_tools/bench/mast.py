"""A concentrator of a fleet: brings what it hears until that is acknowledged, sends what it is told."""

import base64
import json
import time
from dataclasses import dataclass

from corolle_tools.bench.forwarder import Forwarder, push_data

_AGAIN_S = 1.0
_TOKENS = 0x10000
_TMST_MODULUS = 2**32


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
        self._token = self._heard_us = 0
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

    def turn(self) -> list[Sent]:
        """What was sent meanwhile."""
        self._forwarder.receive()
        for token in self._forwarder.acknowledged:
            self._waiting.pop(token, None)
        self._forwarder.acknowledged.clear()
        self._bring_again(time.monotonic())
        return [_sent(body) for body in self._forwarder.take_orders()]

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


def _sent(body: bytes) -> Sent:
    txpk = json.loads(body)["txpk"]
    return Sent(txpk.get("tmst"), base64.b64decode(txpk["data"]))

"""A packet forwarder that sends as fast as the gateway acknowledges (Semtech UDP protocol, version 2)."""

import base64
import json
import socket
import time
from collections.abc import Callable
from typing import Any

from corolle_tools.bench.lamps import Lamp

_PUSH_DATA, _PUSH_ACK, _PULL_DATA, _PULL_RESP, _PULL_ACK, _TX_ACK = range(6)
_EUI = 0x0102030405060708
_DATR = ("SF12BW125", "SF11BW125", "SF10BW125", "SF9BW125", "SF8BW125", "SF7BW125")
_VERSION = b"\x02"
_TOKENS = 0x10000
_PATIENCE_S = 10.0
_ASK_AGAIN_S = 0.1
_HEADER = 4

Refuse = Callable[[dict[str, Any]], str | None]
"""The error of TX_ACK for a txpk, None when it will be sent."""


class Forwarder:
    """One concentrator. `acknowledged` holds the tokens of all PUSH_ACK that came."""

    def __init__(self, port: int, eui: int = _EUI):
        self.eui = eui
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.acknowledged: set[int] = set()
        self._pulled = False
        self._orders: list[tuple[bytes, bytes]] = []

    def close(self) -> None:
        """Go away."""
        self.socket.close()

    def pull(self) -> None:
        """PULL_DATA until it is acknowledged: the gateway may still be starting. Raises TimeoutError."""
        self._pulled = False
        end_s = time.monotonic() + _PATIENCE_S
        while not self._pulled:
            if time.monotonic() > end_s:
                raise TimeoutError("the gateway answers no PULL_DATA")
            self.ask()
            time.sleep(_ASK_AGAIN_S)
            self.receive()

    def ask(self) -> None:
        """One PULL_DATA."""
        self.send(datagram(0, _PULL_DATA, b"", self.eui))

    def join(self, lamp: Lamp) -> None:
        """Take a lamp into the network. Raises TimeoutError when no join-accept comes."""
        self.send(push_data(0, lamp.join_request(), self.eui))
        end_s = time.monotonic() + _PATIENCE_S
        while not (orders := self.take_orders()):
            if time.monotonic() > end_s:
                raise TimeoutError(f"no join-accept for {lamp.name}")
            time.sleep(0.001)
            self.receive()
        lamp.accept(base64.b64decode(orders[-1]["data"]))
        self.acknowledged.clear()

    def take_orders(self, refuse: Refuse = lambda txpk: None) -> list[dict[str, Any]]:
        """The txpk of each PULL_RESP that has come and is not refused; the gateway is told which are."""
        orders, self._orders = self._orders, []
        taken = []
        for token, body in orders:
            txpk = json.loads(body)["txpk"]
            error = refuse(txpk)
            said = json.dumps({"txpk_ack": {"error": error}}).encode() if error else b""
            self.send(datagram(int.from_bytes(token, "big"), _TX_ACK, said, self.eui))
            if error is None:
                taken.append(txpk)
        return taken

    def send(self, data: bytes) -> None:
        """Send a datagram; that nobody listens is no error, for a killed gateway comes back."""
        try:
            self.socket.send(data)
        except ConnectionRefusedError:
            pass  # what ICMP said of an earlier datagram

    def receive(self) -> None:
        """Take what has come, and wait for nothing."""
        while True:
            try:
                data = self.socket.recv(4096)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            kind = data[3]
            if kind == _PUSH_ACK:
                self.acknowledged.add(int.from_bytes(data[1:3], "big"))
            elif kind == _PULL_ACK:
                self._pulled = True
            elif kind == _PULL_RESP:
                self._orders.append((data[1:3], data[_HEADER:]))


def push_data(token: int, phy: bytes, eui: int = _EUI, tmst: int | None = None, dr: int = 5) -> bytes:
    """A PUSH_DATA with one frame, as a concentrator hears it."""
    rxpk = {
        "tmst": token * 1000 if tmst is None else tmst,
        "chan": 0,
        "rfch": 0,
        "freq": 868.1,
        "stat": 1,
        "modu": "LORA",
        "datr": _DATR[dr],
        "codr": "4/5",
        "rssi": -90,
        "lsnr": 5.5,
        "size": len(phy),
        "data": base64.b64encode(phy).decode(),
    }
    return datagram(token, _PUSH_DATA, json.dumps({"rxpk": [rxpk]}).encode(), eui)


def datagram(token: int, kind: int, body: bytes, eui: int = _EUI) -> bytes:
    """Any datagram of a concentrator's."""
    return _VERSION + (token % _TOKENS).to_bytes(2, "big") + bytes((kind,)) + eui.to_bytes(8, "big") + body

"""A concentrator's packet forwarder on a real UDP socket."""

import base64
import json
import socket
import time
from collections.abc import Callable
from typing import Any

from gateway_process import PATIENCE_S

_PUSH_DATA, _PUSH_ACK, _PULL_DATA, _PULL_RESP, _PULL_ACK, _TX_ACK = range(6)


class PacketForwarder:
    """Speaks the Semtech UDP protocol to a gateway on 127.0.0.1:`port`.

    `tmst` is its counter of microseconds; it goes by the wall clock from `start_tmst` on.
    """

    def __init__(self, port: int, eui: str = "0102030405060708", start_tmst: int = 1_000_000):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self.eui = bytes.fromhex(eui)
        self._token = 0
        self._acks: set[bytes] = set()
        self._downlinks: list[tuple[bytes, dict[str, Any]]] = []
        self._begun = time.monotonic()
        self._start_tmst = start_tmst

    def close(self) -> None:
        """Go away."""
        self._socket.close()

    @property
    def tmst(self) -> int:
        """The counter now."""
        return (self._start_tmst + int((time.monotonic() - self._begun) * 1e6)) % 2**32

    def send(self, datagram: bytes) -> None:
        """Any bytes at all."""
        self._socket.send(datagram)

    def pull(self) -> None:
        """PULL_DATA, until it is acknowledged: the gateway may still be starting."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self._acknowledged(self._sent(_PULL_DATA, b""), _PULL_ACK, 0.1):
                return
        raise AssertionError("no PULL_ACK")

    def rxpk(self, phy: bytes, **fields: Any) -> dict[str, Any]:
        """A frame as it was heard; `fields` overrule."""
        usual = {
            "tmst": self.tmst,
            "chan": 0,
            "rfch": 0,
            "freq": 868.1,
            "stat": 1,
            "modu": "LORA",
            "datr": "SF9BW125",
            "codr": "4/5",
            "rssi": -90,
            "lsnr": 5.5,
            "size": len(phy),
            "data": base64.b64encode(phy).decode(),
        }
        return usual | fields

    def push(self, *phys: bytes, wait_s: float = PATIENCE_S, **fields: Any) -> bool:
        """Frames in one PUSH_DATA; whether it was acknowledged."""
        return self.push_json({"rxpk": [self.rxpk(phy, **fields) for phy in phys]}, wait_s)

    def push_json(self, body: Any, wait_s: float = PATIENCE_S) -> bool:
        """A PUSH_DATA with any JSON; whether it was acknowledged."""
        token = self._sent(_PUSH_DATA, json.dumps(body).encode())
        return self._acknowledged(token, _PUSH_ACK, wait_s)

    def push_later(self, phy: bytes, **fields: Any) -> bytes:
        """A PUSH_DATA whose acknowledgement is looked for with acked()."""
        return self._sent(_PUSH_DATA, json.dumps({"rxpk": [self.rxpk(phy, **fields)]}).encode())

    def acked(self, token: bytes, wait_s: float = 0.0) -> bool:
        """Whether that PUSH_DATA has been acknowledged by now."""
        return self._acknowledged(token, _PUSH_ACK, wait_s)

    def downlink(
        self, wait_s: float = PATIENCE_S, error: str | Callable[[dict[str, Any]], str] = "NONE"
    ) -> tuple[dict[str, Any], bytes] | None:
        """The next PULL_RESP, answered with a TX_ACK: (txpk, frame), or None. `error`: or what finds it."""
        end = time.monotonic() + wait_s
        while not self._downlinks and time.monotonic() < end:
            self._receive(end - time.monotonic())
        if not self._downlinks:
            return None
        token, txpk = self._downlinks.pop(0)
        error = error(txpk) if callable(error) else error
        body = b"" if error == "NONE" else json.dumps({"txpk_ack": {"error": error}}).encode()
        self._socket.send(bytes((2,)) + token + bytes((_TX_ACK,)) + self.eui + body)
        return txpk, base64.b64decode(txpk["data"])

    def _sent(self, kind: int, body: bytes) -> bytes:
        self._token += 1
        token = self._token.to_bytes(2, "big")
        try:
            self._socket.send(bytes((2,)) + token + bytes((kind,)) + self.eui + body)
        except ConnectionRefusedError:
            pass  # told of an earlier datagram: nobody is listening yet
        return token

    def _acknowledged(self, token: bytes, kind: int, wait_s: float) -> bool:
        wanted = token + bytes((kind,))
        end = time.monotonic() + wait_s
        while wanted not in self._acks and self._receive(max(0.0, end - time.monotonic())):
            pass
        return wanted in self._acks

    def _receive(self, wait_s: float) -> bool:
        """Take one datagram; False when none came."""
        self._socket.settimeout(max(wait_s, 0.0001))
        try:
            datagram = self._socket.recv(65_535)
        except (TimeoutError, BlockingIOError):
            return False
        except ConnectionRefusedError:
            time.sleep(0.02)
            return True
        if datagram[3] == _PULL_RESP:
            self._downlinks.append((datagram[1:3], json.loads(datagram[4:])["txpk"]))
        else:
            self._acks.add(datagram[1:4])
        return True

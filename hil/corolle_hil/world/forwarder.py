"""The packet forwarder beside a concentrator: a real UDP socket towards the gateway."""

import socket
import time
from collections import Counter
from collections.abc import Callable

from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world import gwmp
from corolle_hil.world.gwmp import DatagramError

Tap = Callable[[str, int, bytes], None]
"""Called with ("up" or "down", Unix time in microseconds, datagram)."""

_RETRY_US = 2_000_000
_RETRY_REAL_S = 0.3  # a gateway lives in real time, and a fast street must not drown it in repetitions
_RETRY_BURST = 32


class Forwarder:
    """Sends what was heard until it is acknowledged, and hands over what is to be sent.

    Semtech's own forwarder sends each frame once. This one is as patient as those that operators prefer: it
    repeats until PUSH_ACK, out of a bounded buffer. `counts` holds what it did and what it dropped, by cause.

    Fault: `link_up` False cuts the way to the server; frames wait in the buffer.

    Args:
        eui: the concentrator's 8 bytes.
        server: host and UDP port of the gateway.
        on_order: called with (token, body) of each PULL_RESP.
        keepalive_us: street time between two PULL_DATA; a street slower than life takes less.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        eui: bytes,
        server: tuple[str, int],
        on_order: Callable[[int, bytes], None],
        tap: Tap | None = None,
        keepalive_us: int = 10_000_000,
        buffer_size: int = 1000,
    ):
        self.counts: Counter[str] = Counter()
        self.link_up = True
        self._scheduler = scheduler
        self._eui = eui
        self._server = server
        self._on_order = on_order
        self._tap = tap
        self._keepalive_us = keepalive_us
        self._buffer_size = buffer_size
        self._token = scheduler.rng(f"forwarder {eui.hex()}").randrange(1 << 16)
        self._waiting: dict[int, tuple[bytes, float]] = {}
        self._timers: list[Handle] = []
        self._socket: socket.socket | None = None
        self.open()

    def open(self) -> None:
        """Start: a socket of its own, and a PULL_DATA at once so that the server can answer."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1" if self._server[0].startswith("127.") else "", 0))
        self._scheduler.add_reader(self._socket, self._read)
        self._timers = [
            self._scheduler.after(0, self._keep_alive),
            self._scheduler.after(_RETRY_US, self._retry),
        ]

    def close(self) -> None:
        """Stop; what waits in the buffer is lost, and counted."""
        if self._socket is None:
            return
        for handle in self._timers:
            handle.cancel()
        self._scheduler.remove_reader(self._socket)
        self._socket.close()
        self._socket = None
        if self._waiting:
            self.counts["dropped: stopped"] += len(self._waiting)
        self._waiting.clear()

    def push(self, body: dict, keep: bool = True) -> None:
        """Tell the server; again and again until it acknowledges, unless `keep` is False."""
        token = self._next_token()
        data = gwmp.datagram(gwmp.PUSH_DATA, token, self._eui, body)
        if keep:
            if len(self._waiting) >= self._buffer_size:
                self._waiting.pop(next(iter(self._waiting)))
                self.counts["dropped: buffer full"] += 1
            self._waiting[token] = data, time.monotonic()
        self.counts["push_data"] += 1
        self._send(data)

    def acknowledge(self, token: int, error: str | None) -> None:
        """Tell the server what became of its PULL_RESP."""
        self.counts[f"tx_ack {error or 'NONE'}"] += 1
        body = {"txpk_ack": {"error": error or "NONE"}}
        self._send(gwmp.datagram(gwmp.TX_ACK, token, self._eui, body))

    def _next_token(self) -> int:
        self._token = (self._token + 1) % (1 << 16)
        return self._token

    def _keep_alive(self) -> None:
        self._timers[0] = self._scheduler.after(self._keepalive_us, self._keep_alive)
        self._send(gwmp.datagram(gwmp.PULL_DATA, self._next_token(), self._eui))

    def _retry(self) -> None:
        self._timers[1] = self._scheduler.after(_RETRY_US, self._retry)
        now_s = time.monotonic()
        due = [token for token, (_, sent_s) in self._waiting.items() if now_s - sent_s >= _RETRY_REAL_S]
        for token in due[:_RETRY_BURST]:
            data = self._waiting[token][0]
            self._waiting[token] = data, now_s
            self.counts["repeated"] += 1
            self._send(data)

    def _send(self, data: bytes) -> None:
        if self._socket is None or not self.link_up:
            return
        try:
            self._socket.sendto(data, self._server)
        except OSError as error:
            self.counts[f"send failed: {error.strerror}"] += 1
            return
        if self._tap:
            self._tap("up", self._scheduler.unix_us, data)

    def _read(self) -> None:
        while self._socket is not None:
            try:
                data, sender = self._socket.recvfrom(65_535)
            except BlockingIOError:
                return
            except OSError as error:
                self.counts[f"receive failed: {error.strerror}"] += 1
                return
            if sender != self._server:
                self.counts["ignored: not from the server"] += 1
            elif self.link_up:
                self._receive(data)

    def _receive(self, data: bytes) -> None:
        if self._tap:
            self._tap("down", self._scheduler.unix_us, data)
        try:
            kind, token, body = gwmp.split(data)
        except DatagramError as error:
            self.counts[f"ignored: {error}"] += 1
            return
        if kind == gwmp.PUSH_ACK:
            self.counts["push_ack"] += 1
            self._waiting.pop(token, None)
        elif kind == gwmp.PULL_ACK:
            self.counts["pull_ack"] += 1
        elif kind == gwmp.PULL_RESP:
            self.counts["pull_resp"] += 1
            self._on_order(token, body)
        else:
            self.counts["ignored: unexpected kind"] += 1

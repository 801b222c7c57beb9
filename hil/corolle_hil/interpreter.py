"""The process of one interpreter, and the two pipes to it."""

import contextlib
import os
import signal
import socket
import struct

from corolle_hil.forkserver import ForkServer, Order
from corolle_hil.shims import ops

_HUNG_S = 10.0  # of real time without a word: it computes for ever

Request = tuple[int, int, int, bytes]  # operation, a, b, payload


class Interpreter:
    """Genuine MicroPython, running a script under a hard heap limit."""

    def __init__(self, forks: ForkServer, order: Order):
        self.hung = False
        self._sock, theirs = socket.socketpair()
        self._console, console_in = os.pipe()
        os.set_blocking(self._console, False)
        with theirs:
            self._pid = forks.spawn(order, theirs, console_in)
        os.close(console_in)
        self._sock.settimeout(_HUNG_S)
        self._inbox = bytearray()
        self._text = b""

    def receive(self) -> Request | None:
        """The next request; None when the interpreter ended or hangs."""
        while (request := self._take()) is None:
            try:
                chunk = self._sock.recv(65536)
            except TimeoutError:
                self.hung = True
                return None
            except ConnectionResetError:
                return None
            if not chunk:
                return None
            self._inbox += chunk
        return request

    def _take(self) -> Request | None:
        if len(self._inbox) < ops.REQUEST_BYTES:
            return None
        op, a, n, b = struct.unpack_from(ops.REQUEST, self._inbox)
        end = ops.REQUEST_BYTES + n
        if len(self._inbox) < end:
            return None
        payload = bytes(self._inbox[ops.REQUEST_BYTES : end])
        del self._inbox[:end]
        return op, a, b, payload

    def reply(self, status: int, pending: bool, data: bytes) -> None:
        """Answer; one that is gone no longer listens."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._sock.sendall(struct.pack(ops.REPLY, status, pending, len(data)) + data)

    def console_lines(self) -> list[str]:
        """The whole lines printed since the last call; all that was printed before a request is there."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._console, 65536):
                self._text += chunk
        *lines, self._text = self._text.split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in lines]

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        self._sock.close()
        os.close(self._console)

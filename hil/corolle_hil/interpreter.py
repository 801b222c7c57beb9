"""The process of one interpreter, and the two pipes to it."""

import contextlib
import os
import select
import signal
import socket
import struct

from corolle_hil.forkserver import ForkServer, Order
from corolle_hil.shims import ops

_HUNG_MS = 10_000  # of real time without a word: it computes for ever
_REQUEST = struct.Struct(ops.REQUEST)
_REPLY = struct.Struct(ops.REPLY)

Request = tuple[int, int, int, bytes]  # operation, a, b, payload


class Interpreter:
    """Genuine MicroPython, running a script under a hard heap limit."""

    def __init__(self, forks: ForkServer, order: Order):
        self.hung = False
        self._sock, theirs = socket.socketpair()
        self._console, console_in = os.pipe()
        self._printed = select.poll()
        self._printed.register(self._console, select.POLLIN)
        with theirs:
            self._pid = forks.spawn(order, theirs, console_in)
        os.close(console_in)
        # The kernel's own timeout: Python's would ask for readiness before every call, on a path this busy.
        timeval = struct.pack("@ll", _HUNG_MS // 1000, _HUNG_MS % 1000 * 1000)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
        self._inbox = b""
        self._begin = 0  # of what has not been taken yet
        self._text = b""

    def receive(self) -> Request | None:
        """The next request; None when the interpreter ended or hangs."""
        while True:
            body = self._begin + ops.REQUEST_BYTES
            if len(self._inbox) >= body:
                op, a, n, b = _REQUEST.unpack_from(self._inbox, self._begin)
                end = body + n
                if len(self._inbox) >= end:
                    self._begin = end
                    return op, a, b, self._inbox[body:end]
            if not self._more():
                return None

    def _more(self) -> bool:
        """Wait for what the interpreter says next; False when it is gone or hangs."""
        try:
            chunk = self._sock.recv(65536)
        except BlockingIOError:
            self.hung = True
            return False
        except ConnectionResetError:
            return False
        self._inbox, self._begin = self._inbox[self._begin :] + chunk, 0
        return bool(chunk)

    def reply(self, status: int, pending: bool, data: bytes, quiet_until_us: int) -> None:
        """Answer; one that is gone no longer listens."""
        head = _REPLY.pack(status, pending, len(data), data[: ops.SHORT_BYTES], quiet_until_us)
        try:
            self._sock.sendall(head + data[ops.SHORT_BYTES :])
        except (BrokenPipeError, ConnectionResetError):
            return

    def console_lines(self) -> list[str]:
        """The whole lines printed since the last call; all that was printed before a request is there."""
        if not self._printed.poll(0):
            return []
        self._text += os.read(self._console, 65536)  # a pipe holds no more
        *lines, self._text = self._text.split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in lines]

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        self._sock.close()
        os.close(self._console)

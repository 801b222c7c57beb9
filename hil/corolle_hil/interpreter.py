"""The process of one interpreter, and the pipes to it."""

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
    """Genuine MicroPython, running a script under a hard heap limit.

    Attributes:
        sock: what it says to its world.
        console: what it prints.
        keyboard: what its prompt reads, None when the order has no prompt.
    """

    def __init__(self, forks: ForkServer, order: Order):
        self.hung = False
        self.sock, theirs = socket.socketpair()
        self.console, console_in = os.pipe()
        self._printed = select.poll()
        self._printed.register(self.console, select.POLLIN)
        keyboard_out, self.keyboard = os.pipe() if order.prompt else (None, None)
        given = [fd for fd in (console_in, keyboard_out) if fd is not None]
        with theirs:
            self.pid = forks.spawn(order, theirs, *given)
        for fd in given:
            os.close(fd)
        # The kernel's own timeout: Python's would ask for readiness before every call, on a path this busy.
        timeval = struct.pack("@ll", _HUNG_MS // 1000, _HUNG_MS % 1000 * 1000)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
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

    def has_spoken(self) -> bool:
        """Whether it said something, or ended: the next request does not have to be waited for."""
        return len(self._inbox) > self._begin or bool(select.select([self.sock], [], [], 0)[0])

    def _more(self) -> bool:
        """Wait for what the interpreter says next; False when it is gone or hangs."""
        try:
            chunk = self.sock.recv(65536)
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
            self.sock.sendall(head + data[ops.SHORT_BYTES :])
        except (BrokenPipeError, ConnectionResetError):
            return

    def printed(self) -> bytes:
        """What was printed since the last call; all that was printed before a request is there."""
        return os.read(self.console, 65536) if self._printed.poll(0) else b""  # a pipe holds no more

    def console_lines(self, printed: bytes) -> list[str]:
        """The lines that are whole with what was printed now."""
        if not printed:
            return []
        *lines, self._text = (self._text + printed).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in lines]

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.sock.close()
        os.close(self.console)
        if self.keyboard is not None:
            os.close(self.keyboard)

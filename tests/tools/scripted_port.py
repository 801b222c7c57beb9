"""A serial port of this machine at whose other end a script answers."""

import os
import select
import threading
import tty
from collections.abc import Callable, Iterator


class ScriptedPort:
    """Says `first` as soon as somebody listens, then what `answer` gives for each line that is typed.

    Args:
        again: `first` is said again and again.
        prompt: what `answer` gets are bytes as they come, not lines.
    """

    def __init__(
        self,
        first: bytes = b"",
        answer: Callable[[bytes], bytes] = lambda line: b"",
        again: bool = False,
        prompt: bool = False,
    ):
        self._first, self._answer, self._again, self._prompt = first, answer, again, prompt
        self._fd, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._slave = slave
        self._over, self._wake = os.pipe()
        self.typed = b""
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "ScriptedPort":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._wake, b".")
        self._thread.join()
        for fd in (self._fd, self._slave, self._over, self._wake):
            os.close(fd)

    def _run(self) -> None:
        line = b""
        os.write(self._fd, self._first)
        while True:
            ready, _, _ = select.select([self._fd, self._over], [], [], 0.2)
            if self._over in ready:
                return
            if not ready and self._again:
                os.write(self._fd, self._first)
            if self._fd in ready:
                data = os.read(self._fd, 4096)
                self.typed += data
                line = self._take(line + data)

    def _take(self, data: bytes) -> bytes:
        if self._prompt:
            os.write(self._fd, self._answer(data))
            return b""
        *lines, rest = data.split(b"\r")
        for line in _said(lines):
            os.write(self._fd, self._answer(line))
        return rest


def _said(lines: list[bytes]) -> Iterator[bytes]:
    return (line for line in lines if line.strip())

"""What a board's console reads and prints, between a terminal and an interpreter's pipes."""

import os
import re
from pathlib import Path

from corolle_hil.interpreter import Interpreter
from corolle_hil.scheduler import Scheduler

_SIGINT_BIT = 1 << 1
_CAUGHT = re.compile(r"^SigCgt:\s*([0-9a-f]+)$", re.MULTILINE)
_LONE_LF = re.compile(rb"(?<!\r)\n")
_AGAIN_US = 2000


class Keyboard:
    """The pipe that a prompt reads; what does not fit into it waits.

    Args:
        interpreter: one whose order has a prompt.
    """

    def __init__(self, scheduler: Scheduler, interpreter: Interpreter):
        if interpreter.keyboard is None:
            raise ValueError("an interpreter without a prompt has no keyboard")
        self._scheduler = scheduler
        self._interpreter = interpreter
        self._fd = interpreter.keyboard
        os.set_blocking(self._fd, False)
        self._rest = bytearray()

    def type(self, data: bytes) -> None:
        """Send to the prompt, or to the program that reads it."""
        idle = not self._rest
        self._rest += data
        if idle:
            self._send()

    def close(self) -> None:
        """The interpreter ends, and the pipe with it."""
        self._rest.clear()

    def _send(self) -> None:
        if not self._rest:
            return
        try:
            del self._rest[: os.write(self._fd, self._rest)]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._rest.clear()
        if self._rest:
            self._scheduler.after(_AGAIN_US, self._send)


def takes_ctrl_c(pid: int) -> bool:
    """Whether ctrl-C ends what runs there; at a prompt, or to a program that wants all bytes, it is one."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False  # it ended
    caught = _CAUGHT.search(status)
    return bool(caught and int(caught[1], 16) & _SIGINT_BIT)


def cpu_s(pid: int) -> float:
    """The CPU time that a process has taken; 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def crlf(printed: bytes, before: bytes) -> bytes:
    """As a chip's console sends the ends of lines; `before` is what it has sent already."""
    if before.endswith(b"\r") and printed.startswith(b"\n"):
        return b"\n" + crlf(printed[1:], b"")
    return _LONE_LF.sub(b"\r\n", printed)

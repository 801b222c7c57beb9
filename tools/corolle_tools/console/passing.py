"""Keys to the port, what comes back to the screen; a cable that was pulled is waited for."""

import contextlib
import os
import select
import sys
import termios
import time
import tty
from collections.abc import Iterator

import serial

from corolle_tools.console import ports
from corolle_tools.console.transcript import Transcript

LEAVE = b"\x1d"  # ctrl-]
_LOOK_S = 0.1
_RETRY_S = 0.5
_CHUNK = 4096


class Passing:
    """Between this terminal and a port, which is opened anew when it was lost."""

    def __init__(self, port: str, baud: int, transcript: Transcript | None):
        self._port = port
        self._baud = baud
        self._transcript = transcript
        self._line: serial.Serial | None = None

    def run(self) -> None:
        """Until ctrl-], or the end of what is piped in. NoPort when it cannot be opened at first."""
        self._line = ports.opened(self._port, self._baud)
        with _raw(sys.stdin.fileno()):
            self._tell(f"{self._port}, {self._baud} baud; ctrl-] leaves")
            while self._pass():
                pass
        if self._line:
            self._line.close()
        self._tell("left")

    def _pass(self) -> bool:
        """Pass on what there is; False when somebody leaves."""
        if self._line is None:
            self._look_for_it()
        watched = [sys.stdin.fileno(), *([self._line.fileno()] if self._line else [])]
        ready, _, _ = select.select(watched, [], [], _LOOK_S)
        if self._line and self._line.fileno() in ready:
            self._show()
        if sys.stdin.fileno() not in ready:
            return True
        typed = os.read(sys.stdin.fileno(), _CHUNK)
        self._send(typed.partition(LEAVE)[0])
        return bool(typed) and LEAVE not in typed

    def _show(self) -> None:
        """A port that is readable and gives nothing is one that is gone."""
        try:
            data = os.read(self._line.fileno(), _CHUNK) if self._line else b""
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose()
            return
        os.write(sys.stdout.fileno(), data)
        if self._transcript:
            self._transcript.take(data)

    def _send(self, data: bytes) -> None:
        if self._line is None or not data:
            return
        try:
            self._line.write(data)
        except serial.SerialTimeoutException:
            pass  # a gateway that takes nothing is not waited for
        except (serial.SerialException, OSError):
            self._lose()

    def _lose(self) -> None:
        if self._line:
            self._line.close()
        self._line = None
        self._tell("the cable is gone; waiting for it, ctrl-] leaves")

    def _look_for_it(self) -> None:
        try:
            self._line = ports.opened(self._port, self._baud)
        except ports.NoPort:
            time.sleep(_RETRY_S)
            return
        self._tell("the cable is back")
        self._send(b"\r")

    def _tell(self, text: str) -> None:
        told = f"\r\n[{text}]\r\n"
        sys.stderr.write(told)
        sys.stderr.flush()
        if self._transcript:
            self._transcript.take(told.encode())


@contextlib.contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Each key goes as it is pressed, ctrl-C too; nothing is done to what is piped in."""
    if not os.isatty(terminal):
        yield
        return
    before = termios.tcgetattr(terminal)
    tty.setraw(terminal, termios.TCSANOW)  # what was typed ahead is not thrown away
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)

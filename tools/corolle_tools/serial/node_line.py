"""The line to a node's console: a request goes out, its answer comes between the lines of the log.

Nothing is sent that would stop the node: no ctrl-C, no ctrl-D. DTR and RTS stay as the system asserts them,
both; one without the other is what resets an ESP32 on most boards.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

import serial

from corolle_tools.ble.printable import printable
from corolle_tools.console.ports import NoPort, opened

BAUD = 115200
_ANSWER_S = 15.0  # a node is busy with its luminaire, its radio, its flash at times
_PAUSE_S = 0.02
_DONE, _SAID, _REFUSED = ". done", ": ", "! "


class Silent(Exception):
    """The node does not answer in time; `told` is what there was of an answer, as it came."""

    def __init__(self, text: str, told: Sequence[str] = ()):
        super().__init__(text)
        self.told = [_SAID + line for line in told]


class Refused(Exception):
    """The node says no; the text says why."""


class NodeLine:
    """An open port. As a context it is closed at the end.

    Args:
        port: the device's path.
        on_line: called with each line that is no answer.

    Raises:
        NoPort: it cannot be opened; the text says why.
    """

    def __init__(self, port: str, on_line: Callable[[str], None] = lambda line: None):
        self.port = port
        self._serial: serial.Serial = opened(port, BAUD)
        self.on_line = on_line
        self._rest = b""

    def __enter__(self) -> "NodeLine":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._serial.close()

    def send(self, text: str) -> None:
        """Type this, in pieces that the node's buffer takes."""
        data = text.encode()
        while data:
            try:
                sent = self._serial.write(data[:64]) or 0
            except serial.SerialTimeoutException:
                sent = 0
            except (serial.SerialException, OSError) as error:
                raise NoPort(f"{self.port}: the cable is gone") from error
            data = data[sent:]
            time.sleep(_PAUSE_S)

    def read(self) -> bytes:
        """What has come since the last time. NoPort: the cable was pulled."""
        try:
            return self._serial.read(4096)
        except (serial.SerialException, OSError) as error:
            raise NoPort(f"{self.port}: the cable is gone") from error

    def rest(self) -> bytes:
        """What has come since the last whole line, as a prompt is; it is forgotten."""
        rest, self._rest = self._rest, b""
        return rest

    def lines(self, until_s: float) -> Iterator[str]:
        """Whole lines as they come, until that moment of time.monotonic()."""
        while True:
            *whole, self._rest = (self._rest + self.read()).split(b"\n")
            for line in whole:
                yield printable(line.decode(errors="replace").rstrip("\r"))
            if time.monotonic() >= until_s:
                return
            if not whole:
                time.sleep(_PAUSE_S)

    def ask(self, request: str, wait_s: float = _ANSWER_S) -> list[str]:
        """The lines of an answer. Silent, Refused."""
        self.send("\r" + request + "\r")  # the first ends whatever stands there already
        told: list[str] = []
        for line in self.lines(time.monotonic() + wait_s):
            if line == _DONE:
                return told
            if line.startswith(_REFUSED):
                raise Refused(line.removeprefix(_REFUSED))
            if line.startswith(_SAID):
                told.append(line.removeprefix(_SAID))
            elif line.strip():
                self.on_line(line)
        raise Silent(
            f"{self.port}: no answer to {request!r} in {wait_s:.0f} s; `corolle doctor` finds out why", told
        )

    def follow(self, for_s: float) -> None:
        """Pass on what it logs for so long."""
        for line in self.lines(time.monotonic() + for_s):
            if line.strip() and not line.startswith((_SAID, _DONE, _REFUSED)):
                self.on_line(line)

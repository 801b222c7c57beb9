"""A board at a serial port: what it says, and its prompt when its program is stopped."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from corolle_hil.bench.real.ports import find_port

_LOOK_S = 0.1
_LISTEN_S = 0.01
_RESET_S = 0.1
_SETTLED_S = 0.2  # a ctrl-C may reach a program late, and would end what is run next
_RESET = "import machine, time\ntime.sleep_ms(50)\nmachine.reset()"


def _none() -> None:
    """Nobody asks."""


class BoardPort:
    """One board. `named` is as a rig's file has it.

    Raises LookupError for a USB device that is not there, and TransportError for a port that does not open.
    """

    def __init__(self, named: str):
        self._named = named
        self._rest = b""
        self._is_lost = False
        self._transport = self._open()

    def listen(self, seconds: float) -> Iterator[str]:
        """The lines that come within so much time; a port that goes is waited for."""
        deadline_s = time.monotonic() + seconds
        while time.monotonic() < deadline_s:
            if not self._is_there():
                time.sleep(_LOOK_S)
                continue
            try:
                self._serial.timeout = _LISTEN_S
                self._rest += self._serial.read(max(1, self._serial.in_waiting))
            except OSError:
                self._lose()
            *lines, self._rest = self._rest.split(b"\n")
            yield from (line.decode(errors="replace").rstrip("\r") for line in lines)

    def type(self, line: str) -> None:
        """Type a line."""
        self._serial.write(line.encode() + b"\r")

    def stop_program(self) -> None:
        """Ctrl-C, and on to the raw prompt. Raises TransportError when the board does not listen."""
        if not self._is_there():
            raise TransportError(f"{self._named} is not there")
        try:
            self._serial.timeout = None
            if not self._transport.in_raw_repl:
                self._transport.enter_raw_repl(soft_reset=False)
                time.sleep(_SETTLED_S)
        except OSError:
            self._lose()
            raise
        self._rest = b""

    def run(self, code: str) -> str:
        """Run code at the raw prompt; what it prints. Raises TransportError with its traceback."""
        return self._transport.exec(code).decode()

    def read_file(self, path: str) -> bytes | None:
        """A file's content, None when there is none. At the raw prompt only, as the next."""
        if not self._transport.fs_exists(path):
            return None
        return bytes(self._transport.fs_readfile(path))

    def write_file(self, path: str, content: bytes | None, on_piece: Callable[[], None] = _none) -> None:
        """Write a file, whole or not at all; None removes it. `on_piece` is called after each piece of it."""
        if content is None:
            if self._transport.fs_exists(path):
                self._transport.fs_rmfile(path)
            return
        fresh = path + ".new"
        self._transport.fs_writefile(fresh, content, progress_callback=lambda done, size: on_piece())
        self.run(f"import os\nos.rename({fresh!r}, {path!r})")

    def restart(self) -> None:
        """Leave the prompt by a hard reset: the program begins anew."""
        self._transport.exec_raw_no_follow(_RESET)
        self._transport.in_raw_repl = False

    def pull_reset(self) -> None:
        """The reset line, as USB bridges and USB-JTAG wire it to RTS."""
        self._transport.in_raw_repl = False
        port = self._serial
        port.dtr, port.rts = False, True
        time.sleep(_RESET_S)
        port.rts = False

    def forget_prompt(self) -> None:
        """The board lost its power: its program is running when it is back."""
        self._transport.in_raw_repl = False

    def close(self) -> None:
        """Let the port go."""
        self._transport.close()

    @property
    def _serial(self) -> Any:
        return self._transport.serial

    def _open(self) -> SerialTransport:
        path = find_port(self._named)
        try:
            return SerialTransport(path, baudrate=115_200)
        except TransportError:
            raise TransportError(
                f"{path} does not open: another program has it, or it is not yours"
            ) from None

    def _lose(self) -> None:
        """The port went: its USB device may have lost its power with the board."""
        self._serial.close()
        self._is_lost = True
        self._rest = b""

    def _is_there(self) -> bool:
        if not self._is_lost:
            return True
        try:
            self._transport = self._open()
        except (LookupError, TransportError):
            return False
        self._is_lost = False
        return True

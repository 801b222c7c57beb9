"""A board at its raw prompt, through mpremote's own transport."""

import ast
import contextlib
import os
import stat
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from corolle_tools.flash.errors import FlashError, Lost, NoAnswer, PortBusy
from corolle_tools.flash.many import Quiet
from corolle_tools.serial.holders import holders

BAUD = 115_200
_ON_BOARD = Path(__file__).with_name("on_board.py")
_SILENCE_S = 10.0  # a board that says nothing for so long is gone
_ENTER_S = 8  # from ctrl-C to the prompt after a soft reset
_MPREMOTES_WORDS = Quiet()  # it prints what it does not understand


@dataclass(frozen=True)
class BoardFacts:
    """What a board says of itself; `version` and `mpy` are MicroPython's, `id` is the chip's own."""

    platform: str
    chip: str
    version: tuple
    mpy: int
    id: str

    @property
    def release(self) -> str:
        """MicroPython's version as it is written."""
        return ".".join(map(str, self.version[:3])) + "".join(f"-{word}" for word in self.version[3:] if word)


class Session:
    """The prompt of one board, with what on_board.py can do. main.py does not run meanwhile.

    The soft reset on the way there lets every pin go: a lamp is lit, a valve shut.
    """

    def __init__(self, transport: SerialTransport):
        self._transport = transport

    @classmethod
    @contextlib.contextmanager
    def open(cls, port: str, tries: int = 3) -> Iterator["Session"]:
        """Have the port alone, and the prompt.

        Raises:
            PortBusy: somebody else has it.
            NoAnswer: there is no such port, or no MicroPython answers at it.
        """
        transport = _connect(port)
        try:
            _enter(transport, port, tries)
            yield cls(transport)
        finally:
            with contextlib.suppress(OSError):
                transport.close()

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of on_board.py; what it returns is a literal.

        Raises:
            Lost: the board is gone.
            FlashError: it raised; with its own last words.
        """
        told = self._exec(f"print(repr({_call(name, arguments)}))")
        try:
            return ast.literal_eval(told.decode().strip())
        except (ValueError, SyntaxError) as error:
            raise Lost(f"the board says {told!r}") from error

    def run(self, calls: Iterable[tuple]) -> None:
        """Call several, (name, arguments...) each, at one go: to ask takes longer than a small file does."""
        self._exec("\n".join(_call(name, arguments) for name, *arguments in calls))

    def facts(self) -> BoardFacts:
        """Who it is."""
        return BoardFacts(*self.call("facts"))

    def reset(self) -> SerialTransport:
        """Let it boot; the open port goes on to whoever listens."""
        with _lost():
            self._transport.exec_raw_no_follow("restart()")
        return self._transport

    def _exec(self, command: str | bytes) -> bytes:
        with _lost():
            return self._transport.exec(command)


def _call(name: str, arguments: Sequence[Any]) -> str:
    return f"{name}({', '.join(map(repr, arguments))})"


@contextlib.contextmanager
def _lost() -> Iterator[None]:
    try:
        yield
    except TransportExecError as error:
        raise FlashError(f"the board: {error.error_output.strip().splitlines()[-1]}") from error
    except (TransportError, OSError, struct.error) as error:
        raise Lost(f"the board went away: {error}") from error


def _connect(port: str) -> SerialTransport:
    try:
        return SerialTransport(port, BAUD, exclusive=True, timeout=_SILENCE_S)
    except TransportError as error:
        raise _why_closed(port) from error


def _why_closed(port: str) -> FlashError:
    if not os.path.exists(port):
        return NoAnswer(f"no port {port}")
    if not stat.S_ISCHR(os.stat(port).st_mode):
        return FlashError(f"{port} is no serial port: give the device, as /dev/ttyACM0")
    if not os.access(port, os.R_OK | os.W_OK):
        return FlashError(f"{port} may not be opened by you: `corolle doctor --port {port}` says how it may")
    by = ", ".join(f"{each.name} (process {each.pid})" for each in holders(port))
    return PortBusy(f"{port} is busy: {by or 'another program'} has it open")


def _enter(transport: SerialTransport, port: str, tries: int) -> None:
    """A board that is just starting does not hear: it is asked again."""
    for _ in range(tries):
        try:
            with _MPREMOTES_WORDS:
                transport.enter_raw_repl(soft_reset=True, timeout_overall=_ENTER_S)
            transport.exec(_ON_BOARD.read_bytes())
            return
        except TransportExecError as error:
            raise FlashError(f"{port}: {error.error_output.strip().splitlines()[-1]}") from error
        except (TransportError, OSError, struct.error):
            continue
    raise NoAnswer(f"no MicroPython answers at {port}")

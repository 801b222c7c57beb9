"""What a node says when it boots."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import serial
from corolle_hil.console import read_line
from mpremote.transport_serial import SerialTransport

from corolle_tools.flash.session import BAUD

_BOOT_S = 30.0
_SELF_TEST_S = 150.0  # a minute or two (firmware, units/serial_words.py)
_RETRY_S = 0.2


@dataclass
class Verdict:
    """How a node began.

    Attributes:
        boot: its boot line, empty when none came.
        errors: what it said at level error.
        self_test: the line with which its test ended, empty when it made none.
        is_untested: it was asked to test its parts, and did not come to an end of that.
    """

    boot: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    self_test: dict[str, Any] = field(default_factory=dict)
    is_untested: bool = False

    @property
    def is_good(self) -> bool:
        """Whether it runs, and found nothing wrong with itself where it was asked to look."""
        return (
            bool(self.boot)
            and not self.boot["safe_mode"]
            and not self.errors
            and not self.self_test.get("bad")
            and not self.is_untested
        )

    def __str__(self) -> str:
        if not self.boot:
            return f"no boot line within {_BOOT_S:.0f} s"
        told = [f"boots after {self.boot['cause']}"]
        if self.boot["safe_mode"]:
            told.append(f"in safe mode, {self.boot['failed_boots']} failed boots")
        if self.self_test:
            told.append("self-test: {good} good, {bad} bad, {untested} untested".format(**self.self_test))
        elif self.is_untested:
            told.append(f"no self-test within {_SELF_TEST_S:.0f} s")
        return ", ".join(told + self.errors)


def listen(
    transport: SerialTransport, port: str, after_s: float, test: bool, progress: Callable[[str, float], None]
) -> Verdict:
    """Hear a node boot, and what it says next. The port of a chip that has its own USB goes and comes.

    `after_s`: how long to listen on after the boot line. `test`: it is asked to test its parts. `progress` is
    told how much of the time for a step is over: a node tells of a part only when it is bad.
    """
    progress("boot", 0.0)
    verdict = Verdict()
    ear = _Ear(transport.serial, port)  # pyright: ignore[reportArgumentType] - nothing is mounted
    deadline_s = time.monotonic() + _BOOT_S
    while (left_s := deadline_s - time.monotonic()) > 0:
        if verdict.is_untested:
            progress("self-test", 1 - left_s / _SELF_TEST_S)
        record = read_line("", ear.line(left_s))
        event = record.get("event")
        if event == "boot":
            verdict.boot = record
            progress("boot", 1.0)
            deadline_s = time.monotonic() + (_SELF_TEST_S if test else after_s)
            if test:
                verdict.is_untested = True
                ear.say(b"self-test\r")
        elif event == "self_test" and record.get("state") == "ends":
            verdict.self_test, verdict.is_untested = record, False
            progress("self-test", 1.0)
            break
        elif verdict.boot and record.get("level") == "error":
            verdict.errors.append(_said(record))
    ear.close()
    return verdict


class _Ear:
    """Lines from a port that may go away for a moment."""

    def __init__(self, opened: serial.Serial, port: str):
        self._serial: serial.Serial | None = opened
        self._port = port
        self._text = b""

    def line(self, wait_s: float) -> str:
        """The next whole line; "" after a while without one."""
        if self._serial is None:
            time.sleep(min(wait_s, _RETRY_S))
            self._open()
            return ""
        try:
            self._serial.timeout = min(wait_s, _RETRY_S)
            self._text += self._serial.read(max(1, self._serial.in_waiting))
        except OSError:
            self.close()
        line, end, rest = self._text.partition(b"\n")
        if not end:
            return ""
        self._text = rest
        return line.decode(errors="replace").rstrip("\r")

    def say(self, words: bytes) -> None:
        """Type at the node's own console."""
        if self._serial:
            with contextlib.suppress(OSError):
                self._serial.write(words)

    def close(self) -> None:
        """Let the port go."""
        if self._serial:
            with contextlib.suppress(OSError):
                self._serial.close()
        self._serial = None

    def _open(self) -> None:
        with contextlib.suppress(OSError):
            self._serial = serial.Serial(self._port, BAUD, exclusive=True)


def _said(record: dict[str, Any]) -> str:
    told = (f"{name}={value}" for name, value in record.items() if name not in ("type", "unit", "level"))
    return " ".join(told)

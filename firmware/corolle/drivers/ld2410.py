"""Hi-Link LD2410: a presence radar with a UART and an OUT pin (serial communication protocol V1.02)."""

import time

from corolle.drivers.chip import ChipError
from corolle.drivers.pir import Pir
from corolle.wire.compat import const

_COMMAND_HEAD = const(b"\xfd\xfc\xfb\xfa")  # 2.1
_COMMAND_TAIL = const(b"\x04\x03\x02\x01")
_ENABLE = const(b"\x04\x00\xff\x00\x01\x00")  # length, command word, value (2.2)
_END = const(b"\x02\x00\xfe\x00")
_READ_VERSION = const(b"\x02\x00\xa0\x00")
_ANSWER_MS = const(100)
_STEP_MS = const(5)

_REPORT_BYTES = const(23)
_REPORT_HEAD = const(b"\xf4\xf3\xf2\xf1\x0d\x00\x02\xaa")  # with length and type: basic target data (2.3)
_REPORT_TAIL = const(b"\x55\x00\xf8\xf7\xf6\xf5")
_MOVING = const(1)  # target states
_STILL = const(2)
_LEAST = const(3)  # reports with a moving target that make a speed
_FIFO_MS = const(2)
_TURN_CM = const(30)  # more than the noise of a distance


class LD2410(Pir):
    """One radar. The constructor asks for its version: ChipError when it does not say, within 0.3 s.

    `uart` runs at 256000 baud. Presence comes from the OUT pin, as from a Pir. As of the last speed_m_s():
    `distance_cm` of the nearest target, -1 without one, whether one is `moving`, and `heard`, how many bytes
    came since fresh(). `malformed` counts what was no report.
    """

    def __init__(self, uart, pin, on_change):
        self._uart = uart
        self._report = memoryview(bytearray(_REPORT_BYTES))
        self.distance_cm = -1
        self.moving = False
        self.malformed = 0
        self._ask(_ENABLE)
        try:
            told = self._ask(_READ_VERSION)
        finally:
            self._ask(_END)  # until then it reports nothing
        # After status and type: 07 01 16 15 09 22 is V1.07.22091516.
        self.version = f"{told[5]:x}.{told[4]:02x}.{told[9]:02x}{told[8]:02x}{told[7]:02x}{told[6]:02x}"
        self.fresh()
        super().__init__(pin, on_change)

    def fresh(self) -> None:
        """Throw away what was received: it filled the buffer long ago."""
        self._drain()
        time.sleep_ms(_FIFO_MS)  # what waited behind the full buffer moves up
        self._drain()
        self._filled = 0
        self.heard = 0  # bytes since now: the clock of the reports, of which some may be lost
        self._sums = [0, 0, 0, 0, 0]  # of 1, t, x, t t, t x: time in reports, distance in cm
        self._first_cm = self._least_cm = -1

    def speed_m_s(self) -> float | None:
        """How fast the moving target comes or goes, by the reports since fresh(), ten a second.

        None when they are too few, or nothing moves. Call it before the receive buffer is full: 256 bytes
        hold 1.1 s.
        """
        self._listen()
        n, t, x, tt, tx = self._sums
        if n < _LEAST:
            return None
        return abs(n * tx - t * x) / (n * tt - t * t) / 10  # slope of the line of least squares

    def _drain(self) -> None:
        while self._uart.any():
            self._uart.readinto(self._report)

    def _ask(self, command: bytes) -> bytes:
        """Send a command and return what its acknowledgement says, from the status on."""
        self._drain()
        self._uart.write(_COMMAND_HEAD + command + _COMMAND_TAIL)
        heard = b""
        for _ in range(_ANSWER_MS // _STEP_MS):
            time.sleep_ms(_STEP_MS)
            heard += self._uart.read() or b""
            start = heard.find(_COMMAND_HEAD)
            end = heard.find(_COMMAND_TAIL, start)
            if 0 <= start < end and heard[start + 6 : start + 10] == command[2:3] + b"\x01\x00\x00":
                return heard[start + 8 : end]
        raise ChipError(f"LD2410 at {self._uart}: no answer to command 0x{command[2]:02x}")

    def _listen(self) -> None:
        """Read report by report."""
        while True:
            came = self._uart.readinto(self._report[self._filled :])
            if not came:
                return
            self.heard += came
            self._filled += came
            if self._filled == _REPORT_BYTES:
                self._take()

    def _take(self) -> None:
        report = self._report
        if report[:8] == _REPORT_HEAD and report[17:] == _REPORT_TAIL:
            self._filled = 0
            self._note(report[8], report[9] | report[10] << 8, report[12] | report[13] << 8)
            return
        self.malformed += 1
        start = bytes(report).find(_REPORT_HEAD[:1], 1)  # a report may begin within
        self._filled = 0 if start < 0 else _REPORT_BYTES - start
        report[: self._filled] = bytes(report[_REPORT_BYTES - self._filled :])

    def _note(self, state: int, moving_cm: int, still_cm: int) -> None:
        if state > _MOVING | _STILL:  # it measures the noise of its place
            state = 0
        self.moving = bool(state & _MOVING)
        self.distance_cm = moving_cm if self.moving else -1
        if state & _STILL and not (self.moving and moving_cm < still_cm):
            self.distance_cm = still_cm
        if self.moving:
            self._add(self.heard // _REPORT_BYTES, moving_cm)

    def _add(self, t: int, x: int) -> None:
        """One more point of the target's way, until it has passed by: nearer meanwhile than at both ends."""
        if not self._sums[0]:
            self._first_cm = self._least_cm = x
        if self._least_cm + _TURN_CM < min(self._first_cm, x):
            return
        self._least_cm = min(self._least_cm, x)
        for place, value in enumerate((1, t, x, t * t, t * x)):
            self._sums[place] += value

"""The LD2410 presence radar on a UART (Hi-Link, serial communication protocol V1.02)."""

import struct
from collections.abc import Callable, Iterable

from corolle_hil.chips.faults import flip_a_bit
from corolle_hil.chips.pir import Pir
from corolle_hil.chips.radar_sight import Sight
from corolle_hil.ports import Line, UartChip
from corolle_hil.scheduler import Scheduler

_COMMAND_HEAD, _COMMAND_TAIL = bytes.fromhex("FDFCFBFA"), bytes.fromhex("04030201")  # 2.1
_REPORT_HEAD, _REPORT_TAIL = bytes.fromhex("F4F3F2F1"), bytes.fromhex("F8F7F6F5")  # 2.3
_ENABLE, _END, _READ_PARAMETERS, _READ_VERSION = 0xFF, 0xFE, 0x61, 0xA0  # 2.2
_ANSWERED, _OK, _FAILED = 0x100, b"\0\0", b"\1\0"
_VERSION = bytes.fromhex("0001 0701 16150922")  # type, then V1.07.22091516: the example of 2.2
_MOVING_SENSITIVITY = bytes((50, 50, 40, 30, 20, 15, 15, 15, 15))  # as delivered, gates 0 to 8
_STILL_SENSITIVITY = bytes((0, 0, 40, 40, 30, 30, 20, 20, 20))
_MOVING, _STILL = 1, 2  # target states, 2.3

_FRAME_US = 100_000
_FRAME_BYTES = 23
_ANSWER_US = 2000  # the document gives no figure
_BUFFER_BYTES = 64
_GATES, _GATE_M = 8, 0.75


def _nobody() -> Iterable[tuple[float, float]]:
    return ()


class Ld2410(UartChip):
    """One module, with its factory settings: ten reports a second, and OUT high while it sees anybody.

    Nothing is scheduled for a report: what was sent is worked out when somebody reads. Settings cannot be
    changed. Who got out of range is reported as still there, at its end, until OUT falls.

    Faults: `stuck` holds OUT at a level and freezes the reports, `dead` lets both wires go, `garbled` is the
    share of messages in which a bit is wrong.

    Args:
        out: the wire of the OUT pin.
        targets: who else is there, besides those who enter() and leave(): (distance in m, speed towards the
            radar in m/s); asked by `update()`.
        range_m: how far it sees; by default the 6 m of the data sheet.
        no_one_us: how long it goes on saying that somebody is there.
        noise_m: standard deviation of a reported distance.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        out: Line,
        targets: Callable[[], Iterable[tuple[float, float]]] = _nobody,
        range_m: float = _GATES * _GATE_M,
        no_one_us: int = 5_000_000,
        noise_m: float = 0.05,
    ):
        super().__init__()
        self.baud = 256_000
        self.garbled = 0.0
        self._scheduler = scheduler
        self._ask_targets = targets
        self._no_one_us = no_one_us
        self._noise_m = noise_m
        self._rng = scheduler.rng(f"ld2410 {out.gpio}")
        self._out = Pir(scheduler, out, hold_us=no_one_us, block_us=0)  # OUT does what a PIR's output does
        self._sight = Sight(scheduler, _FRAME_US, range_m, lambda: self.settle(), self._seen)
        self._still_said_until_us = 0
        self._frozen: bytes | None = None
        self._configuring = False
        self._begun_us = scheduler.now_us
        self._frame = 1
        self._command = bytearray()
        self.update()

    def enter(self, speed_m_s: float = 1.4) -> None:
        """Somebody comes into view, 8 m away, approaches, passes and goes away."""
        self._sight.enter(speed_m_s)

    def leave(self) -> None:
        """Somebody is out of view: whoever has got furthest."""
        self._sight.leave()

    def update(self) -> None:
        """The others have changed: come, gone, or another speed."""
        self._sight.replace(self._ask_targets())

    @property
    def stuck(self) -> int | None:
        """Level at which OUT is stuck; None when it is not."""
        return self._out.stuck

    @stuck.setter
    def stuck(self, level: int | None) -> None:
        self.settle()
        self._frozen = None
        if level is not None:
            self._frozen = self._target_data(self._scheduler.now_us)
        self._out.stuck = level

    @property
    def dead(self) -> bool:
        """Whether the module drives its wires no more."""
        return self._out.dead

    @dead.setter
    def dead(self, dead: bool) -> None:
        self.settle()
        self._out.dead = dead

    def sent(self, until_us: int, room: int) -> bytes:
        """See UartChip."""
        last = (until_us - self._begun_us) // _FRAME_US
        # Of the frames that nobody has room for, only the last may still be on the wire.
        fitting = min(last, self._frame + room // _FRAME_BYTES)
        for frame in (*range(self._frame, fitting + 1), *range(max(last, fitting + 1), last + 1)):
            self._report(self._begun_us + frame * _FRAME_US)
        self._frame = max(self._frame, last + 1)
        return super().sent(until_us, room)

    def received(self, data: bytes) -> None:
        """See UartChip."""
        self._command += data
        begin = self._command.find(_COMMAND_HEAD)
        end = self._command.find(_COMMAND_TAIL, begin + 8)
        if begin < 0 or end < 0:
            del self._command[:-_BUFFER_BYTES]
            return
        word = self._command[begin + 6]
        del self._command[: end + len(_COMMAND_TAIL)]
        if not self.dead:
            self.settle()
            self._answer(word, self._obey(word))

    def _obey(self, word: int) -> bytes:
        """Carry out a command; status and return value (2.2)."""
        if word == _ENABLE:
            self._configuring = True
            return _OK + struct.pack("<HH", 1, _BUFFER_BYTES)
        if not self._configuring:
            return _FAILED
        if word == _END:
            self._configuring = False
            return _OK
        if word == _READ_VERSION:
            return _OK + _VERSION
        if word == _READ_PARAMETERS:
            gates = bytes((0xAA, _GATES, _GATES, _GATES)) + _MOVING_SENSITIVITY + _STILL_SENSITIVITY
            return _OK + gates + struct.pack("<H", self._no_one_us // 1_000_000)
        return _FAILED

    def _answer(self, word: int, value: bytes) -> None:
        data = struct.pack("<HH", 2 + len(value), word | _ANSWERED) + value
        self._send(_COMMAND_HEAD + data + _COMMAND_TAIL, self._scheduler.now_us + _ANSWER_US)

    def _report(self, t_us: int) -> None:
        if not (self.dead or self._configuring):
            data = b"\x02\xaa" + (self._frozen or self._target_data(t_us)) + b"\x55\x00"
            self._send(_REPORT_HEAD + struct.pack("<H", len(data)) + data + _REPORT_TAIL, t_us)

    def _send(self, message: bytes, t_us: int) -> None:
        self.say(flip_a_bit(message, self.garbled, self._rng), t_us)

    def _target_data(self, t_us: int) -> bytes:
        """State, then distance and energy of the nearest moving and still one, then the distance (2.3)."""
        moving_m, still_m = self._sight.nearest_m(t_us, True), self._sight.nearest_m(t_us, False)
        if moving_m is None and still_m is None and t_us < self._still_said_until_us:
            still_m = self._sight.range_m
        state = _MOVING * (moving_m is not None) | _STILL * (still_m is not None)
        moving, still = self._distance_and_energy(moving_m), self._distance_and_energy(still_m)
        return struct.pack("<BHBHBH", state, *moving, *still, (moving if state & _MOVING else still)[0])

    def _distance_and_energy(self, distance_m: float | None) -> tuple[int, int]:
        """As reported: in cm, and 0 to 100, less from afar."""
        if distance_m is None:
            return 0, 0
        return max(0, round(100 * self._rng.gauss(distance_m, self._noise_m))), max(
            20, 100 - round(12 * distance_m)
        )

    def _seen(self, anybody: bool) -> None:
        self._still_said_until_us = 0 if anybody else self._scheduler.now_us + self._no_one_us
        if anybody:
            self._out.enter()
        else:
            self._out.leave()

"""A DALI bus: what its wire does, 10 us at a time (IEC 62386-101).

Whoever pulls, the bus is low. A controller's SPI host drives it with MOSI (1 pulls) and samples it with MISO.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from corolle_hil.chips.dali_gear import DaliGear
from corolle_hil.ports import Line, SpiChip
from corolle_hil.scheduler import Handle, Scheduler

_SAMPLE_US = 10
_HALF_US = (333.3, 500.0)  # what a receiver takes for half a bit and for a bit: 8.2.1, table 18
_BIT_US = (666.7, 1000.0)
_SENT_HALF_US = (356.7, 476.7)  # what a transmitter may send (8.1.1), a sample wider
_SENT_BIT_US = (723.3, 943.3)
_STOP_US = 2400
_SETTLED_US = 13_500  # 8.3.2: from the end of a frame to the next forward frame
# The bus as text, a byte a sample; so its runs are found by a pattern.
_LOW, _HIGH = b"1", b"0"
_RUNS = re.compile(b"1+|0+")
_OTHER = bytes.maketrans(_LOW + _HIGH, _HIGH + _LOW)
_FAILED_US = 550_000  # 4.10, table 4: a bus that is low for so long has failed


class DaliBus(SpiChip):
    """One bus and the gears on it.

    `mistakes` counts what a correct master never does: bits too short or too long, frames too close together.
    `frames` counts the forward frames that arrived whole.

    Faults: `low` (a short, or no supply: after 0.55 s the gears take their system failure level), `disturbed`
    (in how many of the next frames somebody else sends too), `deaf` (the receiver hears a bus at rest).

    Args:
        inverted: MISO is low while the bus is high.
    """

    def __init__(self, scheduler: Scheduler, gears: Sequence[DaliGear], inverted: bool = False):
        self.cs = _Grounded()
        self.gears = list(gears)
        self.mistakes: Counter[str] = Counter()
        self.frames = 0
        self.disturbed = 0
        self.deaf = False
        self._scheduler = scheduler
        self._inverted = inverted
        self._low = False
        self._failure: Handle | None = None
        self._quiet_since_us = scheduler.now_us - _FAILED_US  # long ago

    @property
    def low(self) -> bool:
        """Whether the bus is held low."""
        return self._low

    @low.setter
    def low(self, low: bool) -> None:
        self._low = low
        if self._failure:
            self._failure.cancel()
        self._failure = self._scheduler.after(_FAILED_US, self._fail) if low else None

    def _fail(self) -> None:
        for gear in self.gears:
            gear.bus_failed()

    def transfer(self, mosi: bytes) -> bytes:
        """What the bus did while `mosi` was sent; the transfer ends now."""
        low = bytearray(f"{int.from_bytes(mosi, 'big'):0{8 * len(mosi)}b}".encode())
        begun_us = self._scheduler.now_us - _SAMPLE_US * len(low)
        if self._low:
            low[:] = _LOW * len(low)
        else:
            self._judge(low, begun_us)
            self._disturb(low)
            self._answer(low, begun_us)
        return self._heard(low)

    def _answer(self, low: bytearray, begun_us: int) -> None:
        """Give each gear the frame that is on the bus, and put their answers there, each in its own time."""
        frame = decode(low)
        if frame is None:
            return
        end, value = frame
        self.frames += 1
        for gear in self.gears:
            answer = gear.receive(value, begun_us + _SAMPLE_US * end)
            if answer is not None:
                _send(low, end * _SAMPLE_US + gear.settling_us, gear.half_bit_us, answer)

    def _disturb(self, low: bytearray) -> None:
        if self.disturbed and _LOW in low:
            self.disturbed -= 1
            place = low.index(_LOW) + 300
            low[place : place + 130] = _LOW * 130  # a break of a multi-master, 1.2 to 1.4 ms (9.2.4)

    def _judge(self, pulled: bytearray, begun_us: int) -> None:
        """Hold what the master sends against the standard."""
        lengths = [len(run) * _SAMPLE_US for run in _RUNS.findall(pulled)]
        if len(lengths) < 2:
            return
        if begun_us + lengths[0] - self._quiet_since_us < _SETTLED_US:
            self.mistakes["frames too close together"] += 1
        for us in lengths[1:-1]:
            if not (_within(us, _SENT_HALF_US) or _within(us, _SENT_BIT_US)):
                self.mistakes["a bit of the wrong length"] += 1
        self._quiet_since_us = begun_us + sum(lengths[:-1])

    def _heard(self, low: bytearray) -> bytes:
        if self.deaf:
            low[:] = _HIGH * len(low)
        levels = low if self._inverted else low.translate(_OTHER)
        return int(levels, 2).to_bytes(len(low) // 8, "big")


class _Grounded(Line):
    """A chip select that is always low: the bus has none."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.output(0)

    def watch(self, fn: Callable[[Line], None]) -> None:
        """Tell at once, for nothing is going to change."""
        fn(self)


def _within(us: float, limits: tuple[float, float]) -> bool:
    return limits[0] - _SAMPLE_US < us < limits[1] + _SAMPLE_US


def decode(low: bytes | bytearray) -> tuple[int, int] | None:
    """The first frame on the bus: (its last edge, its 16 bits), or None when there is no forward frame.

    A frame is a row of half bits: a 1 is low and then high, a 0 high and then low.
    """
    place, halves = 0, b""
    for run in _RUNS.findall(low):
        us = len(run) * _SAMPLE_US
        at_rest = run[:1] == _HIGH
        if halves and at_rest and us >= _STOP_US:
            break
        place += len(run)
        if at_rest and not halves:
            continue
        if not (_within(us, _HALF_US) or _within(us, _BIT_US)):
            return None
        halves += run[: 1 if _within(us, _HALF_US) else 2]
    halves += _HIGH * (len(halves) % 2)  # the second half of a last 1 is lost in the rest that follows
    bits = [halves[i : i + 2] for i in range(0, len(halves), 2)]
    if len(bits) != 17 or bits[0] != b"10" or not {*bits} <= {b"10", b"01"}:
        return None
    return place, int("".join("1" if bit == b"10" else "0" for bit in bits[1:]), 2)


def _send(low: bytearray, begin_us: float, half_us: float, answer: int) -> None:
    """A backward frame from `begin_us` on."""
    halves = b"".join(b"10" if bit == "1" else b"01" for bit in f"1{answer:08b}")
    for place, half in enumerate(halves):
        if half == _LOW[0]:
            first = round((begin_us + place * half_us) / _SAMPLE_US)
            last = min(len(low), round((begin_us + (place + 1) * half_us) / _SAMPLE_US))
            low[first:last] = _LOW * max(0, last - first)

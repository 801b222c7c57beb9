"""The simulated controller's inside: pins, buses and watchdog, as requests from the board reach them."""

import errno
import struct
from collections.abc import Callable

from corolle_hil.ports import I2cChip, Line, Nak, SpiChip, Train
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.shims import ops

_PULLS = {0: None, 1: 1, 2: 0}
_RISING, _FALLING = 1, 2


class Pins:
    """The controller's wires and the edges it wants to hear of."""

    def __init__(self, interrupt: Callable[[int, int], None]):
        self.lines: dict[int, Line] = {}
        self._triggers: dict[int, int] = {}
        self._interrupt = interrupt

    def line(self, gpio: int) -> Line:
        """The wire at a GPIO."""
        if gpio not in self.lines:
            self.lines[gpio] = Line(gpio)
            self.lines[gpio].on_edge = self._edge
        return self.lines[gpio]

    def _edge(self, line: Line, before: int, after: int) -> None:
        if self._triggers.get(line.gpio, 0) & (_RISING if after else _FALLING):
            self._interrupt(ops.IRQ_PIN, line.gpio)

    def output(self, gpio: int, level: int, _: bytes) -> None:
        """Drive a wire."""
        self.line(gpio).output(level)

    def input(self, gpio: int, pull: int, _: bytes) -> None:
        """Listen on a wire."""
        self.line(gpio).output(None, _PULLS[pull])

    def trigger(self, gpio: int, mask: int, _: bytes) -> None:
        """Hear of edges."""
        self.line(gpio)
        self._triggers[gpio] = mask

    def train(self, gpio: int) -> Train | None:
        """What pulls a wire low again and again, while nothing but that is to be heard."""
        return self.line(gpio).train if self._triggers.get(gpio) == _FALLING else None

    def pwm(self, gpio: int, setting: int, _: bytes) -> None:
        """Modulate a wire."""
        self.line(gpio).modulate(setting >> 16, setting & 0xFFFF)

    def level(self, gpio: int, _b: int, _: bytes) -> tuple[int, bytes]:
        """Read a wire."""
        return 0, bytes([self.line(gpio).level or 0])

    def adc(self, gpio: int, _b: int, _: bytes) -> tuple[int, bytes]:
        """Measure a wire; one that nothing feeds reads 0."""
        read_uv = self.line(gpio).adc_uv
        return 0, struct.pack("<I", read_uv() if read_uv else 0)

    def reset(self) -> None:
        """All pins are inputs again."""
        self._triggers.clear()
        for line in self.lines.values():
            line.output(None)


class Buses:
    """I2C and SPI, and the chips on them."""

    def __init__(self) -> None:
        self._i2c: dict[tuple[int, int], I2cChip] = {}
        self._spi: dict[int, list[SpiChip]] = {}
        self._selected: set[SpiChip] = set()

    def attach_i2c(self, bus: int, chip: I2cChip) -> None:
        """Put a chip on a bus."""
        self._i2c[bus, chip.address] = chip

    def attach_spi(self, bus: int, chip: SpiChip) -> None:
        """Put a chip on a bus; its chip select says when it is meant."""
        self._spi.setdefault(bus, []).append(chip)
        chip.cs.watch(lambda line: self._select(chip, line.level == 0))

    def _select(self, chip: SpiChip, selected: bool) -> None:
        if selected and chip not in self._selected:
            self._selected.add(chip)
            chip.select()
        elif not selected and chip in self._selected:
            self._selected.discard(chip)
            chip.deselect()

    def i2c(self, bus: int, b: int, payload: bytes) -> tuple[int, bytes]:
        """Write, then read; ENODEV when nobody acknowledges, ETIMEDOUT on a stuck bus."""
        for (where, _), chip in self._i2c.items():
            if where == bus and chip.holds_bus:
                return errno.ETIMEDOUT, b""
        chip = self._i2c.get((bus, b >> 16))
        if chip is None:
            return errno.ENODEV, b""
        try:
            n = b & 0xFFFF
            if payload or not n:
                chip.write(payload)
            return 0, chip.read(n) if n else b""
        except Nak:
            return errno.ENODEV, b""

    def spi(self, bus: int, _b: int, payload: bytes) -> tuple[int, bytes]:
        """Exchange bytes with whichever chip is selected; nobody leaves the wire high."""
        for chip in self._spi.get(bus, ()):
            if chip in self._selected:
                return 0, chip.transfer(payload)
        return 0, b"\xff" * len(payload)


class Watchdog:
    """The watchdog timer."""

    def __init__(self, scheduler: Scheduler, bite: Callable[[], None]):
        self._scheduler = scheduler
        self._bite = bite
        self._timeout_us = 0
        self._due: Handle | None = None

    def start(self, _a: int, timeout_ms: int, _: bytes) -> None:
        """It runs."""
        self._timeout_us = timeout_ms * 1000
        self.fed(self._scheduler.now_us)

    def fed(self, at_us: int) -> None:
        """It was fed at that moment."""
        self.reset()
        self._due = self._scheduler.at(at_us + self._timeout_us, self._bite)

    def reset(self) -> None:
        """It stops."""
        if self._due:
            self._due.cancel()
            self._due = None

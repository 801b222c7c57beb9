"""What a simulated chip plugs into: wires, buses and serial ports of one controller."""

from collections import deque
from collections.abc import Callable


class Nak(Exception):
    """The chip did not acknowledge its address or a byte (I2C)."""


class Line:
    """One wire at a GPIO, seen from both of its ends.

    The firmware's end drives it (output or PWM) or listens, perhaps with a pull resistor; a chip's
    end may drive it too. Who drives wins over a pull; nobody and no pull is `None`.
    """

    def __init__(self, gpio: int):
        self.gpio = gpio
        self.pwm: tuple[int, int] | None = None  # (freq_hz, duty_u16) while the firmware drives PWM
        self.adc_uv: Callable[[], int] | None = None  # what an ADC on this wire reads, in microvolts
        self.wave: Callable[[], int] | None = None  # a chip's end, worked out when asked, without edges
        self._output: int | None = None
        self._pull: int | None = None
        self._chip: int | None = None
        self._watchers: list[Callable[[Line], None]] = []
        self.on_edge: Callable[[Line, int, int], None] | None = None  # the controller's interrupt input
        self.train: Train | None = None

    @property
    def level(self) -> int | None:
        """0 or 1, or None while nobody drives the wire."""
        if self._output is not None:
            return self._output
        chip = self.wave() if self.wave else self._chip
        return self._pull if chip is None else chip

    def drive(self, level: int | None) -> None:
        """The chip's end: set the wire, or let it go with None."""
        before = self.level or 0
        self._chip = level
        after = self.level or 0
        if self.on_edge and before != after:
            self.on_edge(self, before, after)

    def watch(self, fn: "Callable[[Line], None]") -> None:
        """Call `fn(line)` whenever the firmware's end changes: level, mode or PWM; at a reset too."""
        self._watchers.append(fn)

    def output(self, level: int | None, pull: int | None = None) -> None:
        """The firmware's end: drive `level`, or listen (None), perhaps with a pull."""
        self.pwm = None
        self._output, self._pull = level, pull
        self._changed()

    def modulate(self, freq_hz: int, duty_u16: int) -> None:
        """The firmware's end: drive PWM."""
        self.pwm = (freq_hz, duty_u16)
        self._changed()

    def _changed(self) -> None:
        for fn in self._watchers:
            fn(self)


class Train:
    """A chip whose falling edges can be told in advance: a board that only counts hears many at a time."""

    def ahead(self) -> tuple[int, int]:
        """An edge was heard just now: (how many more are certain to come, microseconds between two).

        They are certain when nothing else happens before the last.
        """
        raise NotImplementedError

    def skip(self, count: int) -> None:
        """Go to the moment of the last of `count` edges that were told: the board has heard them."""
        raise NotImplementedError


class I2cChip:
    """A chip at one address of an I2C bus. Raise `Nak` to leave a byte unacknowledged."""

    address: int

    @property
    def holds_bus(self) -> bool:
        """Whether it holds a line low, so that no transfer ends: not to anybody on the bus."""
        return False

    def write(self, data: bytes) -> None:
        """The controller wrote `data`; empty when it only probed the address."""
        raise NotImplementedError

    def read(self, n: int) -> bytes:
        """The controller reads `n` bytes."""
        raise NotImplementedError


class SpiChip:
    """A chip on an SPI bus, chosen by its own chip-select wire (low)."""

    cs: Line

    def select(self) -> None:
        """Chip select went low: a transaction begins."""

    def transfer(self, mosi: bytes) -> bytes:
        """Bytes go both ways at once; returns as many as came."""
        raise NotImplementedError

    def deselect(self) -> None:
        """Chip select went high: the transaction is complete."""


class OneWireChip:
    """The only chip on a one-wire bus, byte by byte; so nobody searches for its ROM code."""

    def reset(self) -> bool:
        """A reset pulse; whether the chip answers with a presence pulse."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """The controller wrote `data`."""
        raise NotImplementedError

    def read(self, n: int) -> bytes:
        """The controller gives the time slots of `n` bytes; a chip that says nothing leaves ones."""
        raise NotImplementedError


class UartChip:
    """A chip on a UART: eight bits, no parity, one stop bit.

    What it has sent is asked for when somebody reads, so a chip that talks all day costs nothing while nobody
    does. One whose talk depends on more than what it was asked calls `settle()` before that changes.
    """

    baud: int

    def __init__(self) -> None:
        self.settle: Callable[[], None] = _nobody_listens  # the port takes what was sent up to now
        self._outbox: deque[tuple[int, bytes]] = deque()  # when each message starts, and the message
        self._taken = 0  # bytes of the first one that were handed out

    def received(self, data: bytes) -> None:
        """The controller's bytes, at the end of the last one."""
        raise NotImplementedError

    def say(self, data: bytes, t_us: int) -> None:
        """Send from `t_us` on, or when what is on the wire has ended."""
        if self._outbox:
            start_us, last = self._outbox[-1]
            t_us = max(t_us, start_us + wire_us(len(last), self.baud))
        self._outbox.append((t_us, data))

    def sent(self, until_us: int, room: int) -> bytes:
        """What has left the chip since the last call and before `until_us`: the first `room` bytes of it."""
        gone = bytearray()
        while self._outbox:
            start_us, data = self._outbox[0]
            end = (until_us - start_us) * self.baud // _BITS_US
            gone += data[self._taken : max(end, self._taken)]
            if end < len(data):
                self._taken = max(end, self._taken)
                break
            self._outbox.popleft()
            self._taken = 0
        return bytes(gone[:room])


class BleRadio:
    """The Bluetooth part of a controller, as the firmware's `bluetooth` module asks it."""

    def connect(self, interrupt: Callable[[], None]) -> None:
        """It is soldered in: from now on `interrupt()` says that events wait."""
        raise NotImplementedError

    def command(self, word: int, number: int, payload: bytes) -> tuple[int, bytes]:
        """Do what a BLE_ word of the link asks for; (errno or 0, answer)."""
        raise NotImplementedError

    def take(self) -> bytes:
        """The event that has waited longest."""
        raise NotImplementedError

    def reset(self) -> None:
        """The controller restarts or loses its power."""
        raise NotImplementedError


_BITS_US = 10 * 1_000_000  # a byte is ten bits on the wire


def wire_us(length: int, baud: int) -> int:
    """How long so many bytes take, back to back."""
    return -(-length * _BITS_US // baud)


def _nobody_listens() -> None:
    """The chip is not attached to a port."""

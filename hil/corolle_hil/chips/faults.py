"""What can be wrong with a chip on a bus or a wire. Every switch may be thrown at any moment."""

from dataclasses import dataclass
from random import Random

from corolle_hil.ports import Nak


@dataclass
class I2cFaults:
    """Faults of one chip.

    Attributes:
        dead: it answers nothing.
        naks: how many of the next transfers it does not acknowledge.
        bus_stuck: it holds SDA low, so no transfer ends, not to anybody on the bus.
        stuck: its measurement stays what it was when this was set.
    """

    dead: bool = False
    naks: int = 0
    bus_stuck: bool = False
    stuck: bool = False

    def strike(self) -> None:
        """Call at the start of each transfer. Raises Nak when the chip is to fail."""
        if self.dead:
            raise Nak
        if self.naks:
            self.naks -= 1
            raise Nak


@dataclass
class OneWireFaults:
    """Faults of one chip on a one-wire bus.

    Attributes:
        dead: it answers nothing.
        shorted: the wire is held low, which looks like a presence pulse, and all bits are 0.
        unsupplied: its supply wire is broken: what the data wire gives is too little to convert.
        garbled: the share of its messages in which a bit is wrong.
        stuck: its measurement stays what it was when this was set.
    """

    dead: bool = False
    shorted: bool = False
    unsupplied: bool = False
    garbled: float = 0.0
    stuck: bool = False


@dataclass
class UartFaults:
    """Faults of one chip on a UART.

    Attributes:
        dead: it answers nothing.
        garbled: the share of its messages in which a bit is wrong.
        stuck: its measurement stays what it was when this was set.
    """

    dead: bool = False
    garbled: float = 0.0
    stuck: bool = False


def flip_a_bit(data: bytes, share: float, rng: Random) -> bytes:
    """A message as it arrives over a noisy wire: in that share of them one bit is wrong."""
    if not data or rng.random() >= share:
        return data
    wrong = bytearray(data)
    wrong[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(wrong)

"""What can be wrong with a chip on an I2C bus. Every switch may be thrown at any moment."""

from dataclasses import dataclass

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

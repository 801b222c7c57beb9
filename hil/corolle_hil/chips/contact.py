"""A contact to ground at a pin."""

from corolle_hil.ports import Line
from corolle_hil.world.switch import Switch


class Contact:
    """One contact: set `closed`, and it pulls its wire low.

    Faults: `broken` (a wire is off), `shorted` (the wires touch).
    """

    closed = Switch(False)
    broken = Switch(False)
    shorted = Switch(False)

    def __init__(self, line: Line):
        self._line = line
        self.update()

    def update(self) -> None:
        """Take a change into account."""
        low = self.shorted or (self.closed and not self.broken)
        self._line.drive(0 if low else None)

"""The controller's one-wire buses: a pin each, with one chip or none."""

from corolle_hil.ports import OneWireChip

Answer = tuple[int, bytes]


class OneWireBuses:
    """All pins that are one-wire buses, as requests from the board reach them."""

    def __init__(self) -> None:
        self._chips: dict[int, OneWireChip] = {}

    def attach(self, gpio: int, chip: OneWireChip) -> None:
        """Put a chip on a pin."""
        self._chips[gpio] = chip

    def reset(self, gpio: int, _b: int, _: bytes) -> Answer:
        """Give a reset pulse; 1 when the chip is there."""
        chip = self._chips.get(gpio)
        return 0, bytes([chip is not None and chip.reset()])

    def write(self, gpio: int, _b: int, payload: bytes) -> None:
        """Send to whoever is there."""
        if gpio in self._chips:
            self._chips[gpio].write(payload)

    def read(self, gpio: int, n: int, _: bytes) -> Answer:
        """Read bytes; nobody leaves the wire to its pull-up."""
        chip = self._chips.get(gpio)
        return 0, chip.read(n) if chip else b"\xff" * n

"""A contact to ground: water that bridges two electrodes, a float, the reed of a door."""


class Contact:
    """One contact. `closed_is` says what it means when it is closed: 1 present, 0 not.

    What must not be missed wants a contact that opens (0): a broken wire is then told as present too.
    """

    def __init__(self, pin, closed_is: int):
        if closed_is not in (0, 1):
            raise ValueError(f"contact: closed_is = {closed_is!r} is neither 0 nor 1")
        self._pin = pin
        self._open_is = not closed_is
        pin.init(pin.IN, pin.PULL_UP)

    def read(self) -> bool:
        """Whether what it watches for is there now."""
        return bool(self._pin.value()) == self._open_is

    present = property(read)

    def watch(self, on_change) -> None:
        """Call on_change() from the interrupt at each change. One can be lost: who must know looks too."""
        self._on_change = on_change
        self._pin.irq(self._edge, self._pin.IRQ_RISING | self._pin.IRQ_FALLING)

    def _edge(self, pin) -> None:
        self._on_change()

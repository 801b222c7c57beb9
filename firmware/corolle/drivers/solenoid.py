"""A solenoid valve that a spring keeps shut: open only while its pin is high."""


class Solenoid:
    """One normally closed valve. Shut while the pin is low or floats, so a board that fails shuts it.

    A timer's callback may call the methods, even in the middle of another.
    """

    def __init__(self, pin):
        self._pin = pin
        self.is_open = False
        pin.init(pin.OUT, value=0)

    def open(self) -> None:
        """Open the valve."""
        # The pin goes first: a callback that shuts the valve in between leaves one that is believed open, and
        # is shut once more. The other way round water would run through a valve that is believed shut.
        self._pin.value(1)
        self.is_open = True

    def close(self) -> None:
        """Shut the valve, whatever it is believed to be."""
        self._pin.value(0)
        self.is_open = False

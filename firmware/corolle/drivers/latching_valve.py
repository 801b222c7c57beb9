"""A latching valve behind an H-bridge: one pulse opens it, another shuts it, and without power it stays."""

import time


class LatchingValve:
    """One valve. The constructor pulses it shut: after a reset nobody knows how it stands.

    A pulse blocks for `pulse_ms`. A timer's callback may call the methods, even in the middle of a pulse.
    """

    def __init__(self, open_pin, close_pin, pulse_ms: int = 50):
        if not 5 <= pulse_ms <= 500:
            raise ValueError(f"latching_valve: pulse_ms = {pulse_ms} is not within 5..500")
        self._open_pin = open_pin
        self._close_pin = close_pin
        self._pulse_ms = pulse_ms
        self.is_open = True
        for pin in (open_pin, close_pin):
            pin.init(pin.OUT, value=0)
        self.close()

    def open(self) -> None:
        """Open the valve."""
        self.is_open = True
        self._pulse(self._open_pin, self._close_pin)

    def close(self) -> None:
        """Shut the valve; it is pulsed whatever it is believed to be."""
        self.is_open = False
        self._pulse(self._close_pin, self._open_pin)

    def _pulse(self, pin, other) -> None:
        other.value(
            0
        )  # both inputs high would short the bridge: a callback may come in the middle of a pulse
        pin.value(1)
        time.sleep_ms(self._pulse_ms)
        pin.value(0)

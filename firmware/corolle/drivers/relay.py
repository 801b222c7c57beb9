"""A mains relay whose contact is closed at rest: a board that fails leaves the luminaire its supply."""

import time

from corolle.wire.compat import const

_SEARCH_US = const(20_000)  # a whole wave at 50 Hz: who shows only every other crossing is found too
_POLL_US = const(100)


class Relay:
    """One relay: a high pin draws its coil and takes the luminaire's supply away.

    The contact meets a zero crossing of the mains, so that neither arc nor inrush current wears it. The
    constructor lets the coil go; `starts` counts how often the luminaire got its supply back.

    Args:
        zero_cross_pin: rises where the mains crosses zero, at each crossing or at every other one. If it
            rises early by some time, take that from both of the next two.
        close_ms: from the coil let go to the contact closed, by the relay's datasheet or better as measured.
        open_ms: from the coil drawn to the contact open.
        hold_s: how long it stays as it is before it may switch off.
        half_wave_us: 10000 at 50 Hz.
    """

    def __init__(
        self,
        pin,
        zero_cross_pin=None,
        close_ms: float = 4,
        open_ms: float = 8,
        hold_s: int = 60,
        half_wave_us: int = 10_000,
    ):
        if not 0 <= hold_s <= 86_400:
            raise ValueError(f"relay: hold_s = {hold_s} is not within 0..86400")
        self._pin = pin
        self._zero_cross_pin = zero_cross_pin
        self._close_us = round(close_ms * 1000)
        self._open_us = round(open_ms * 1000)
        self._hold_ms = hold_s * 1000
        self._half_wave_us = half_wave_us
        self.on = True
        self.starts = 0
        self._since_ms = time.ticks_ms()
        pin.init(pin.OUT, value=0)
        if zero_cross_pin:
            zero_cross_pin.init(zero_cross_pin.IN)

    def set(self, on: bool) -> int:
        """Switch, and return 0; or return how many ms to wait first, for it may not switch off yet.

        Switching on is never put off. Blocks for up to 40 ms.
        """
        if on == self.on:
            return 0
        held_ms = time.ticks_diff(time.ticks_ms(), self._since_ms)
        # After six days the difference of ticks turns negative, and nothing holds.
        if not on and 0 <= held_ms < self._hold_ms:
            return self._hold_ms - held_ms
        self._meet_crossing(self._close_us if on else self._open_us)
        self._pin.value(0 if on else 1)
        self.on = on
        self.starts += on
        self._since_ms = time.ticks_ms()
        return 0

    def _meet_crossing(self, operate_us: int) -> None:
        """Return `operate_us` before a crossing; at once when there is no telling."""
        pin = self._zero_cross_pin
        if pin and _see(pin, 0) and _see(pin, 1):
            time.sleep_us(-operate_us % self._half_wave_us)


def _see(pin, level: int) -> bool:
    """Wait until the pin has this level; False when it has not in time."""
    for _ in range(_SEARCH_US // _POLL_US):
        if pin.value() == level:
            return True
        time.sleep_us(_POLL_US)
    return False

"""A water meter with a reed: one falling edge for each portion of water."""

import time

from corolle.wire.compat import const

_BOUNCE_MS = const(3)  # a reed's contact bounces for less, and water does not flow so fast


class FlowMeter:
    """Counts pulses in the interrupt. `litres` is what has passed since the boot."""

    def __init__(self, pin, litres_per_pulse: float):
        if not 0 < litres_per_pulse <= 10:
            raise ValueError(f"flow_meter: litres_per_pulse = {litres_per_pulse} is not above 0 and up to 10")
        self.litres_per_pulse = litres_per_pulse
        self.pulses = 0
        self._last_ms = time.ticks_add(time.ticks_ms(), -_BOUNCE_MS)
        self._target = -1  # pulses at which to call; -1: never
        self._on_target = _nothing
        pin.init(pin.IN, pin.PULL_UP)
        pin.irq(self._edge, pin.IRQ_FALLING)

    @property
    def litres(self) -> float:
        """Water since the boot."""
        return self.pulses * self.litres_per_pulse

    def call_after(self, litres: float, on_target) -> None:
        """Call `on_target()` once, from the interrupt, when so much more has passed."""
        self._on_target = on_target
        self._target = self.pulses + int(litres / self.litres_per_pulse + 0.999)

    def _edge(self, pin) -> None:
        now_ms = time.ticks_ms()
        # After six days without water the difference of ticks turns negative, and is no bounce.
        if 0 <= time.ticks_diff(now_ms, self._last_ms) < _BOUNCE_MS:
            return
        self._last_ms = now_ms
        self.pulses += 1
        if 0 <= self._target <= self.pulses:
            self._target = -1
            self._on_target()


def _nothing() -> None:
    """Nobody waits for water."""

"""Takes a dimmer from one level to the next along a ramp."""

import time

from corolle.control.fade import ramp


class Fader:
    """`dimmer` has set(level_pct). Before the first start() the lamp is at its hardware default: full."""

    def __init__(self, dimmer):
        self._dimmer = dimmer
        self._level_pct = 100.0
        self._ramp = iter(())
        self._due_ms = time.ticks_ms()
        self._running = False

    def start(self, level_pct: int, duration_ms: int) -> None:
        """Begin a ramp from wherever the light is now."""
        self._ramp = ramp(self._level_pct, level_pct, duration_ms)
        self._due_ms = time.ticks_ms()
        self._running = True

    def step(self) -> int | None:
        """Do what is due; milliseconds until the next step, None at the end of the ramp."""
        while self._running:
            wait_ms = time.ticks_diff(self._due_ms, time.ticks_ms())
            if wait_ms > 0:
                return wait_ms
            self._level_pct, stay_ms = next(self._ramp)
            self._dimmer.set(self._level_pct)
            self._due_ms = time.ticks_add(self._due_ms, stay_ms)
            self._running = stay_ms > 0
        return None

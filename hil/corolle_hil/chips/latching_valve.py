"""A latching (bistable) solenoid valve on an H-bridge: pulses move it, without power it stays as it is."""

from collections import Counter
from collections.abc import Callable

from corolle_hil.ports import Line
from corolle_hil.scheduler import Handle, Scheduler


class LatchingValve:
    """One valve with an opening and a closing input, active high.

    `mistakes` counts what a correct driver never does: both inputs high (the bridge shorts its supply), a
    pulse too short to move the plunger, a coil held so long that it burns.

    Fault: `jammed` (pulses change nothing).

    Args:
        minimum_us: shortest pulse that moves the plunger.
        coil_us: longest pulse that the coil bears.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        open_line: Line,
        close_line: Line,
        minimum_us: int = 20_000,
        coil_us: int = 500_000,
        is_open: bool = False,
    ):
        self.is_open = is_open
        self.moves = 0
        self.mistakes: Counter[str] = Counter()
        self.jammed = False
        self._scheduler = scheduler
        self._lines = {True: open_line, False: close_line}
        self._minimum_us = minimum_us
        self._coil_us = coil_us
        self._pulse: bool | None = None
        self._moved = False
        self._timers: list[Handle] = []
        self._watchers: list[Callable[[], None]] = []
        open_line.watch(lambda _: self._on_change())
        close_line.watch(lambda _: self._on_change())

    def watch(self, fn: Callable[[], None]) -> None:
        """Call `fn()` after each move."""
        self._watchers.append(fn)

    def _on_change(self) -> None:
        up = [direction for direction, line in self._lines.items() if line.level == 1]
        if len(up) == 2:
            self.mistakes["both inputs high"] += 1
        pulse = up[0] if len(up) == 1 else None
        if pulse != self._pulse:
            self._end_pulse()
            self._pulse = pulse
            if pulse is not None:
                self._begin_pulse(pulse)

    def _begin_pulse(self, direction: bool) -> None:
        self._timers = [
            self._scheduler.after(self._minimum_us, self._move, direction),
            self._scheduler.after(self._coil_us, self._overheat),
        ]
        self._moved = False

    def _end_pulse(self) -> None:
        for handle in self._timers:
            handle.cancel()
        self._timers = []
        # A wire that nobody drives any more is a board in reset, and no mistake of its driver.
        if self._pulse is not None and not self._moved and self._lines[self._pulse].level is not None:
            self.mistakes["pulse too short"] += 1

    def _move(self, direction: bool) -> None:
        self._moved = True
        if self.jammed or self.is_open == direction:
            return
        self.is_open = direction
        self.moves += 1
        for fn in self._watchers:
            fn()

    def _overheat(self) -> None:
        self.mistakes["coil held too long"] += 1

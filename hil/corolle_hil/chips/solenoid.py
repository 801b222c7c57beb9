"""A normally closed solenoid valve: a coil that holds it open, and a spring that shuts it."""

from collections.abc import Callable

from corolle_hil.ports import Line
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.switch import Switch


class Solenoid:
    """One valve behind a transistor, active high. A wire that nobody drives leaves it without current.

    Faults: `stuck_open` (a grain in the seat), `stuck_shut` (the coil is burnt or the plunger is held).

    Args:
        opening_us, closing_us: from the wire to the plunger.
        coil_w: what the coil draws.
    """

    stuck_open = Switch(False)
    stuck_shut = Switch(False)

    def __init__(
        self,
        scheduler: Scheduler,
        line: Line,
        opening_us: int = 40_000,
        closing_us: int = 60_000,
        coil_w: float = 6.5,
    ):
        self.moves = 0
        self.is_open = False
        self._scheduler = scheduler
        self._line = line
        self._times_us = {True: opening_us, False: closing_us}
        self._coil_w = coil_w
        self._drawn = False  # where the coil, or the spring, has brought the plunger
        self._move: Handle | None = None
        self._watchers: list[Callable[[], None]] = []
        self._current = False
        line.watch(lambda _: self._switch())

    @property
    def power_w(self) -> float:
        """What it draws now."""
        return self._coil_w if self._current else 0.0

    def watch(self, fn: Callable[[], None]) -> None:
        """Call `fn()` whenever it has moved, or its current has come or gone."""
        self._watchers.append(fn)

    def update(self) -> None:
        """Take a fault into account."""
        is_open = (self._drawn or self.stuck_open) and not self.stuck_shut
        self.moves += is_open != self.is_open
        self.is_open = is_open
        for fn in self._watchers:
            fn()

    def _switch(self) -> None:
        current = self._line.level == 1
        if current == self._current:
            return
        self._current = current
        if self._move:
            self._move.cancel()
        self._move = self._scheduler.after(self._times_us[current], self._arrive, current)
        self.update()

    def _arrive(self, drawn: bool) -> None:
        self._move = None
        self._drawn = drawn
        self.update()

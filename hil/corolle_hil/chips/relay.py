"""A mains relay whose contact is closed at rest, and the wave on which it switches."""

from collections.abc import Callable

from corolle_hil.ports import Line
from corolle_hil.scheduler import Handle, Scheduler

_PULSE_US = 1000  # how long an opto-coupler lets go around a crossing
_BOUNCE_US = 200


class Mains:
    """The voltage's zero crossings, whose phase is chance.

    Fault: `gone` (the crossings' wire stays low).
    """

    def __init__(self, scheduler: Scheduler, freq_hz: float = 50.0):
        self.half_wave_us = 500_000 / freq_hz
        self.gone = False
        self._scheduler = scheduler
        self._phase_us = scheduler.rng("mains").uniform(0, self.half_wave_us)

    @property
    def offset_us(self) -> float:
        """How far the nearest crossing is away; negative before it."""
        after_us = (self._scheduler.now_us - self._phase_us) % self.half_wave_us
        return after_us if after_us <= self.half_wave_us / 2 else after_us - self.half_wave_us

    def show_crossings(self, line: Line) -> None:
        """Put an opto-coupler on a wire: high for a millisecond, in the middle of which the crossing lies."""
        line.wave = lambda: int(abs(self.offset_us) <= _PULSE_US / 2 and not self.gone)


class Relay:
    """One relay behind a transistor: a high pin draws the coil, and that opens the contact.

    `closed` says how the contact stands, `operations` how it came there: (closed, us after the nearest
    crossing). A contact that closes bounces, and that is no operation.

    Faults: `welded` (it opens no more), `stuck_open` (it closes no more).

    Args:
        line: the coil's transistor; undriven, the coil is at rest.
        on_change: called after each movement of the contact.
        open_us: from the coil drawn to the contact open.
        close_us: from the coil released to the first touch.
        bounces: how often the contact opens again after a touch.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        line: Line,
        mains: Mains,
        on_change: Callable[[], None] = lambda: None,
        open_us: int = 8000,
        close_us: int = 4000,
        bounces: int = 2,
    ):
        self.closed = True
        self.welded = self.stuck_open = False
        self.operations: list[tuple[bool, float]] = []
        self._scheduler = scheduler
        self._line = line
        self._mains = mains
        self._on_change = on_change
        self._delays_us = {True: close_us, False: open_us}
        self._bounces = bounces
        self._drawn = False
        self._coming: Handle | None = None
        line.watch(lambda _: self._drive())

    def _drive(self) -> None:
        drawn = self._line.level == 1
        if drawn == self._drawn:
            return
        self._drawn = drawn
        if self._coming:
            self._coming.cancel()
        self._coming = self._scheduler.after(self._delays_us[not drawn], self._operate, not drawn)

    def _operate(self, closed: bool) -> None:
        if closed == self.closed or (self.stuck_open if closed else self.welded):
            return
        self.operations.append((closed, self._mains.offset_us))
        self._move(closed, 2 * self._bounces if closed else 0)

    def _move(self, closed: bool, more: int) -> None:
        self.closed = closed
        self._on_change()
        if more:
            self._scheduler.after(_BOUNCE_US, self._move, not closed, more - 1)

"""A passive infrared module at a pin: high while somebody moves, and for a hold time after it."""

from corolle_hil.ports import Line
from corolle_hil.scheduler import Handle, Scheduler


class Pir:
    """One module, as HC-SR501 and its kin: active high.

    Faults: `stuck` holds the output at a level, `dead` lets the wire go.

    Args:
        hold_us: how long the output stays high after the last movement, or after the first one.
        block_us: how long it is blind after the output fell.
        retriggering: whether movement during the hold time prolongs it.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        line: Line,
        hold_us: int = 2_500_000,
        block_us: int = 200_000,
        retriggering: bool = True,
    ):
        self._scheduler = scheduler
        self._line = line
        self.hold_us = hold_us
        self._block_us = block_us
        self._retriggering = retriggering
        self._in_view = 0
        self._output = 0
        self._blind_until_us = 0
        self._fall: Handle | None = None
        self._stuck: int | None = None
        self._dead = False
        self._show()

    def enter(self, speed_m_s: float = 1.4) -> None:
        """Somebody comes into view and moves until `leave()`; how fast, it cannot tell."""
        self._in_view += 1
        self._trigger()

    def leave(self) -> None:
        """Somebody is out of view."""
        self._in_view = max(0, self._in_view - 1)
        if self._output and self._retriggering and not self._in_view:
            self._hold()

    @property
    def stuck(self) -> int | None:
        """Level at which the output is stuck; None when it is not."""
        return self._stuck

    @stuck.setter
    def stuck(self, level: int | None) -> None:
        self._stuck = level
        self._show()

    @property
    def dead(self) -> bool:
        """Whether the module drives its wire no more."""
        return self._dead

    @dead.setter
    def dead(self, dead: bool) -> None:
        self._dead = dead
        self._show()

    def _trigger(self) -> None:
        if self._output:
            if self._retriggering:
                self._cancel()
            return
        wait_us = self._blind_until_us - self._scheduler.now_us
        if wait_us > 0:
            self._scheduler.after(wait_us, self._look_again)
            return
        self._output = 1
        self._show()
        if not self._retriggering:
            self._hold()

    def _look_again(self) -> None:
        if self._in_view and not self._output:
            self._trigger()

    def _hold(self) -> None:
        self._cancel()
        self._fall = self._scheduler.after(self.hold_us, self._end)

    def _cancel(self) -> None:
        if self._fall:
            self._fall.cancel()
            self._fall = None

    def _end(self) -> None:
        self._output = 0
        self._blind_until_us = self._scheduler.now_us + self._block_us
        self._show()
        if self._in_view:
            self._scheduler.after(self._block_us, self._look_again)

    def _show(self) -> None:
        if self._dead:
            self._line.drive(None)
        else:
            self._line.drive(self._output if self._stuck is None else self._stuck)

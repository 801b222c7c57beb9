"""The arc power level of a DALI control gear, and how it fades (IEC 62386-102, 9.3 to 9.6)."""

from collections.abc import Callable

from corolle_hil.scheduler import Handle, Scheduler

_SHORTEST_STEP_US = 20_000
_STEPS = 64  # as many as a fade is shown in, when it is long


class ArcLevel:
    """A level from 0 (off) to 254, whole only at the ends of a fade.

    Args:
        show: called with the light (0 to 1) when a fade begins, in steps while it runs, and at its end.
    """

    def __init__(self, scheduler: Scheduler, show: Callable[[float], None], minimum: int, level: int):
        self.minimum = minimum
        self.maximum = 254
        self._scheduler = scheduler
        self._show = show
        self._from = self._to = float(level)
        self._target = level
        self._begun_us = scheduler.now_us
        self._fade_us = 0
        self._step: Handle | None = None

    @property
    def now(self) -> float:
        """The level at this moment."""
        gone_us = self._scheduler.now_us - self._begun_us
        if gone_us >= self._fade_us:
            return self._target
        return self._from + (self._to - self._from) * gone_us / self._fade_us

    @property
    def light(self) -> float:
        """Light relative to full (9.3)."""
        level = self.now
        return 10 ** ((level - 1) * 3 / 253 - 3) if level else 0.0

    @property
    def fading(self) -> bool:
        """Whether it is on its way."""
        return self._scheduler.now_us - self._begun_us < self._fade_us

    @property
    def target(self) -> int:
        """Where it goes."""
        return self._target

    def go(self, level: int, fade_us: int) -> bool:
        """Go there within the gear's limits; says whether the level asked for is within them.

        Off is left from the minimum, and reached from there.
        """
        target = max(self.minimum, min(self.maximum, level)) if level else 0
        self._from = max(self.now, self.minimum)
        self._to = max(target, self.minimum)
        self._target = target
        self._begun_us = self._scheduler.now_us
        self._fade_us = fade_us
        self._next()
        return target == level

    def _next(self) -> None:
        if self._step:
            self._step.cancel()
        self._step = None
        self._show(self.light)
        left_us = self._begun_us + self._fade_us - self._scheduler.now_us
        if left_us > 0:
            step_us = max(_SHORTEST_STEP_US, self._fade_us // _STEPS)
            self._step = self._scheduler.after(min(left_us, step_us), self._next)

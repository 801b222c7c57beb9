"""A node that never comes to work ends its replay: else the nights would be filled with its boots."""

from collections.abc import Iterable

from corolle_hil.board import DEEP_SLEEP_RESET
from corolle_hil.scheduler import Scheduler
from corolle_hil.unit import VirtualUnit

_WORKS_S = 300  # the firmware's own measure of a good boot
_MOST = 8  # safe mode begins with the fourth: where that is of no use either, nothing else is tried


class NeverWorks(RuntimeError):
    """A node resets itself again and again, soon after each boot; the message says which."""


def watch_boots(scheduler: Scheduler, units: Iterable[VirtualUnit]) -> None:
    """Let the scheduler's run raise NeverWorks when one of them does not come to work."""
    for unit in units:
        unit.board.on_own_reset = _Watch(scheduler, unit).note


class _Watch:
    def __init__(self, scheduler: Scheduler, unit: VirtualUnit):
        self._scheduler = scheduler
        self._unit = unit
        self._last_us = 0
        self._in_a_row = 0

    def note(self, cause: int) -> None:
        """Count a reset that follows soon upon the last one."""
        if cause == DEEP_SLEEP_RESET:
            return
        now_us = self._scheduler.now_us
        lived_s = (now_us - self._last_us) / 1e6
        self._last_us = now_us
        self._in_a_row = self._in_a_row + 1 if lived_s < _WORKS_S else 1
        if self._in_a_row >= _MOST:
            raise NeverWorks(
                f"{self._unit.plan.name} never comes to work: {_MOST} boots in a row ended with a reset of "
                f"its own within {_WORKS_S} s; it last said: {self._unit.last_line or '(nothing)'}"
            )

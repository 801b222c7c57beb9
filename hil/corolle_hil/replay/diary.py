"""What the lamp decided: how long it was dark and lit, what that took, how often it switched."""

from collections.abc import Callable
from typing import Any

from corolle_hil.replay.baselines import Span
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.luminaire import Luminaire

Record = dict[str, Any]
_BY_DAY = ("day", "daylight")
_LEARNING = "learning"  # measures its luminaire once, in daylight: nobody's light


class Diary:
    """Hears every record of the street. It is dark whenever the lamp does not hold it to be day."""

    def __init__(self, scheduler: Scheduler, luminaire: Luminaire):
        self.switches = 0
        self.on_us = 0
        self.dark: list[Span] = []
        self.dark_wh = 0.0
        self.is_dark = False
        self.decided: Callable[[int, str], None] = lambda level_pct, reason: None
        self._scheduler = scheduler
        self._luminaire = luminaire
        self._value = 0
        self._since_us = scheduler.now_us
        self._since_wh = luminaire.energy_wh

    def take(self, record: Record) -> None:
        """One record of the street."""
        if record["type"] == "decision" and record["output"] == "light" and record["reason"] != _LEARNING:
            self.settle()
            self.switches += record["value"] != self._value
            self._value = record["value"]
            self.is_dark = record["reason"] not in _BY_DAY
            self.decided(self._value, record["reason"])

    def settle(self) -> None:
        """Count the time gone by since the last decision, and what it took."""
        now_us, now_wh = self._scheduler.now_us, self._luminaire.energy_wh
        if self._value:
            self.on_us += now_us - self._since_us
        if self.is_dark:
            self.dark_wh += now_wh - self._since_wh
            self._add_dark(self._unix_s(self._since_us), self._unix_s(now_us))
        self._since_us, self._since_wh = now_us, now_wh

    def _add_dark(self, begin_s: float, end_s: float) -> None:
        """A night is one span, however often the lamp decided in it."""
        if self.dark and self.dark[-1][1] == begin_s:
            begin_s = self.dark.pop()[0]
        self.dark.append((begin_s, end_s))

    def _unix_s(self, now_us: int) -> float:
        return (self._scheduler.epoch_us + now_us) / 1e6

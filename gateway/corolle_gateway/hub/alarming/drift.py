"""Units that do not run what the city wants, and still do not an hour after that was found."""

from collections.abc import Callable, Iterable

from corolle_gateway.clock import Clock
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.alarming.life import Sign
from corolle_gateway.hub.standing import Standing

CODE = "settingsDrift"
_PATIENCE_S = 3600.0


class Drift:
    """`standings` gives each unit's name and where it stands."""

    def __init__(self, clock: Clock, alarms: Alarms, standings: Callable[[], Iterable[tuple[str, Standing]]]):
        self._clock = clock
        self._alarms = alarms
        self._standings = standings
        self._since_s: dict[str, float] = {}

    def look(self) -> None:
        """Raise and clear; while it is not known what a unit runs, all stays as it is."""
        now_s = self._clock.now()
        for unit, standing in self._standings():
            if standing.agreed is None:
                continue
            if standing.agreed:
                self._since_s.pop(unit, None)
                self._alarms.tell(unit, Sign(CODE, False))
            elif abs(now_s - self._since_s.setdefault(unit, now_s)) > _PATIENCE_S:
                self._tell(unit, standing)

    def _tell(self, unit: str, standing: Standing) -> None:
        if not self._alarms.of(unit, CODE):
            wanted = {f"{name}_wanted": want for name, (want, _) in standing.drift.items()}
            runs = {name: run for name, (_, run) in standing.drift.items()}
            self._alarms.tell(unit, Sign(CODE, True, runs | wanted))

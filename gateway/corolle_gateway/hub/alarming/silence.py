"""Units of which nothing is heard.

A unit is silent when three of its reports, each a tenth late as they may be, and five minutes have gone by
without a word of it. How often it reports is what it says it runs (`report_min`), or what is wanted of it; a
canopy that lives by its battery may at any time report as seldom as `report_low_min`. Time in which the
gateway itself could not hear, or whose length nobody knows because the clock was set, does not count.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from corolle_gateway.clock import Clock
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.alarming.life import Sign
from corolle_gateway.model import Unit, iso_utc
from corolle_gateway.settings_tables import known

CODE = "silent"
_LOW = "report_low_min"
_REPORTS = 3
_LATE = 1.1
LEAST_S = 300.0  # no unit is silent after less
_MINUTE_S = 60.0


class Runs(Protocol):
    """What units run."""

    def runs(self, unit: Unit, setting: str) -> int:
        """A setting of a unit's; what is wanted of it, or usual, while that is not known."""
        ...


def limit_s(unit: Unit, latest: Mapping[str, Any] | None, settings: Runs) -> float:
    """For how long a unit may be silent, by its last report."""
    has_battery = latest is not None and latest.get("battery_v") is not None
    return _reports_s(_REPORTS, unit, has_battery, settings)


def next_report_s(unit: Unit, settings: Runs) -> float:
    """Within how many seconds a unit reports again, even should it live by a battery that is low."""
    return _reports_s(1, unit, _LOW in known(unit.kind), settings)


def _reports_s(reports: int, unit: Unit, may_be_low: bool, settings: Runs) -> float:
    period_min = settings.runs(unit, "report_min")
    if may_be_low:
        period_min = max(period_min, settings.runs(unit, _LOW))
    return reports * _LATE * period_min * _MINUTE_S + LEAST_S


class Silence:
    """`listens` says whether the gateway can hear units at all. Who was never heard is not silent."""

    def __init__(self, clock: Clock, alarms: Alarms, settings: Runs, listens: Callable[[], bool]):
        self._clock = clock
        self._alarms = alarms
        self._settings = settings
        self._listens = listens
        self._listening_s: float | None = None  # since when; None: it cannot hear
        self._heard_s: dict[str, float] = {}

    def heard(self, unit: str, time_s: float) -> None:
        """Something of a unit's has come."""
        self._heard_s[unit] = time_s

    def has_heard(self, unit: str) -> bool:
        """Whether anything of a unit's has ever come."""
        return unit in self._heard_s

    def clock_jumped(self) -> None:
        """Nobody knows how much time has gone by."""
        self._listening_s = None

    def look(self, units: Mapping[str, Unit], latest: Mapping[str, Mapping[str, Any]]) -> None:
        """Raise an alarm for each unit that has fallen silent; being heard clears it."""
        now_s = self._clock.now()
        if not self._listens():
            self._listening_s = None
        elif self._listening_s is None:
            self._listening_s = now_s
        if self._listening_s is None:
            return
        for name, heard_s in self._heard_s.items():
            silent_s = now_s - max(heard_s, self._listening_s)
            if silent_s > LEAST_S and name in units and not self._alarms.of(name, CODE):
                allowed_s = limit_s(units[name], latest.get(name), self._settings)
                if silent_s > allowed_s:
                    first = {"last_heard": iso_utc(heard_s), "allowed_min": round(allowed_s / _MINUTE_S)}
                    self._alarms.tell(name, Sign(CODE, True, first))

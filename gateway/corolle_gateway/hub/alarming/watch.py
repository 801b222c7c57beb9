"""Sees to it that alarms are raised and cleared: by what units tell, and by looking now and then."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from corolle_gateway.clock import Clock
from corolle_gateway.hub.alarming import signs
from corolle_gateway.hub.alarming.alarms import Alarms, Judgement
from corolle_gateway.hub.alarming.drift import Drift
from corolle_gateway.hub.alarming.lateness import Lateness
from corolle_gateway.hub.alarming.life import Sign
from corolle_gateway.hub.alarming.own import OwnTroubles, Probe
from corolle_gateway.hub.alarming.silence import CODE, Runs, Silence, limit_s, next_report_s
from corolle_gateway.hub.standing import Standing
from corolle_gateway.model import Unit

_LOOK_S = 10.0
_LOOKS_A_MINUTE, _LOOKS_AN_HOUR = 6, 360
_HEARD = Sign(CODE, False)


class Settings(Runs, Protocol):
    """What units run, and are to run."""

    def standings(self) -> Iterable[tuple[str, Standing]]:
        """Each unit's name, and where it stands."""
        ...


class Street(Protocol):
    """What is known of the units."""

    units: dict[str, Unit]
    latest: dict[str, dict[str, Any]]  # the last report of each unit that has sent one

    def reported_s(self, unit: str) -> float:
        """When the unit's last report came; 0 if it never sent one."""
        ...


class Watch:
    """`gateway` is the name by which the gateway has alarms of its own."""

    def __init__(self, clock: Clock, alarms: Alarms, gateway: str, settings: Settings):
        self._clock = clock
        self._alarms = alarms
        self._settings = settings
        self._hears: Callable[[], bool] = lambda: False
        self._silence = Silence(clock, alarms, settings, lambda: self._hears())
        self._drift = Drift(clock, alarms, settings.standings)
        self._own = OwnTroubles(clock, alarms, gateway)
        self._lateness = Lateness()
        self._units: Mapping[str, Unit] = {}
        self._latest: Mapping[str, Mapping[str, Any]] = {}

    def load(self, street: Street, probes: list[Probe], hears: Callable[[], bool]) -> None:
        """Go on where an earlier run stopped. `hears`: whether the gateway can hear units at all."""
        self._hears = hears
        self._own.probes = probes
        self._units, self._latest = street.units, street.latest
        for name in street.latest:
            self._silence.heard(name, street.reported_s(name))

    def stored(
        self, unit: Unit, kind: str, body: dict[str, Any], raw: dict[str, Any], time_s: float
    ) -> Judgement | None:
        """What a message of a unit's makes of its alarms (a Watcher)."""
        self._silence.heard(unit.name, time_s)
        # So it is with most messages of most units.
        if kind in ("report", "reading") and not body.get("faults") and self._alarms.is_quiet(unit.name):
            return None
        told = signs.of(unit.kind, kind, body)
        if kind == "event":
            told = self._lateness.current(unit.name, told, raw["time_s"] or time_s)
        return self._alarms.judge(unit.name, [_HEARD, *told], time_s)

    def is_missed(self, unit: str) -> bool:
        """Whether nothing has been heard of a unit for longer than it may be silent, or ever."""
        return not self._silence.has_heard(unit) or self._alarms.of(unit, CODE) is not None

    def silent_after_s(self, unit: Unit) -> float:
        """After how much time without a word a unit is silent."""
        return limit_s(unit, self._latest.get(unit.name), self._settings)

    def next_report_s(self, unit: Unit) -> float:
        """Within how many seconds the unit reports again, unless a report is lost."""
        return next_report_s(unit, self._settings)

    def clock_jumped(self, by_s: float) -> None:
        """The clock was set."""
        self._silence.clock_jumped()
        self._own.happened("clockJump", {"by_s": round(by_s)})

    def salvaged(self, lost: int, aside: str) -> None:
        """The database was damaged; so many messages are lost, and the old file is there."""
        self._own.happened("storeDamaged", {"messages_lost": lost, "old_file": aside})

    def doubted(self, unit: str, number: int) -> None:
        """A sanitary record contradicts the log, or does not follow the one before it."""
        self._alarms.tell(unit, Sign("sanitaryDoubt", True, {"record": number}))

    async def run(self) -> None:
        """Look for what no message tells, until cancelled. sqlite3.Error when the store cannot be used."""
        looks = 0
        while True:
            self._own.look()
            if looks % _LOOKS_A_MINUTE == 0:
                self._silence.look(self._units, self._latest)
                self._drift.look()
            if looks % _LOOKS_AN_HOUR == 0:
                await self._alarms.trim()
            looks += 1
            await self._clock.sleep(_LOOK_S)

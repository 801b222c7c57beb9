"""Whether people may be misted, and when the line is purged: the French duties of public misting. Pure.

Code de la sante publique, R. 1335-16 to R. 1335-20 (decret 2017-657), and arrete du 7 aout 2017:
- article 4: the line is purged when it stops and before it is used again, with nobody exposed; a stop of more
  than six weeks begins with draining, of which people are reminded in time, and is followed by cleaning,
  disinfecting and rinsing. A purge that ended well at a stop serves the next use as long as its water has
  not stood for `idle_h`; one that people put off is owed, and nobody is misted before it.
  A stop is when the weather for misting ends, or nobody has come for a quarter of an hour: to purge behind
  each passer-by would let out ten times what is misted.
- article 1: to purge is to let the water out and renew it, so a meter proves it and no clock does.
- article 8: samples, 14 days after a cleaning at the earliest. "Bisannuelle" is read as twice a year.
- below 25 Cel the supply is recommended to stay.
- every operation goes to the "fichier sanitaire": nothing moves while a record waits to be written.
Orders with an author are in sanitary_orders.py.
"""

from corolle.control.sanitary_memory import (
    BANNED,
    BEGUN,
    BROKEN,
    DRAINED,
    DRAINING,
    DUE,
    LAB_STOP,
    MISTING,
    REFUSED,
    SAMPLING,
    UNCLEAN,
    WARM,
)
from corolle.wire.compat import const

SHUT, MIST, PURGE = 0, 1, 2

_LOCKS = BANNED | LAB_STOP | DRAINED | UNCLEAN | REFUSED | BROKEN
_LONG_STOP_S = const(42 * 86400)
_DRAIN_S = const(35 * 86400)  # time enough for a person to come before the stop is a long one
_SAMPLE_AFTER_S = const(14 * 86400)
_YEAR_S = const(365 * 86400)
_BACK_S = const(3600)  # a clock that was set back by more proves nothing
_COOL_K = const(1)  # so much below its alarm the water counts as cool again
_DRY_S = const(60)  # an open purge valve without a pulse of the meter
_REST_S = const(900)  # before it is tried again
_LOOK_S = const(60)
_IDLE_LOOK_S = const(900)  # nothing of it is waited for: the calendar alone
_STOP_S = const(900)  # nobody has come for so long


class SanitaryReadings:
    """What the duties are judged by; the unit writes it before each step.

    present: somebody is there, or nobody can tell. dl: what the mist meter counted since installation.
    water_c: the supply, None unknown. likely: weather for misting, whoever is there. wished: mist is wanted.
    """

    def __init__(self):
        self.present = True
        self.dl = 0
        self.water_c: float | None = None
        self.likely = False
        self.wished = False


class SanitaryDuties:
    """The state machine. `records` (word, value, author) are to be written, then `memory` kept, then obeyed.

    The memory changes only when there are records. `no_flow`: a purge had an open valve and no water.
    """

    def __init__(self, settings, memory):
        self.memory = memory
        self.records: list = []
        self.no_flow = False
        self._settings = settings
        self._output = SHUT
        self._due = True
        self._from_dl = 0
        self._last_dl = 0
        self._flowed_at_s = 0
        self._rest_until_s = 0
        self._rest_reason = ""
        self._wished_at_s = 0
        self._waits_since_s: int | None = None
        self._told = False  # of this wait

    @property
    def locked(self) -> bool:
        """Whether nobody may be misted until something is found or ordered."""
        warm = self.memory.has(WARM) and self._settings["warm_stop"]
        return bool(warm) or self.memory.has(_LOCKS)

    @property
    def state(self) -> str:
        """Where the line is, in a word or two."""
        if self._output:
            return "misting" if self._output == MIST else "purging"
        if self.memory.has(UNCLEAN | DRAINED) and not self.memory.has(REFUSED):
            return "disinfection due" if self.memory.has(UNCLEAN) else "drained"
        return "locked" if self.locked else "purge due" if self._due else "ready"

    def step(self, uptime_s: int, now_s: int | None, readings: SanitaryReadings) -> tuple:
        """(SHUT, MIST or PURGE; reason of REASONS, "" where none forbids; uptime to look again at).

        To be called at once when somebody comes or goes, and after an order. `now_s` is unix time or None.
        """
        if now_s is None or self.records:
            output, reason = SHUT, "clock unknown" if now_s is None else "sanitary lock"
        else:
            self._watch_water(readings.water_c)
            self._watch_misting(uptime_s, now_s, readings)
            self._watch_calendar(now_s)
            output, reason = self._decide(uptime_s, now_s, readings)
        self._output = output
        return output, reason, uptime_s + self._look_s()

    def refuse(self, until_s: int, reason: str) -> None:
        """The guard lets no purge begin, or has shut one: it is owed until then, for want of nothing else."""
        self._output = SHUT
        self._rest_until_s, self._rest_reason = until_s, reason

    def _look_s(self) -> int:
        if self._output == PURGE:
            return 1
        waits = self._output or self.no_flow or self._waits_since_s is not None
        return _LOOK_S if waits else _IDLE_LOOK_S

    def _decide(self, uptime_s: int, now_s: int, readings) -> tuple:
        memory, locked = self.memory, self.locked
        if memory.has(MISTING):
            return MIST, ""
        if memory.has(DRAINED | UNCLEAN | REFUSED):
            return SHUT, "sanitary lock"
        stood_s = now_s - memory.renewed_s
        self._due = memory.has(DUE) or not -_BACK_S <= stood_s <= self._settings["idle_h"] * 3600
        if self._due:
            # Warm water alone is let out all the same: how else could it be found to have cooled?
            barred = memory.has(_LOCKS)
            wanted = memory.has(DUE) or ((readings.likely or readings.wished) and not barred)
            output, reason = self._purge(uptime_s, now_s, readings, wanted)
            return output, "sanitary lock" if locked and output == SHUT else reason
        if locked or not readings.wished:
            return SHUT, "sanitary lock" if locked else ""
        return self._begin_misting(now_s, readings.dl)

    def _purge(self, uptime_s: int, now_s: int, readings, wanted: bool) -> tuple:
        if readings.present:
            self._wait(uptime_s, wanted)
            return SHUT, "somebody there" if wanted else ""
        self._waits_since_s = None
        if not wanted:
            return SHUT, ""  # it is the weather that there is no mist for
        if uptime_s < self._rest_until_s:
            return SHUT, self._rest_reason
        if self._output != PURGE:
            # From the beginning: a purge that somebody broke off has renewed nothing for certain.
            self._from_dl, self._last_dl, self._flowed_at_s = readings.dl, readings.dl, uptime_s
        return self._follow_purge(uptime_s, now_s, readings.dl)

    def _follow_purge(self, uptime_s: int, now_s: int, dl: int) -> tuple:
        """The purge valve is open: enough water, some, or none?"""
        if dl - self._from_dl >= self._settings["purge_dl"]:
            self.no_flow = self._due = False
            self.memory.set(DUE, False)
            self.memory.renewed_s = now_s
            self._record("purged", dl - self._from_dl)
            return SHUT, ""
        if dl != self._last_dl:
            self._last_dl, self._flowed_at_s = dl, uptime_s
        elif uptime_s - self._flowed_at_s >= _DRY_S:
            self.no_flow = True
            self.refuse(uptime_s + _REST_S, "no flow")
            return SHUT, "no flow"
        return PURGE, "purging"

    def _wait(self, uptime_s: int, wanted: bool) -> None:
        """Somebody is there: tell once when that has put the purge off for too long."""
        if not wanted:
            self._waits_since_s = None
        elif self._waits_since_s is None:
            self._waits_since_s, self._told = uptime_s, False
        else:
            waited_min = (uptime_s - self._waits_since_s) // 60
            if waited_min >= self._settings["purge_wait_min"] and not self._told:
                self._told = True
                self._record("purge put off", waited_min)

    def _begin_misting(self, now_s: int, dl: int) -> tuple:
        memory = self.memory
        memory.set(MISTING | DUE, True)
        memory.set(DRAINING, False)
        memory.used_s = now_s
        memory.begun_dl = dl
        self._record("misting begun")
        return MIST, ""

    def _watch_misting(self, uptime_s: int, now_s: int, readings) -> None:
        """End it when nobody wishes it, something forbids it, or the power was gone in its midst."""
        memory = self.memory
        seen = self._output == MIST
        if readings.wished:
            self._wished_at_s = uptime_s
        lately = readings.likely and uptime_s - self._wished_at_s < _STOP_S
        if not memory.has(MISTING) or (seen and (readings.wished or lately) and not self.locked):
            return
        memory.set(MISTING, False)
        if seen:
            memory.used_s = memory.renewed_s = now_s
        self._record("misting ended", readings.dl - memory.begun_dl)

    def _watch_water(self, water_c: float | None) -> None:
        if water_c is None:
            return
        warm = self.memory.has(WARM)
        limit_c = self._settings["water_warm_c"] - (_COOL_K if warm else 0)
        if warm != (water_c >= limit_c):
            self.memory.set(WARM, not warm)
            self._record("water cool" if warm else "water warm", round(water_c * 10))

    def _watch_calendar(self, now_s: int) -> None:
        """What time alone brings: the end of a short stop, and the next sample."""
        memory = self.memory
        if memory.has(REFUSED):
            return  # nothing becomes due on a line that is never used
        if not memory.has(BEGUN):
            memory.set(BEGUN, True)
            self._record("log begun")
            self._record("disinfection due")
        idle_s = now_s - memory.used_s
        if not memory.has(UNCLEAN | MISTING) and idle_s > _LONG_STOP_S:
            memory.set(UNCLEAN, True)
            self._record("disinfection due", memory.idle_days(now_s))
        elif not memory.has(UNCLEAN | MISTING | DRAINED | DRAINING) and idle_s >= _DRAIN_S:
            memory.set(DRAINING, True)
            self._record("drain due", memory.idle_days(now_s))
        period_s = _YEAR_S // self._settings["samples_per_year"]
        sampling = now_s - memory.sampled_s >= period_s and now_s - memory.cleaned_s >= _SAMPLE_AFTER_S
        if sampling and not memory.has(SAMPLING | DRAINED | UNCLEAN):
            memory.set(SAMPLING, True)
            self._record("sampling due")

    def _record(self, word: str, value: int = 0) -> None:
        self.records.append((word, value, ""))

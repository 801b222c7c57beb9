"""A mist line that lives in seconds: its duties, its meter, and whoever stands there."""

from corolle.control import sanitary_memory as memories
from corolle.control.sanitary import PURGE, SHUT, SanitaryDuties, SanitaryReadings
from corolle.control.sanitary_memory import SanitaryMemory
from corolle.control.sanitary_orders import carry_out
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import rows
from corolle.wire.words import REASONS, code_of

NOW = 1_784_000_000  # 2026-07-14
DAY_S = 86400
HOUR_S = 3600


class Line:
    """A mist line in service: cleaned in spring, sampled since, purged an hour ago, and nobody there."""

    def __init__(self, **changes):
        self.settings = {row[0]: row[1] for row in rows(CANOPY_SETTINGS, MIST_SETTINGS)}
        self.settings.update(changes)
        memory = SanitaryMemory()
        memory.flags = memories.BEGUN
        memory.cleaned_s, memory.sampled_s = NOW - 60 * DAY_S, NOW - 40 * DAY_S
        memory.used_s = memory.renewed_s = NOW - HOUR_S
        self.duties = SanitaryDuties(self.settings, memory)
        self.readings = SanitaryReadings()
        self.readings.present = False
        self.readings.dl = 7000
        self.now_s = NOW
        self.clock_known = True
        self.uptime_s = 100
        self.flow_dl_min = 60  # of an open purge valve
        self._drops = 0  # that the meter has not counted yet, 60 in a dL
        self.output = SHUT
        self.said: list = []

    def step(self, **changes):
        """One look; what was recorded goes to `said`."""
        for name in changes:
            setattr(self.readings, name, changes[name])
        now_s = self.now_s if self.clock_known else None
        self.output, reason, next_s = self.duties.step(self.uptime_s, now_s, self.readings)
        assert next_s > self.uptime_s
        if reason:
            code_of(REASONS, reason)
        self.said.extend(self.duties.records)
        self.duties.records.clear()
        return self.output, reason

    def wait(self, seconds):
        """Time goes by, a step each second while water is to run out, a step a minute otherwise."""
        answer = self.output, ""
        while seconds > 0:
            s = min(seconds, 1 if self.output == PURGE else 60)
            self._run_out(s if self.output == PURGE else 0)
            self.pass_by(s)
            seconds -= s
            answer = self.step()
        return answer

    def _run_out(self, seconds):
        self._drops += seconds * self.flow_dl_min
        self.readings.dl += self._drops // 60
        self._drops %= 60

    def pass_by(self, seconds):
        """Time goes by and nobody looks."""
        self.uptime_s += seconds
        self.now_s += seconds

    def order(self, verb, value=0, author="ars"):
        """An order as the unit gives it."""
        duties = self.duties
        verdict = carry_out(duties.memory, duties.records, self.now_s, verb, value, author)
        self.said.extend(duties.records)
        duties.records.clear()
        return verdict

    def reboot(self):
        """The power was gone."""
        self.duties = SanitaryDuties(self.settings, SanitaryMemory(self.duties.memory.pack()))
        self.output, self.uptime_s = SHUT, 5

    def words(self):
        """What was recorded since the last call, as (word, value)."""
        said, self.said = self.said, []
        return [record[:2] for record in said]

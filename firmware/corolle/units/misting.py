"""The mist of a canopy: the weather wants it, the sanitary duties allow it, the guard lets it through."""

from corolle.control.canopy_memory import MistMemory
from corolle.control.sanitary import MIST, PURGE, SanitaryDuties, SanitaryReadings
from corolle.control.sanitary_memory import SanitaryMemory
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_RECORD = const("sanitary")
_FIT = ("hot air", "burst pause", "nobody there")  # weather for misting, whoever is there
_LONGEST_S = const(900)
_DECISION = (
    "corolle.control.mist",
    "corolle.control.psychrometry",
    "corolle.control.drought",
    "corolle.control.hours",
)


class Misting:
    """`nozzles` and `drain` are the Taps of the mist valve and the purge valve, `log` the sanitary log.

    `wake` is this task's own. The log's records leave by `sender`, a SanitarySender.
    """

    def __init__(self, common, garden, nozzles, drain, log, sender, wake):
        self._common = common
        self._garden = garden
        self._nozzles = nozzles
        self._drain = drain
        self._log = log
        self._sender = sender
        self._wake = wake
        self._memory = MistMemory()
        self._purging = 0
        self._seen = SanitaryReadings()
        self._duties = SanitaryDuties(common.settings, SanitaryMemory(common.store.load(_RECORD)))
        self.reason = "closed at boot"
        common.decided("mist", 0, self.reason, 0, "")

    @property
    def state(self) -> str:
        """Where the line is in its duties, a word of SANITARY_STATES."""
        return self._duties.state

    @property
    def is_open(self) -> tuple:
        """(1 while the mist valve is open, 1 while the purge valve is)."""
        return int(self._nozzles.is_open), int(self._drain.is_open)

    def litres(self) -> tuple:
        """(misted, let out by purges) since installation."""
        for tap in (self._nozzles, self._drain):
            tap.litres.count()
        return self._nozzles.litres.total_l, self._drain.litres.total_l

    def look_again(self) -> None:
        """Somebody came or went, the clock stepped, water has passed. Safe in an interrupt."""
        self._wake.set()

    async def run(self, alive) -> None:
        """Mist and purge for ever."""
        while True:
            wait_s = min(self._step(), self._sender.step(self._common.clock.uptime_s()))
            alive(wait_s)
            await self._wake.wait_ms(wait_s * 1000)

    def carry_out(self, verb: str, value: int, author: str) -> str:
        """Obey a sanitary order; returns the verdict."""
        if verb == "records":
            return self._sender.resend(value)
        duties, now_s = self._duties, self._common.clock.now()
        with borrowed("corolle.control.sanitary_orders") as orders:
            verdict = orders.carry_out(duties.memory, duties.records, now_s, verb, value, author)
        self._wake.set()
        return verdict if self._write(now_s) else "refused"

    def _step(self) -> int:
        """Decide and act; returns the seconds until the answer can change."""
        common, memory = self._common, self._memory
        now_s = common.clock.uptime_s()
        self._garden.look()
        memory.hour_l, memory.day_l = self._nozzles.spent_l()
        with borrowed(*_DECISION) as mist:
            wanted, reason, next_s = mist.decide(now_s, common.settings, self._garden.readings, memory)
        output, refusal, look_s = self._follow_duties(now_s, reason)
        refusal = self._become(output == MIST and wanted, output == PURGE) or refusal
        if refusal and not self._nozzles.is_open:
            reason = refusal
        self._tell(now_s, reason)
        return max(1, min(next_s, look_s, now_s + _LONGEST_S) - now_s)

    def _follow_duties(self, now_s: int, reason: str) -> tuple:
        """What the duties say, once all they have to record is written."""
        seen, duties, clock = self._seen, self._duties, self._common.clock
        seen.present = self._garden.present
        seen.dl = int(sum(self.litres()) * 10 + 0.001)
        # Water that stands in a pipe under the sun is warm, and says nothing of the supply.
        seen.water_c = self._garden.value("water_temperature") if any(self.is_open) else None
        seen.likely, seen.wished = reason in _FIT, reason in _FIT[:2]
        answer = duties.step(now_s, clock.now_or_none(), seen)
        while duties.records and self._write(clock.now()):
            answer = duties.step(now_s, clock.now_or_none(), seen)
        faults = self._common.faults
        faults.set("mistLocked", duties.locked)
        faults.set("noFlow", duties.no_flow)
        return answer

    def _write(self, now_s: int) -> bool:
        """Record what is to be recorded, then keep what the duties remember; False: the flash refuses."""
        records, failed = self._duties.records, ""
        try:
            while records:
                word, value, author = records[0]
                self._log.append(now_s, word, value, author)
                records.pop(0)
        except OSError as error:
            failed = str(error)
            self._common.log("sanitary_log", level="error", error=failed)
        self._common.faults.set("sanitaryLogBroken", bool(failed))
        self._common.save(_RECORD, self._duties.memory.pack())
        return not failed

    def _become(self, mist: bool, purge: bool) -> str:
        """Move the valves where they are not yet there; what the guard says against it, or ""."""
        settings = self._common.settings
        for tap, wanted in ((self._nozzles, mist), (self._drain, purge)):
            if tap.is_open and not wanted:
                tap.close()
        refusal = ""
        if mist and not self._nozzles.is_open:
            refusal = self._nozzles.open(settings["guard_mist_dose_dl"] / 10)
        if purge and not self._drain.is_open:
            refusal = self._drain.open(settings["purge_dl"] / 10)
        return refusal

    def _tell(self, now_s: int, reason: str) -> None:
        common, memory = self._common, self._memory
        mist, purge = self.is_open
        if mist != memory.open or reason != self.reason:
            common.decided("mist", mist, reason, 0, "")
        if purge != self._purging:
            common.decided("purge", purge, "purging" if purge else reason, 0, "")
        self._purging, self.reason = purge, reason
        memory.follow(now_s, common.settings, bool(mist), reason)

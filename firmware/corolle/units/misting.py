"""The mist of a canopy: the weather wants it, the sanitary duties allow it, the guard lets it through."""

from corolle.control.canopy_memory import MistMemory
from corolle.control.sanitary import MIST, PURGE, SanitaryDuties, SanitaryReadings
from corolle.control.sanitary_memory import BROKEN, WARM, SanitaryMemory
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_RECORD = const("sanitary")
_FIT = ("hot air", "burst pause", "nobody there")  # weather for misting, whoever is there
_LONGEST_S = const(900)
_PROOF_S = const(86400)  # between two
_PROVING_S = const(120)  # a full log
_RUN_S = const(10)  # until the water at the thermometer is what comes, and not what stood in the sun
_DECISION = (
    "corolle.control.mist",
    "corolle.control.psychrometry",
    "corolle.control.drought",
    "corolle.control.hours",
)
_PROOF = (
    "corolle.units.sanitary_proof",
    "corolle.control.sanitary_boot",
    "corolle.control.sanitary_orders",
)


class Misting:
    """`nozzles` and `drain` are the Taps of the mist valve and the purge valve, `log` the sanitary log.

    `wake` is this task's own. The log's records leave by `sender`, a SanitarySender. `sense()` has the
    sensor read that the garden is asked for. `refused`: the line's water is not what the law wants; nozzles
    and drain are NoTaps then.
    """

    def __init__(self, common, garden, nozzles, drain, log, sender, wake, sense, refused=False):
        self._common = common
        self._garden = garden
        self._nozzles = nozzles
        self._drain = drain
        self._log = log
        self._sender = sender
        self._wake = wake
        self._sense = sense
        self._refused = refused
        self._proof_due_s = self._opened_at_s = self._asked_at_s = 0
        self._memory = MistMemory()
        self._purging = 0
        self._unwritten = False
        self._heeds = True  # who comes and goes
        self._seen = SanitaryReadings()
        self._duties = SanitaryDuties(common.settings, SanitaryMemory(common.store.load(_RECORD)))
        self.reason = "closed at boot"
        common.decided("mist", 0, self.reason, 0, "")

    @property
    def state(self) -> str:
        """Where the line is in its duties, a word of SANITARY_STATES."""
        return self._duties.state

    @property
    def no_flow(self) -> bool:
        """Whether a purge had an open valve and no water."""
        return self._duties.no_flow

    @property
    def is_open(self) -> tuple:
        """(1 while the mist valve is open, 1 while the purge valve is)."""
        return int(self._nozzles.is_open), int(self._drain.is_open)

    def litres(self) -> tuple:
        """(misted, let out by purges) since installation."""
        for tap in (self._nozzles, self._drain):
            tap.count()
        return self._nozzles.total_l, self._drain.total_l

    def look_again(self) -> None:
        """The clock stepped, the weather was measured. Safe in an interrupt."""
        self._wake.set()

    async def run(self, alive) -> None:
        """Mist and purge for ever."""
        while True:
            if self._common.clock.uptime_s() >= self._proof_due_s and not any(self.is_open):
                alive(_PROVING_S)
                await self._prove()
            wait_s = min(self._step(), self._sender.step(self._common.clock.uptime_s()))
            alive(wait_s)
            await self._wake.wait_ms(wait_s * 1000)

    def carry_out(self, verb: str, value: int, author: str) -> str:
        """Obey a sanitary order; returns the verdict."""
        if verb == "records":
            self._wake.set()  # it may sleep for a quarter of an hour
            return self._sender.resend(value)
        duties, now_s = self._duties, self._common.clock.now()
        if duties.memory.number != self._log.number:
            return "refused"  # what the log tells is not summed up yet
        with borrowed("corolle.control.sanitary_orders") as orders:
            verdict = orders.carry_out(duties.memory, duties.records, now_s, verb, value, author)
        self._wake.set()
        return verdict if self._write(now_s) else "refused"

    async def _prove(self) -> None:
        """Hold memory, log and chain against each other; what does not fit locks the line."""
        with borrowed(*_PROOF) as proof:
            wrong = await proof.prove(self._log, self._duties, self._refused, self._dl())
        self._proof_due_s = self._common.clock.uptime_s() + _PROOF_S
        if wrong:
            self._common.log("sanitary_log", level="error", number=wrong, error="wrong or gone")

    def _dl(self) -> int:
        return int(sum(self.litres()) * 10 + 0.001)

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
        if output == PURGE and refusal != "purging" and not self._garden.present:
            self._duties.refuse(now_s + self._drain.wait_s(), refusal)
        if refusal and not self._nozzles.is_open:
            reason = refusal
        self._tell(now_s, reason)
        self._heed(self._seen.likely or look_s < now_s + _LONGEST_S)  # the duties wait for somebody to go
        if any(self.is_open) and now_s < self._opened_at_s + _RUN_S:
            look_s = min(look_s, self._opened_at_s + _RUN_S)
        return max(1, min(next_s, look_s, now_s + _LONGEST_S) - now_s)

    def _heed(self, heeds: bool) -> None:
        """Whether who comes and goes wakes this task: in cool air or at night that changes nothing."""
        presence = self._garden.presence
        if heeds != self._heeds and presence:
            presence.watch(self._wake.set if heeds else None)
            if presence.present != self._seen.present:
                self._wake.set()  # they came before anybody listened
        self._heeds = heeds

    def _follow_duties(self, now_s: int, reason: str) -> tuple:
        """What the duties say, once all they have to record is written."""
        seen, duties, clock = self._seen, self._duties, self._common.clock
        seen.present = self._garden.present
        seen.dl = self._dl()
        seen.water_c = self._supply_c(now_s)
        seen.likely, seen.wished = reason in _FIT, reason in _FIT[:2]
        answer = duties.step(now_s, clock.now_or_none(), seen)
        while duties.records and clock.known and self._write(clock.now()):
            answer = duties.step(now_s, clock.now_or_none(), seen)
        faults = self._common.faults
        faults.set("mistLocked", duties.locked)
        faults.set("waterWarm", duties.memory.has(WARM))
        faults.set("sanitaryLogBroken", self._unwritten or duties.memory.has(BROKEN))
        return answer

    def _supply_c(self, now_s: int):
        """The water's temperature, measured after it has run for a while; None when that is not known."""
        measured, since_s = self._garden.measured.get("water_temperature"), self._opened_at_s + _RUN_S
        if measured is None or now_s < since_s or not any(self.is_open):
            return None
        if measured.at_s is None or measured.at_s < since_s:
            if now_s >= self._asked_at_s + _RUN_S:  # who is asked wakes us, also when the chip says nothing
                self._asked_at_s = now_s
                self._garden.asked = "water_temperature"
                self._sense()
            return None
        return measured.value

    def _write(self, now_s: int) -> bool:
        """Record what is to be recorded, then keep what the duties remember; False: the flash refuses."""
        records, failed, memory = self._duties.records, "", self._duties.memory
        try:
            while records:
                word, value, author = records[0]
                self._log.append(now_s, word, value, author)
                records.pop(0)
        except OSError as error:
            failed = str(error)
            self._common.log("sanitary_log", level="error", error=failed)
        self._unwritten = bool(failed)
        memory.number = self._log.number
        self._common.save(_RECORD, memory.pack())
        return not failed

    def _become(self, mist: bool, purge: bool) -> str:
        """Move the valves where they are not yet there; what the guard says against it, or ""."""
        settings = self._common.settings
        if not any(self.is_open):
            self._opened_at_s = self._common.clock.uptime_s()
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

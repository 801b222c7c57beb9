"""A guarded valve and what came through it: what a sequencer may ask for, and how much water it gave."""

from corolle.control.calendar import DAY_S, offset_s
from corolle.wire.compat import const

# Of each valve hundredths of a litre, in all and today, and its openings of today that were begun and not
# ended; `today` is the day that those of today belong to.
# fmt: off
COUNTERS = (
    "water_cl", "today_cl", "today", "mist_cl", "mist_today_cl", "purge_cl", "purge_today_cl",
    "valve_open", "mist_open", "purge_open",
)
# fmt: on
DRIP = ("water_cl", "today_cl", "valve_open")
MIST = ("mist_cl", "mist_today_cl", "mist_open")
PURGE = ("purge_cl", "purge_today_cl", "purge_open")
_QUARTER_S = const(900)  # no zone's day turns within one
_LOOK_AGAIN_S = const(300)  # when an allowance is spent: a bucket of the guard's hour


class Tap:
    """One valve of `guard` by its name on the board, and its meter; `counters` is DRIP, MIST or PURGE.

    It counts what came through since installation and since local midnight. `on_call()` is called from
    interrupts.
    """

    def __init__(self, common, guard, name: str, flow, counters: tuple, on_call):
        self.guard = guard
        self._common = common
        self._name = name
        self._flow = flow
        self._on_call = on_call
        self._counters = counters
        self._begun = False
        self._pulses = guard.pulses(name)
        self._rest_cl = 0.0
        self._quarter = 0
        # Which day today's litres belong to is not known before the clock is: rather too little water.
        guard.restore(name, self.today_l, common.ledger[counters[2]])

    @property
    def total_l(self) -> float:
        """Since installation."""
        return self._common.ledger[self._counters[0]] / 100

    @property
    def today_l(self) -> float:
        """Since midnight; while the clock is unknown, since the last midnight that was known."""
        return self._common.ledger[self._counters[1]] / 100

    def count(self) -> None:
        """Enter what has passed since the last call."""
        ledger, pulses = self._common.ledger, self.guard.pulses(self._name)
        self._rest_cl += (pulses - self._pulses) * self._flow.litres_per_pulse * 100
        self._pulses = pulses
        new_cl = int(self._rest_cl + 0.001)
        self._rest_cl -= new_cl
        self._turn_day()
        for counter in self._counters[:2]:
            ledger[counter] += new_cl

    def _turn_day(self) -> None:
        """The day is one for all valves: whoever sees the new one first begins it for all."""
        common = self._common
        now_s = common.clock.now_or_none()
        if now_s is None or now_s // _QUARTER_S == self._quarter:
            return
        self._quarter = now_s // _QUARTER_S
        settings = common.settings
        day = (now_s + offset_s(now_s, settings["zone_min"], settings["summer_time"])) // DAY_S
        if day != common.ledger["today"]:
            common.ledger["today"] = day
            for counters in (DRIP, MIST, PURGE):
                common.ledger[counters[1]] = common.ledger[counters[2]] = 0

    def pulses(self) -> int:
        """Of the meter, for water through this valve since the boot."""
        return self.guard.pulses(self._name)

    @property
    def is_open(self) -> bool:
        """Whether the valve is open: the guard may have shut it."""
        return self.guard.is_open(self._name)

    @property
    def resting(self) -> bool:
        """Whether the guard lets nothing open for a while, after a trip or for a leak."""
        return self.guard.wait_s(self._name) > 0

    def refusal(self, wanted: bool) -> str:
        """Why the valve may not be open, "" when it may; while the guard rests that is told in any case."""
        return self.guard.refusal(self._name) if wanted or self.resting else ""

    def wait_s(self) -> int:
        """How long a refusal lasts at least."""
        return self.guard.wait_s(self._name) or _LOOK_AGAIN_S

    def spent_l(self) -> tuple:
        """(litres of the last hour, of the last day)."""
        return self.guard.spent_l(self._name)

    def dose_l(self) -> float:
        """Water since the valve was opened."""
        self.count()
        return self.guard.litres(self._name)

    def open(self, dose_l: float) -> str:
        """Open the valve, with a call when the dose has passed; or say why not. No dose opens nothing."""
        if dose_l <= 0:
            return "dose given"
        refusal = self.guard.refusal(self._name)
        if refusal:
            return refusal
        self._begin()
        refusal = self.guard.open(self._name)
        if not refusal:
            self._flow.call_after(dose_l, self._on_call)
        return refusal

    def close(self) -> None:
        """Shut the valve and keep what it gave."""
        self.guard.close(self._name)
        self.count()
        ledger, opening = self._common.ledger, self._counters[2]
        if self._begun:
            self._begun = False
            ledger[opening] = max(0, ledger[opening] - 1)  # the day may have turned
        ledger.keep(now=True)

    def _begin(self) -> None:
        """Keep that an opening begins, before it does: a reset in its midst takes its litres along."""
        if not self._begun:
            self._begun = True
            self._common.ledger[self._counters[2]] += 1
            self._common.ledger.keep(now=True, lasting=False)

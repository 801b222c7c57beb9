"""A canopy as the node and the links know it: it waters by its readings, beside its mist and its power."""

import struct

from corolle.control.canopy_memory import WaterMemory
from corolle.units.common import Wake
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed
from corolle.wire.words import REASONS, code_of

_TABLES = const("corolle.wire.canopy_report")
_DROUGHT = const("drought")
_DECISION = (
    "corolle.control.water",
    "corolle.control.soil",
    "corolle.control.drought",
    "corolle.control.hours",
)
_SANITARY = ("ban", "lift", "lab", "cleaned", "sampled", "drain", "records")
_SERVICE_S = const(3600)  # between two messages of mist and power
_SENSING_S = const(30)  # all sensors, each with its waits
_TEST_S = const(120)
_LONGEST_S = const(900)
_MISTING_S = const(300)  # between two looks at weather in which people are misted
_MISTED = ("hot air", "burst pause", "nobody there")
_NO_CLOCK_S = const(900)  # so long after a boot the clock may be unknown without a fault
_MOST_TODAY_L = const(409.5)  # what the report can carry


class Canopy:
    """`common` is what the unit's parts share, `garden` its readings, `tap` its guarded valve and its meter.

    `tap` is None where there is no valve or no meter: nothing is watered then. `power` is a CanopyPower and
    `misting` a Misting, None where there is none.
    """

    def __init__(self, common, garden, tap, wake: Wake, safe_mode: bool, power=None, misting=None):
        self._common = common
        self.garden = garden
        self.tap = tap
        self._wake = wake
        self._senses = not safe_mode  # a sensor's driver may be what failed
        self._safe_mode = safe_mode or tap is None
        self.power = power
        self.misting = misting
        self._service_due_s = common.clock.uptime_s() + 1  # the report proper goes first
        self._drought_s = 0  # unix time at which the level in force was told
        self.tasks = (("unit", self.run), ("mist", misting.run)) if misting else (("unit", self.run),)
        self.memory = WaterMemory()
        self._open = False
        self._reason = "closed at boot"
        common.decided("valve", 0, self._reason, 0, "")
        record = common.store.load(_DROUGHT)
        if record:
            garden.readings.drought, self._drought_s = struct.unpack("<BI", record)

    def output(self) -> tuple:
        """(reason, 1 while the valve is open)."""
        return self._reason, int(self._open)

    def look_again(self, step_s: int) -> None:
        """The clock stepped; pauses run by uptime, but the day may be another."""
        self._wake.set()
        if self.misting:
            self.misting.look_again()

    def test(self, ordered: bool = False) -> bool:
        """Have the canopy test itself; False: it does already. `ordered` from afar: people come first."""
        asked = self._common.testing
        self._common.testing = asked or ("ordered" if ordered else "asked")
        self._wake.set()
        return not asked

    async def run(self, alive) -> None:
        """Water for ever. While people are misted the air is looked at more often than all else.

        Whoever calls has it decided again at once, by readings as they are.
        """
        uptime_s, due_s, called = self._common.clock.uptime_s, 0, False
        while True:
            if self._common.testing:
                alive(_TEST_S)
                await self._test()
            alive(_SENSING_S)
            due = uptime_s() >= due_s
            if self._senses:
                await self._sample(not due)
            if due or called:
                again_s = uptime_s() + self._step()
                due_s = again_s if due else min(due_s, again_s)
                self._common.ledger.keep()
            wait_s = max(1, due_s - uptime_s())
            if self.misting and self.misting.reason in _MISTED:
                wait_s = min(wait_s, _MISTING_S)
            alive(wait_s)
            called = await self._wake.wait_ms(wait_s * 1000)

    async def _test(self) -> None:
        """Here, so that no chip is asked two things at a time."""
        with borrowed("corolle.units.self_test") as self_test:
            await self_test.run(self._common, "corolle.units.self_test_canopy", (self,))

    async def _sample(self, air_alone: bool) -> None:
        await self.garden.sample(air_alone)
        if self.power and not air_alone:
            self.garden.readings.shed = await self.power.sample()
        if self.misting:
            self.misting.look_again()

    def carry_out(self, verb: str, value: int, until_s: int, author: str) -> str:
        """Obey a command that was found right; returns the verdict."""
        common = self._common
        if verb == "report":
            self._service_due_s = 0  # all that there is to tell
            common.reporter.soon()
            return "accepted"
        if verb == "self-test":
            self.test(True)
            return "accepted"
        if verb in _SANITARY:
            return self.misting.carry_out(verb, value, author) if self.misting else "not fitted"
        if self._safe_mode:
            return "refused"
        if verb in ("drought", "rain"):
            self._take(verb, value, until_s)
            return "accepted"
        if verb == "open" and value > common.settings["guard_on_s"]:
            return "out of range"
        now_s = common.clock.uptime_s()
        left_s = until_s - common.clock.now()
        length_s = {"open": min(value, left_s), "close": left_s, "auto": 0}[verb]
        self.memory.order(verb == "open", now_s + length_s, author)
        self._step()
        self._wake.set()
        if verb != "open" or self._open:
            return "accepted"
        self.memory.order(False, now_s, author)
        return "refused"

    def _take(self, verb: str, value: int, until_s: int) -> None:
        """The level of the drought order, which stays in force; or the rain that is expected until then."""
        clock, memory = self._common.clock, self.memory
        if verb == "rain":
            memory.rain_dmm = value
            memory.rain_until_s = clock.uptime_s() + until_s - clock.now()
        else:
            self.garden.readings.drought, self._drought_s = value, clock.now()
            self._common.save(_DROUGHT, struct.pack("<BI", value, self._drought_s))
        self._wake.set()

    def compose(self) -> tuple:
        """The next message and its values. Counters are kept before they are told: they never go back."""
        common = self._common
        if self.tap:
            self.tap.count()
        common.ledger.keep(now=True)
        now_s = common.clock.uptime_s()
        if now_s >= self._service_due_s:
            self._service_due_s = now_s + _SERVICE_S
            common.reporter.soon()  # the report proper follows
            with borrowed("corolle.units.canopy_words") as words:
                return _TABLES, "CANOPY_SERVICE", words.service(self.garden, self.power, self.misting)
        return _TABLES, "CANOPY_REPORT", self.values()

    def values(self) -> dict:
        """What it measures now, by the names of its report."""
        fields = self.garden.values()
        fields["battery_v"] = self.power.battery_v if self.power else None
        fields["valve_open"] = int(self._open)
        fields["reason"] = code_of(REASONS, self._reason)
        fields["faults"] = self._common.faults.flags
        fields["litres_total"] = self.tap.total_l if self.tap else 0
        fields["litres_today"] = min(self.tap.today_l, _MOST_TODAY_L) if self.tap else 0
        return fields

    def _step(self) -> int:
        """Decide and act; returns the seconds until the answer can change."""
        common = self._common
        now_s = common.clock.uptime_s()
        common.faults.set("clockUnknown", not common.clock.known and now_s >= _NO_CLOCK_S)
        self.garden.look()
        if self._safe_mode:
            self._become(now_s, False, "safe mode")
            return _LONGEST_S
        self._note_trip(now_s)
        self.garden.readings.dose_l = self.tap.dose_l()
        with borrowed(*_DECISION) as water:
            from corolle.control.drought import outdated

            old = outdated(self._drought_s, common.clock.now_or_none())
            wanted, reason, next_s = water.decide(now_s, common.settings, self.garden.readings, self.memory)
        common.faults.set("droughtOutdated", old)  # an event borrows its words: not both at a time
        refusal = self.tap.refusal(wanted)
        if refusal:
            wanted, reason, next_s = False, refusal, now_s + self.tap.wait_s()
        self._become(now_s, wanted, reason)
        return max(1, min(next_s - now_s, _LONGEST_S))

    def _note_trip(self, now_s: int) -> None:
        """The guard has shut the valve by itself: a dose has ended, whoever wanted it."""
        guard, faults = self.tap.guard, self._common.faults
        name, trip = guard.take_trip()
        while name:
            if name in ("valve", "flow", "leak"):
                self.memory.order(False, 0, "")
            self._common.log("guard", level="warn", part=name, reason=trip)
            self._common.reporter.event("guard tripped", code_of(REASONS, trip))
            name, trip = guard.take_trip()
        faults.set("guardTripped", self.tap.resting)
        refusals = [guard.refusal(line) for line in guard.names]
        faults.set("unexplainedFlow", "unexplained flow" in refusals)
        # A purge without water is found by the duties before the guard, where they are set to be quicker.
        faults.set("noFlow", "no flow" in refusals or bool(self.misting and self.misting.no_flow))

    def _become(self, now_s: int, open_now: bool, reason: str) -> None:
        """Move the valve where it is not yet there, and say so."""
        moved = open_now != self._open
        if moved and self.tap:
            if open_now:
                self.tap.open(self._common.settings["dose_dl"] / 10)
            else:
                self.tap.close()
        self.memory.follow(now_s, self._common.settings, open_now, reason)
        if moved or reason != self._reason:
            until_s = self._common.clock.now() + self.memory.order_until_s - now_s
            self._common.decided("valve", int(open_now), reason, until_s, self.memory.order_author)
        self._open, self._reason = open_now, reason
        if moved:
            event = "valve opened" if open_now else "valve closed"
            self._common.reporter.event(event, code_of(REASONS, reason))


def both(first, second):
    """One call that makes two. It stands here because what puts a canopy together does not stay."""

    def call() -> None:
        first()
        second()

    return call

"""A canopy: decides by its readings whether to water, and asks the guard to move the valve."""

from machine import Timer

from corolle.control.water import WaterMemory, decide
from corolle.system.canopy_settings import CANOPY_SETTINGS as SETTINGS
from corolle.units.canopy_wiring import CanopyWiring
from corolle.units.common import Wake
from corolle.units.garden import Garden
from corolle.units.guarded import GuardedMeter, GuardedValve
from corolle.units.sensor import Sensor
from corolle.units.tap import COUNTERS, DRIP, Tap
from corolle.units.valve_guard import ValveGuard
from corolle.wire.compat import const
from corolle.wire.words import CANOPY_FAULTS as FAULTS
from corolle.wire.words import REASONS, code_of

__all__ = ("CLASS_C", "COUNTERS", "FAULTS", "SETTINGS", "Canopy", "build")

CLASS_C = False  # on a battery: it listens only after it has spoken

_GUARD_TIMER = const(0)  # nobody else may have it
_SENSING_S = const(30)  # all sensors, each with its waits
_LONGEST_S = const(900)
_NO_CLOCK_S = const(900)  # so long after a boot the clock may be unknown without a fault
_MOST_TODAY_L = const(409.5)  # what the report can carry


class Canopy:
    """`common` is what the unit's parts share, `garden` its readings, `tap` its guarded valve and its meter.

    `tap` is None where there is no valve or no meter: nothing is watered then.
    """

    def __init__(self, common, garden, tap, wake: Wake, safe_mode: bool):
        self._common = common
        self._garden = garden
        self._tap = tap
        self._wake = wake
        self._senses = not safe_mode  # a sensor's driver may be what failed
        self._safe_mode = safe_mode or tap is None
        self.tasks = (("unit", self.run),)
        self._memory = WaterMemory()
        self._open = False
        self._reason = "closed at boot"
        common.decided("valve", 0, self._reason, 0, "")

    def output(self) -> tuple:
        """(reason, 1 while the valve is open)."""
        return self._reason, int(self._open)

    def look_again(self, step_s: int) -> None:
        """The clock stepped; pauses run by uptime, but the day may be another."""
        self._wake.set()

    async def run(self, alive) -> None:
        """Water for ever."""
        while True:
            alive(_SENSING_S)
            if self._senses:
                await self._garden.sample()
            wait_s = self._step()
            self._common.ledger.keep()
            alive(wait_s)
            await self._wake.wait_ms(wait_s * 1000)

    def carry_out(self, verb: str, value: int, until_s: int, author: str) -> str:
        """Obey a command that was found right; returns the verdict."""
        common = self._common
        if verb == "report":
            common.reporter.soon()
            return "accepted"
        if self._safe_mode:
            return "refused"
        if verb not in ("open", "close", "auto"):
            return "not fitted"
        if verb == "open" and value > common.settings["guard_on_s"]:
            return "out of range"
        now_s = common.clock.uptime_s()
        left_s = until_s - common.clock.now()
        length_s = {"open": min(value, left_s), "close": left_s, "auto": 0}[verb]
        self._memory.order(verb == "open", now_s + length_s, author)
        self._step()
        self._wake.set()
        if verb != "open" or self._open:
            return "accepted"
        self._memory.order(False, now_s, author)
        return "refused"

    def compose(self) -> tuple:
        """The report: a message and its values. Kept before they are told: a counter never goes back."""
        if self._tap:
            self._tap.litres.count()
        self._common.ledger.keep(now=True)
        fields = self._garden.values()
        fields["valve_open"] = int(self._open)
        fields["reason"] = code_of(REASONS, self._reason)
        fields["faults"] = self._common.faults.flags
        fields["litres_total"] = self._tap.litres.total_l if self._tap else 0
        fields["litres_today"] = min(self._tap.litres.today_l, _MOST_TODAY_L) if self._tap else 0
        return "corolle.wire.canopy_report", "CANOPY_REPORT", fields

    def _step(self) -> int:
        """Decide and act; returns the seconds until the answer can change."""
        common = self._common
        now_s = common.clock.uptime_s()
        common.faults.set("clockUnknown", not common.clock.known and now_s >= _NO_CLOCK_S)
        if self._safe_mode:
            self._become(now_s, False, "safe mode")
            return _LONGEST_S
        self._note_trip(now_s)
        self._garden.readings.dose_l = self._tap.dose_l()
        wanted, reason, next_s = decide(now_s, common.settings, self._garden.readings, self._memory)
        refusal = self._tap.refusal(wanted)
        if refusal:
            wanted, reason, next_s = False, refusal, now_s + self._tap.wait_s()
        self._become(now_s, wanted, reason)
        return max(1, min(next_s - now_s, _LONGEST_S))

    def _note_trip(self, now_s: int) -> None:
        """The guard has shut the valve by itself: a dose has ended, whoever wanted it."""
        trip = self._tap.guard.take_trip()[1]
        if trip:
            self._memory.order(False, 0, "")
            self._common.reporter.event("guard tripped", code_of(REASONS, trip))
        self._common.faults.set("guardTripped", self._tap.resting)

    def _become(self, now_s: int, open_now: bool, reason: str) -> None:
        """Move the valve where it is not yet there, and say so."""
        moved = open_now != self._open
        if moved and self._tap:
            if open_now:
                self._tap.open(self._common.settings["dose_dl"] / 10)
            else:
                self._tap.close()
        self._memory.follow(now_s, self._common.settings, open_now, reason)
        if moved or reason != self._reason:
            until_s = self._common.clock.now() + self._memory.order_until_s - now_s
            self._common.decided("valve", int(open_now), reason, until_s, self._memory.order_author)
        self._open, self._reason = open_now, reason
        if moved:
            event = "valve opened" if open_now else "valve closed"
            self._common.reporter.event(event, code_of(REASONS, reason))


def build(common, wiring, place, safe_mode: bool, programme: str) -> Canopy:
    """The canopy of this board; its valve is shut already. It has no use for a programme of light."""
    wake = Wake()
    canopy_wiring = CanopyWiring(wiring)
    tap = None if safe_mode else common.attempt("flowMeterFault", lambda: _tap(common, canopy_wiring, wake))
    return Canopy(common, _garden(common, canopy_wiring), tap, wake, safe_mode)


def _garden(common, wiring) -> Garden:
    clock, log = common.clock, common.log
    air = soil = None
    parts = common.attempt("soil1Fault", wiring.soil)
    if parts:
        soil = Sensor("soil", parts[0], parts[1:], log, clock.uptime_s)
    probes = len(parts[-1]["channels"]) if parts else 0
    parts = common.attempt("airSensorFault", wiring.air)
    if parts:
        air = Sensor("air", parts[0], parts[1:], log, clock.uptime_s)
    return Garden(common, soil, probes, air)


def _tap(common, wiring, wake: Wake):
    valve, flow = wiring.valve("valve"), wiring.flow("flow")
    if not (valve and flow):
        return None
    guarded = GuardedValve("valve", valve, GuardedMeter("flow", flow), "guard")
    guard = ValveGuard((guarded,), Timer(_GUARD_TIMER), common.settings, common.clock.uptime_s, wake.set)
    return Tap(common, guard, "valve", flow, DRIP, wake.set)

"""A valve with its guard and its meter: what a sequencer may ask for, and how much water it gave."""

from corolle.control.calendar import DAY_S, offset_s
from corolle.units.valve_guard import ValveGuard
from corolle.wire.compat import const

COUNTERS = ("water_cl", "today_cl", "today")  # hundredths of a litre; the day that `today_cl` belongs to
_LOOK_AGAIN_S = const(300)  # when an allowance is spent: a bucket of the guard's hour


class Litres:
    """Counts what the meter counts, since installation and since local midnight."""

    def __init__(self, flow, common):
        self._flow = flow
        self._common = common
        self._pulses = flow.pulses
        self._rest_cl = 0.0

    @property
    def total_l(self) -> float:
        """Since installation."""
        return self._common.ledger["water_cl"] / 100

    @property
    def today_l(self) -> float:
        """Since midnight; while the clock is unknown, since the last midnight that was known."""
        return self._common.ledger["today_cl"] / 100

    def count(self) -> None:
        """Enter what has passed since the last call."""
        ledger, pulses = self._common.ledger, self._flow.pulses
        self._rest_cl += (pulses - self._pulses) * self._flow.litres_per_pulse * 100
        self._pulses = pulses
        new_cl = int(self._rest_cl + 0.001)
        self._rest_cl -= new_cl
        self._turn_day()
        ledger["water_cl"] += new_cl
        ledger["today_cl"] += new_cl

    def _turn_day(self) -> None:
        common = self._common
        now_s = common.clock.now_or_none()
        if now_s is None:
            return
        settings = common.settings
        day = (now_s + offset_s(now_s, settings["zone_min"], settings["summer_time"])) // DAY_S
        if day != common.ledger["today"]:
            common.ledger["today"], common.ledger["today_cl"] = day, 0


class Tap:
    """`timer` is the hardware timer that the guard has for itself; `on_call()` is called from interrupts."""

    def __init__(self, common, valve, flow, timer, on_call):
        self._flow = flow
        self._ledger = common.ledger
        self._on_call = on_call
        self._guard = ValveGuard(valve, flow, timer, common.settings, common.clock.uptime_s, on_call)
        self.litres = Litres(flow, common)
        # Which day today's litres belong to is not known before the clock is: rather too little water.
        self._guard.restore(self.litres.today_l)

    @property
    def resting(self) -> bool:
        """Whether the guard has tripped and lets nothing open for a while."""
        return self._guard.wait_s() > 0

    def refusal(self, wanted: bool) -> str:
        """Why the valve may not be open, "" when it may; while the guard rests that is told in any case."""
        return self._guard.refusal() if wanted or self.resting else ""

    def wait_s(self) -> int:
        """How long a refusal lasts at least."""
        return self._guard.wait_s() or _LOOK_AGAIN_S

    def dose_l(self) -> float:
        """Water since the valve was opened."""
        self.litres.count()
        return self._guard.litres

    def take_trip(self) -> str:
        """The reason why the guard has shut the valve, once; "" when it has not."""
        trip, self._guard.trip = self._guard.trip, ""
        return trip

    def move(self, open_it: bool, dose_l: float) -> None:
        """Open the valve, with a call when the dose has passed; or shut it."""
        if open_it:
            self._flow.call_after(dose_l, self._on_call)
            self._guard.open()
        else:
            self._guard.close()
            self.litres.count()
            self._ledger.keep(now=True)

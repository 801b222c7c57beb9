"""What a luminaire draws: measured, counted, and held against what it drew when it was new."""

from corolle.control.lamp_faults import NAMES, Diagnosis
from corolle.control.power_curve import rated_curve, unpack_curve
from corolle.units.lamp_parts import Energy
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_CURVE = const("curve")
_RATED_NEAR = const(0.2)  # of the rated power: a luminaire that draws so much more or less is another one


class PowerWatch:
    """`meter` is a Sensor, or None. `power_w` and the like are None where they are not known."""

    def __init__(self, common, meter):
        self._common = common
        self.meter = meter
        self._diagnosis = Diagnosis()
        self._told: set = set()  # what it found, as of the last change
        self._at_commissioning = ""  # the fault found then
        self._undriven = common.faults.has(
            "dimmingFailure"
        )  # the dimmer was not there: no power disproves that
        record = common.store.load(_CURVE)
        self._rated_w = common.settings["rated_w"]
        self._curve = unpack_curve(record) or rated_curve(self._rated_w)
        self.energy = Energy(common, self.expected_w)
        self.wants_learning = meter is not None and record is None
        self.power_w: float | None = None
        self.voltage_v: float | None = None
        self.current_a: float | None = None

    @property
    def failing(self) -> bool:
        """Whether a meter is fitted and does not answer."""
        return bool(self.meter and self.meter.failing)

    @property
    def full_w(self) -> float | None:
        """Power at full light, None where it is not known."""
        return self._curve.full_w if self._curve else None

    def expected_w(self, level_pct: float) -> float | None:
        """Power that the luminaire should draw at a level, None where that is not known."""
        return self._curve.power_w(level_pct) if self._curve else None

    async def read(self) -> None:
        """Measure now."""
        measured = await self.meter.read() if self.meter else None
        self.power_w, self.voltage_v, self.current_a = measured or (None, None, None)

    def book(self, level_pct: float) -> None:
        """Count what was used until now, at this level since the last time."""
        self.energy.account(level_pct)
        self.energy.settle(None if self.power_w is None else self.meter.chip.energy_dwh)

    def judge(self, level_pct: float, is_day) -> None:
        """Say what is wrong at a level that stands for some seconds; `is_day()`: see control.lamp_faults."""
        if self.power_w is None or self.voltage_v is None:
            return
        now_s = self._common.clock.uptime_s()
        self._diagnosis.take(now_s, level_pct, self.power_w, self.voltage_v, self._curve, is_day)
        if self._diagnosis.present != self._told:
            self._told = set(self._diagnosis.present)
            self._tell()

    def _tell(self) -> None:
        for name in NAMES:
            stands = name == self._at_commissioning or (self._undriven and name == "dimmingFailure")
            self._common.faults.set(name, stands or name in self._told)

    def moved(self) -> None:
        """The level changed: what was measured is history."""
        self.power_w = None
        self._diagnosis.moved()

    def doubtful(self) -> bool:
        """Whether to look again soon."""
        return self._diagnosis.doubtful(self._common.clock.uptime_s())

    def ask_to_learn(self) -> bool:
        """An order: learn anew at the next look; False: there is nothing to learn with."""
        self.wants_learning = self.meter is not None
        return self.wants_learning

    def power_factor(self) -> float | None:
        """Active over apparent power, None where it is not measured or nothing flows."""
        if self.power_w is None or not self.voltage_v or not self.current_a:
            return None
        return min(1.0, self.power_w / (self.voltage_v * self.current_a))

    async def learn(self, light, change) -> None:
        """Learn the luminaire's curve, at commissioning or by an order."""
        self.wants_learning = False  # one try: nobody wants a street that flickers until it works
        common = self._common
        with borrowed("corolle.units.learning") as learning:
            curve = await learning.learn(light, self.meter, change, common.log)
        if curve is None:
            self._at_commissioning = "" if self.failing else "lampFailure"
            self._tell()
            return
        self._curve = curve
        self._at_commissioning = self._against_rating(curve.full_w)
        self._tell()
        common.save(_CURVE, curve.pack())
        common.reporter.event("learned", round(curve.full_w))

    def _against_rating(self, full_w: float) -> str:
        """The fault of a luminaire that is not the one that was planned, or ""."""
        if not self._rated_w or abs(full_w - self._rated_w) <= _RATED_NEAR * self._rated_w:
            return ""
        return "lampPowerTooHigh" if full_w > self._rated_w else "lampPowerTooLow"

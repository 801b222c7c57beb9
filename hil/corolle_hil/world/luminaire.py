"""A luminaire: LEDs and their driver, whatever it is that commands them."""

import math
from collections.abc import Callable

from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.approach import Approach
from corolle_hil.world.mains import Mains
from corolle_hil.world.switch import Switch

_SOFT_START_US = 300_000
_LEAST_V = 120.0  # below it a wide-range driver stops; a shallower dip it rides through at the same power
_REACTIVE_SHARE = 0.2  # of the nominal power, in var: the input filter draws it whatever the light
_FULL = Approach(1.0)


class Luminaire:
    """One luminaire; at full light until somebody commands it.

    Nothing here is periodic: power and energy are worked out when somebody looks, however the level moves.

    `contact` is the relay in its supply, shut where there is none.

    Faults: `burnt_out` (no light, only the driver's losses), `stuck_level` (0 to 1: it ignores commands),
    `failed_share` (that part of the LED strings is gone), `always_on` (commanded off it is at full light),
    `cycling` (on_s, off_s: a thermal cut-out darkens it after so long and for so long), `excess` (it draws
    that factor more).

    Args:
        nominal_w: power at full light.
        standby_w: power when commanded off.
        losses_w: of the nominal power, the driver's own, the same at every level; `update()` after a change.
        efficacy_lm_w: light of the LEDs for their share of the power.
    """

    burnt_out = Switch(False)
    stuck_level = Switch[float | None](None)
    failed_share = Switch(0.0)
    always_on = Switch(False)
    cycling = Switch[tuple[float, float] | None](None)
    excess = Switch(1.0)

    def __init__(
        self,
        scheduler: Scheduler,
        mains: Mains,
        nominal_w: float = 40.0,
        standby_w: float = 0.4,
        losses_w: float = 1.6,
        efficacy_lm_w: float = 140.0,
    ):
        self.nominal_w = nominal_w
        self.standby_w = standby_w
        self.losses_w = losses_w
        self._efficacy_lm_w = efficacy_lm_w
        self._scheduler = scheduler
        self._mains = mains
        self._asked: Approach | None = None
        self._course = _FULL  # of the level that rules
        # Power is fixed_w + slope_w * course, light is strings * course.
        self._fixed_w = self._slope_w = self._strings = 0.0
        self._energy_wus = 0.0
        self._since_us = scheduler.now_us
        self._contact = True
        self._fed = False
        self._starting: Handle | None = None
        self._cut_out = False
        self._cycle: Handle | None = None
        self._watchers: list[Callable[[], None]] = []
        mains.watch(self._feed)
        self._feed()

    def command(self, level: float | None) -> None:
        """Ask for a level, 0 (off) to 1; None: nobody asks for any, which is full light."""
        if level is not None and not 0 <= level <= 1:
            raise ValueError(f"level = {level} is outside 0 to 1")
        self.follow(None if level is None else Approach(level))

    def follow(self, course: Approach | None) -> None:
        """Ask for a level that moves by itself; it may not reach 0, which is off."""
        self._asked = course
        self.update()

    def watch(self, fn: Callable[[], None]) -> None:
        """Call `fn()` when its power changes, or begins to."""
        self._watchers.append(fn)

    def steady_w(self, level: float) -> float:
        """What it draws without a fault at a level that is held."""
        return self.losses_w + (self.nominal_w - self.losses_w) * level if level else self.standby_w

    @property
    def level(self) -> float:
        """Light now, relative to that of a whole luminaire at full."""
        return self._strings * self._course.at(self._scheduler.now_us) if self._strings else 0.0

    @property
    def flux_lm(self) -> float:
        """Light now."""
        return self._efficacy_lm_w * (self.nominal_w - self.losses_w) * self.level

    @property
    def supplied(self) -> bool:
        """Whether its driver has enough voltage."""
        return self._fed

    @property
    def contact(self) -> bool:
        """Whether the relay in its supply is shut."""
        return self._contact

    @contact.setter
    def contact(self, shut: bool) -> None:
        self._contact = shut
        self._feed()

    @property
    def voltage_v(self) -> float:
        """Root mean square at the post, before the relay."""
        return self._mains.voltage_v

    @property
    def power_w(self) -> float:
        """Active power now."""
        if not self._slope_w:
            return self._fixed_w
        return self._fixed_w + self._slope_w * self._course.at(self._scheduler.now_us)

    @property
    def power_factor(self) -> float:
        """Active over apparent power: near 1 at full light, and the less the dimmer; 0 without supply."""
        power_w = self.power_w
        return power_w / math.hypot(power_w, self._reactive_var) if self._fed else 0.0

    @property
    def current_a(self) -> float:
        """Root mean square now."""
        return math.hypot(self.power_w, self._reactive_var) / self.voltage_v if self._fed else 0.0

    @property
    def energy_wh(self) -> float:
        """Energy drawn since the street began."""
        return (self._energy_wus + self._drawn_wus(self._scheduler.now_us)) / 3.6e9

    def update(self) -> None:
        """Take a change of supply, command or fault into account."""
        now_us = self._scheduler.now_us
        self._energy_wus += self._drawn_wus(now_us)
        self._since_us = now_us
        self._course = self._ruling()
        self._draw()
        self._mind_cut_out()
        for fn in self._watchers:
            fn()

    @property
    def _reactive_var(self) -> float:
        return _REACTIVE_SHARE * self.nominal_w

    @property
    def _lit(self) -> bool:
        return bool(self._strings)

    def _drawn_wus(self, now_us: int) -> float:
        """Energy since the last change."""
        fixed_wus = self._fixed_w * (now_us - self._since_us)
        return fixed_wus + (
            self._slope_w * self._course.integral(self._since_us, now_us) if self._slope_w else 0.0
        )

    def _feed(self) -> None:
        """The supply may have come or gone."""
        fed = self._contact and self._mains.voltage_v >= _LEAST_V
        if fed != self._fed:
            self.update()  # what was drawn until now
            self._fed = fed
            if self._starting:
                self._starting.cancel()
            self._starting = self._scheduler.after(_SOFT_START_US, self._started) if fed else None
        self.update()

    def _started(self) -> None:
        self._starting = None
        self.update()

    def _ruling(self) -> Approach:
        """The level that the driver goes by."""
        if self.stuck_level is not None:
            return Approach(self.stuck_level)
        if self._asked is None or (self.always_on and not self._asked.end):
            return _FULL
        return self._asked

    def _draw(self) -> None:
        """Find out how power and light depend on the level from now on."""
        off = not self._course.end and self.stuck_level is None
        dark = self.burnt_out or self._cut_out or self._starting is not None
        self._slope_w = self._strings = 0.0
        if not self._fed:
            self._fixed_w = 0.0
        elif off:
            self._fixed_w = self.standby_w
        else:
            self._fixed_w = self.losses_w * self.excess
            if not dark:
                self._strings = 1 - self.failed_share
                self._slope_w = (self.nominal_w - self.losses_w) * self._strings * self.excess

    def _mind_cut_out(self) -> None:
        """It counts from when the light came on; what is off has cooled down by then."""
        if self._cycle and not self._lit and not self._cut_out:
            self._cycle.cancel()
            self._cycle = None
        if self.cycling and self._lit and not self._cycle:
            self._cycle = self._scheduler.after(round(self.cycling[0] * 1e6), self._turn)

    def _turn(self) -> None:
        self._cycle = None
        self._cut_out = bool(self.cycling) and not self._cut_out
        if self.cycling and self._cut_out:
            self._cycle = self._scheduler.after(round(self.cycling[1] * 1e6), self._turn)
        self.update()

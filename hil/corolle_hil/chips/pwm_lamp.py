"""A luminaire behind a 0-10 V converter on a PWM wire: level, power and light."""

from corolle_hil.ports import Line
from corolle_hil.scheduler import Scheduler

_FULL_V = 10.0
_MINIMUM_V = 1.0  # IEC 60929, annex E: 1 V is the minimum level, 10 V full light
_OFF_V = 0.7  # falling below this a driver with dim-to-off goes to standby
_ON_V = 0.9  # and comes back above this


class PwmLamp:
    """One luminaire.

    The converter's input has a pull-up: nobody drives it, nothing is modulated, a reset: 10 V, full light.

    Faults: `burnt_out` (commanded as before, no light, driver's own draw only), `stuck_level` (0 to 1: the
    driver ignores its input), `converter_v` (the converter gives this voltage whatever the pin does).

    Args:
        nominal_w: power at full light.
        offset_v: error of the converter, added to what it should give.
        efficacy_lm_w: light of the LEDs for their own share of the power.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        line: Line,
        nominal_w: float = 40.0,
        standby_w: float = 0.4,
        losses_w: float = 1.6,
        offset_v: float = 0.0,
        efficacy_lm_w: float = 140.0,
    ):
        self.nominal_w = nominal_w
        self.burnt_out = False
        self.stuck_level: float | None = None
        self.converter_v: float | None = None
        self.supplied = True
        self._scheduler = scheduler
        self._line = line
        self.standby_w = standby_w
        self._losses_w = losses_w
        self._offset_v = offset_v
        self._efficacy_lm_w = efficacy_lm_w
        self._off = False
        self._energy_wus = 0.0
        self._power_w = 0.0
        self._since_us = scheduler.now_us
        line.watch(lambda _: self.update())
        self.update()

    @property
    def input_v(self) -> float:
        """What the converter gives the driver."""
        if self.converter_v is not None:
            return self.converter_v
        if self._line.pwm is not None:
            ideal_v = _FULL_V * self._line.pwm[1] / 65535
        else:
            ideal_v = 0.0 if self._line.level == 0 else _FULL_V
        return max(0.0, min(_FULL_V, ideal_v + self._offset_v))

    @property
    def level(self) -> float:
        """Light relative to full, 0 to 1."""
        if self._off or self.burnt_out or not self.supplied:
            return 0.0
        if self.stuck_level is not None:
            return self.stuck_level
        return max(self.input_v, _MINIMUM_V) / _FULL_V

    @property
    def power_w(self) -> float:
        """Power drawn from the mains now: the LEDs' share by level, and the driver's own losses."""
        if not self.supplied:
            return 0.0
        if self._off:
            return self.standby_w
        return self._losses_w + (self.nominal_w - self._losses_w) * self.level

    @property
    def flux_lm(self) -> float:
        """Light given now."""
        return self._efficacy_lm_w * (self.nominal_w - self._losses_w) * self.level

    @property
    def energy_wh(self) -> float:
        """Energy drawn since the street began."""
        self.update()
        return self._energy_wus / 3.6e9

    def update(self) -> None:
        """Take the energy of the time gone by into account; call it after throwing a fault's switch."""
        now_us = self._scheduler.now_us
        self._energy_wus += self._power_w * (now_us - self._since_us)
        self._since_us = now_us
        self._off = self.stuck_level is None and self.input_v < (_ON_V if self._off else _OFF_V)
        self._power_w = self.power_w

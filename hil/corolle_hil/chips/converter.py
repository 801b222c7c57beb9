"""A 0-10 V converter on a PWM wire: what it makes of the duty, and what the driver behind it does."""

from corolle_hil.ports import Line
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.approach import Approach
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.switch import Switch

_FULL_V = 10.0
_MINIMUM_V = 1.0  # IEC 60929, annex E: 1 V is the minimum level, 10 V full light
_OFF_V = 0.7  # falling below this a driver with dim-to-off goes to standby
_ON_V = 0.9  # and comes back above this
_TAU_US = 50_000.0  # of the low-pass that makes a voltage of the PWM: a corner at about 3 Hz


class Converter:
    """One converter, and the dimming input of its luminaire's driver.

    The driver's input has a pull-up: nobody drives the wire, nothing is modulated, a reset: 10 V, full light.
    The voltage follows the PWM as a low-pass does. Something happens here only when the PWM changes, and when
    the voltage then passes one of the driver's thresholds.

    Faults: `converter_v` (it gives this voltage whatever the pin does), `offset_v` (error of what it gives).

    Args:
        zero_v, full_v: what it gives at 0 and at 100 % duty.
    """

    converter_v = Switch[float | None](None)
    offset_v = Switch(0.0)

    def __init__(
        self,
        scheduler: Scheduler,
        line: Line,
        luminaire: Luminaire,
        zero_v: float = 0.0,
        full_v: float = _FULL_V,
    ):
        self._scheduler = scheduler
        self._line = line
        self._luminaire = luminaire
        self._zero_v, self._span_v = zero_v, full_v - zero_v
        self._input = Approach(_FULL_V)
        self._off = False
        self._crossing: Handle | None = None
        line.watch(lambda _: self.update())
        self.update()

    @property
    def input_v(self) -> float:
        """What the driver is given now."""
        return self._input.at(self._scheduler.now_us)

    def update(self) -> None:
        """Take a change of the wire or of a fault into account."""
        target_v = self._target_v()
        if target_v != self._input.end:
            now_us = self._scheduler.now_us
            self._input = Approach(target_v, self._input.at(now_us), now_us, _TAU_US)
            self._drive()

    def _target_v(self) -> float:
        """What it gives when it has settled."""
        if self.converter_v is not None:
            return self.converter_v
        if self._line.pwm is not None:
            ideal_v = self._zero_v + self._span_v * self._line.pwm[1] / 65535
        else:
            ideal_v = self._zero_v if self._line.level == 0 else _FULL_V
        return max(0.0, min(_FULL_V, ideal_v + self.offset_v))

    def _drive(self) -> None:
        """Command the luminaire for as long as the voltage stays between two thresholds."""
        if self._crossing:
            self._crossing.cancel()
            self._crossing = None
        now_us = self._scheduler.now_us
        input_v = self._input.at(now_us)
        self._off = input_v < (_ON_V if self._off else _OFF_V)
        if self._off:
            self._luminaire.command(0.0)
        elif input_v < _MINIMUM_V:
            self._luminaire.command(_MINIMUM_V / _FULL_V)
        else:
            self._luminaire.follow(self._level())
        if min(input_v, self._input.end) < _MINIMUM_V:
            self._expect(now_us)

    def _level(self) -> Approach:
        """Volts as a level."""
        course = self._input
        return Approach(course.end / _FULL_V, course.start / _FULL_V, course.since_us, course.tau_us)

    def _expect(self, now_us: int) -> None:
        passes = (self._input.passes_us(v) for v in (_OFF_V, _ON_V, _MINIMUM_V))
        ahead = [t_us for t_us in passes if t_us is not None and t_us > now_us]
        if ahead:
            self._crossing = self._scheduler.at(min(ahead), self._drive)

"""A 0-10 V dimming output: PWM into a converter that gives full light while nothing drives it.

IEC 60929, annex E.2: 10 V is full light, 1 V the minimum level; below that a driver with dim-to-off is off.
"""

from corolle.wire.compat import const

_FULL_MV = const(10_000)
_MINIMUM_MV = const(1_000)


class PwmDimmer:
    """One output. `pwm` makes the PWM of a pin, as machine.PWM; zero_mv and full_mv calibrate the converter.

    Nothing is driven before the first set(), nor after release(): that is full light.
    """

    def __init__(self, pin, pwm, freq_hz: int = 1000, zero_mv: int = 0, full_mv: int = _FULL_MV):
        if full_mv <= zero_mv:
            raise ValueError(f"pwm_dimmer: full_mv = {full_mv} is not above zero_mv = {zero_mv}")
        self._pin = pin
        self._make_pwm = pwm
        self._freq_hz = freq_hz
        self._zero_mv = zero_mv
        self._span_mv = full_mv - zero_mv
        self._pwm = None

    def set(self, level_pct: float) -> None:
        """Dim to 0 (off) to 100 %. A level that the driver cannot give becomes its minimum."""
        if not 0 <= level_pct <= 100:
            raise ValueError(f"level_pct = {level_pct} is not within 0..100")
        duty = self._duty_u16(max(_MINIMUM_MV, level_pct * _FULL_MV / 100) if level_pct else 0)
        if self._pwm is None:
            # Made with its duty, so that no other level shows in between.
            self._pwm = self._make_pwm(self._pin, freq=self._freq_hz, duty_u16=duty)
        else:
            self._pwm.duty_u16(duty)

    def release(self) -> None:
        """Drive nothing: full light."""
        if self._pwm is not None:
            self._pwm.deinit()
            self._pwm = None
        self._pin.init(self._pin.IN)

    def _duty_u16(self, wanted_mv: float) -> int:
        return max(0, min(65535, round((wanted_mv - self._zero_mv) * 65535 / self._span_mv)))

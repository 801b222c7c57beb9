"""The VEML7700 ambient light sensor (Vishay, datasheet 84286 and application note 84323)."""

from collections.abc import Callable

from corolle_hil.chips.faults import I2cFaults
from corolle_hil.ports import I2cChip, Nak
from corolle_hil.scheduler import Scheduler

_CONFIG, _HIGH, _LOW, _POWER_SAVING, _LIGHT, _WHITE, _INTERRUPT, _ID = range(8)  # command codes
_RESET = (0x0001, 0x0000, 0x0000, 0x0000)
_IDENTITY = 0xC481  # 81h is the device, C4h its address 10h
_SHUT_DOWN = 0x0001
_WAKE_UP_US = 2500  # application note
_INTEGRATION_MS = {0xC: 25, 0x8: 50, 0x0: 100, 0x1: 200, 0x2: 400, 0x3: 800}  # ALS_IT
_GAIN = (1, 2, 1 / 8, 1 / 4)  # ALS_GAIN
_SAVING_MS = (500, 1000, 2000, 4000)  # what PSM adds to each measurement
_FINEST_LX = 0.0042  # a step at gain 2 and 800 ms
_LINEAR_LX = 1000.0
_BRIGHTEST_LX = 35_000.0  # more than it reads in any sun


class Veml7700(I2cChip):
    """One sensor.

    The thresholds are kept but raise no interrupt flag: the chip has no pin for one. The white channel reads
    what the other does: light has no colour here.

    Args:
        lux: the light on the sensor now.
    """

    def __init__(self, scheduler: Scheduler, address: int, lux: Callable[[], float]):
        self.address = address
        self.faults = I2cFaults()
        self._scheduler = scheduler
        self._lux = lux
        self._rng = scheduler.rng(f"veml7700 {address}")
        self._seen_lux: float | None = None
        self.power_up()

    def power_up(self) -> None:
        """The supply comes back: it is shut down and knows nothing."""
        self._registers: list[int] = list(_RESET)
        self._code = _CONFIG
        self._steps = 0
        self._ready_us: int | None = None

    @property
    def holds_bus(self) -> bool:
        """See I2cChip."""
        return self.faults.bus_stuck

    def write(self, data: bytes) -> None:
        """A command code, and perhaps a word for it, low byte first."""
        self.faults.strike()
        if not data:
            return
        if data[0] > _ID or len(data) not in (1, 3):
            raise Nak
        self._code = data[0]
        if len(data) == 3 and self._code < len(self._registers):
            self._set(self._code, int.from_bytes(data[1:], "little"))

    def read(self, n: int) -> bytes:
        """The word of the command code, low byte first."""
        self.faults.strike()
        self._settle()
        return (self._word().to_bytes(2, "little") + b"\xff" * n)[:n]

    def _word(self) -> int:
        if self._code < len(self._registers):
            return self._registers[self._code]
        return {_LIGHT: self._steps, _WHITE: self._steps, _INTERRUPT: 0, _ID: _IDENTITY}[self._code]

    def _set(self, code: int, value: int) -> None:
        self._settle()
        before, self._registers[code] = self._registers[code], value
        if code != _CONFIG:
            return
        wake_up_us = _WAKE_UP_US if before & _SHUT_DOWN else 0
        integrating = not value & _SHUT_DOWN
        self._ready_us = self._scheduler.now_us + wake_up_us + self._integration_us if integrating else None

    @property
    def _integration_us(self) -> int:
        return _INTEGRATION_MS.get(self._registers[_CONFIG] >> 6 & 0xF, 100) * 1000

    @property
    def _period_us(self) -> int:
        saving = self._registers[_POWER_SAVING]
        return self._integration_us + (_SAVING_MS[saving >> 1 & 3] * 1000 if saving & 1 else 0)

    def _settle(self) -> None:
        """Finish what is over by now; until then the value of the last integration stands."""
        if self._ready_us is None or self._scheduler.now_us < self._ready_us:
            return
        self._steps = self._sample()
        late_us = self._scheduler.now_us - self._ready_us
        self._ready_us += (late_us // self._period_us + 1) * self._period_us

    def _sample(self) -> int:
        if self._seen_lux is None or not self.faults.stuck:
            self._seen_lux = self._lux()
        gain = _GAIN[self._registers[_CONFIG] >> 11 & 3]
        step_lx = _FINEST_LX * (800_000 / self._integration_us) * (2 / gain)
        return max(0, min(0xFFFF, round(_felt(self._seen_lux) / step_lx + self._rng.gauss(0, 0.3))))


def _felt(lux: float) -> float:
    """What the sensor makes of light: above 1000 lx less than there is, and ever less.

    The application note has the way back, a polynomial, which grows steadily and so can be searched.
    """
    if lux <= _LINEAR_LX:
        return lux
    low, high = _LINEAR_LX, _BRIGHTEST_LX
    for _ in range(40):
        middle = (low + high) / 2
        meant = 6.0135e-13 * middle**4 - 9.3924e-9 * middle**3 + 8.1488e-5 * middle**2 + 1.0023 * middle
        low, high = (middle, high) if meant < lux else (low, middle)
    return low

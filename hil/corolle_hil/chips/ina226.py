"""The INA226 voltage and current meter (Texas Instruments, datasheet SBOS547B)."""

from collections.abc import Callable

from corolle_hil.chips.faults import I2cFaults
from corolle_hil.ports import I2cChip, Nak
from corolle_hil.scheduler import Scheduler

_CONFIG, _SHUNT, _BUS, _POWER, _CURRENT, _CALIBRATION, _MASK, _LIMIT, _MAKER, _DIE = (*range(8), 0xFE, 0xFF)
_RESET = {_CONFIG: 0x4127, _MAKER: 0x5449, _DIE: 0x2260}  # table 7-1; the others are 0
_WRITABLE = (_CONFIG, _CALIBRATION, _MASK, _LIMIT)
_RST, _FIXED, _SETTABLE = 0x8000, 0x4000, 0x0FFF  # of the configuration
_READY, _OVERFLOW = 0x0008, 0x0004  # of mask/enable: CVRF and OVF
_AVERAGED = (1, 4, 16, 64, 128, 256, 512, 1024)  # AVG, table 7-3
_CONVERSION_US = (140, 204, 332, 588, 1100, 2116, 4156, 8244)  # VBUSCT and VSHCT, tables 7-4 and 7-5
_MEASURE_SHUNT, _MEASURE_BUS, _CONTINUOUS = 1, 2, 4  # MODE, table 7-6
_SHUNT_STEP_V, _BUS_STEP_V = 2.5e-6, 1.25e-3
_NOISE_STEPS = 1.0  # of one conversion of 1.1 ms
_WORST = 0x7FFF


class Ina226(I2cChip):
    """One meter with its shunt.

    The world is asked when the chip is: an average has less noise, but remembers nothing, and in continuous
    mode a value may be younger than a real one. The limits raise no alert.

    Args:
        shunt_ohm: the resistor between its inputs.
        reading: the line now: (volts against ground, amperes through the shunt).
    """

    def __init__(
        self,
        scheduler: Scheduler,
        address: int,
        shunt_ohm: float,
        reading: Callable[[], tuple[float, float]],
    ):
        self.address = address
        self.faults = I2cFaults()
        self._scheduler = scheduler
        self._shunt_ohm = shunt_ohm
        self._reading = reading
        self._rng = scheduler.rng(f"ina226 {address}")
        self.power_up()

    def power_up(self) -> None:
        """The supply comes back: nothing is configured, and it measures both without averaging."""
        self._registers = dict.fromkeys((*range(8), _MAKER, _DIE), 0) | _RESET
        self._pointer = _CONFIG
        self._begin()

    @property
    def holds_bus(self) -> bool:
        """See I2cChip."""
        return self.faults.bus_stuck

    def write(self, data: bytes) -> None:
        """Set the pointer, and perhaps the register it points to, high byte first."""
        self.faults.strike()
        if not data:
            return
        if data[0] not in self._registers or len(data) not in (1, 3):
            raise Nak
        self._pointer = data[0]
        if len(data) == 3 and self._pointer in _WRITABLE:
            self._set(self._pointer, int.from_bytes(data[1:], "big"))

    def read(self, n: int) -> bytes:
        """The register that the pointer points to; reading mask/enable clears its flag of readiness."""
        self.faults.strike()
        self._settle()
        value = self._registers[self._pointer]
        if self._pointer == _MASK:
            self._registers[_MASK] &= ~_READY
        return (value.to_bytes(2, "big") + b"\xff" * n)[:n]

    @property
    def _mode(self) -> int:
        return self._registers[_CONFIG] & 7

    @property
    def _averaged(self) -> int:
        return _AVERAGED[self._registers[_CONFIG] >> 9 & 7]

    @property
    def _period_us(self) -> int:
        config = self._registers[_CONFIG]
        shunt_us = _CONVERSION_US[config >> 3 & 7] if config & _MEASURE_SHUNT else 0
        bus_us = _CONVERSION_US[config >> 6 & 7] if config & _MEASURE_BUS else 0
        return self._averaged * (shunt_us + bus_us)

    def _set(self, register: int, value: int) -> None:
        self._settle()
        if register == _MASK:
            self._registers[_MASK] = value & ~(_READY | _OVERFLOW) | self._registers[_MASK] & _READY
        elif register != _CONFIG:
            self._registers[register] = value
        elif value & _RST:
            self.power_up()
        else:
            self._registers[_CONFIG] = _FIXED | value & _SETTABLE
            if value & 3:
                self._registers[_MASK] &= ~_READY
            self._begin()

    def _begin(self) -> None:
        idle = not self._mode & 3
        self._ready_us = None if idle else self._scheduler.now_us + self._period_us

    def _settle(self) -> None:
        """Finish what is over by now; until then the values of the last conversion stand."""
        if self._ready_us is None or self._scheduler.now_us < self._ready_us:
            return
        self._measure()
        self._registers[_MASK] |= _READY
        if self._mode & _CONTINUOUS:
            late_us = self._scheduler.now_us - self._ready_us
            self._ready_us += (late_us // self._period_us + 1) * self._period_us
        else:
            self._ready_us = None

    def _measure(self) -> None:
        if self.faults.stuck:
            return
        bus_v, current_a = self._reading()
        if self._mode & _MEASURE_SHUNT:
            shunt = self._steps(current_a * self._shunt_ohm / _SHUNT_STEP_V, -_WORST - 1)
            self._registers[_SHUNT] = shunt & 0xFFFF
            self._registers[_CURRENT] = shunt * self._registers[_CALIBRATION] // 2048 & 0xFFFF  # 6.5.1
        if self._mode & _MEASURE_BUS:
            self._registers[_BUS] = self._steps(bus_v / _BUS_STEP_V, 0)
            current = abs(_signed(self._registers[_CURRENT]))
            self._registers[_POWER] = current * self._registers[_BUS] // 20_000 & 0xFFFF

    def _steps(self, ideal: float, least: int) -> int:
        noise = self._rng.gauss(0, _NOISE_STEPS / self._averaged**0.5)
        return max(least, min(_WORST, round(ideal + noise)))


def _signed(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word

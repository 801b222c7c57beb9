"""The TMP117 temperature sensor (Texas Instruments, datasheet SNOSD82)."""

from collections.abc import Callable

from corolle_hil.chips.faults import I2cFaults
from corolle_hil.ports import I2cChip, Nak
from corolle_hil.scheduler import Scheduler

_RESULT, _CONFIG, _OFFSET, _ID = 0, 1, 7, 15
_RESET = {
    _RESULT: 0x8000,
    _CONFIG: 0x0220,
    2: 0x6000,
    3: 0x8000,
    4: 0,
    5: 0,
    6: 0,
    _OFFSET: 0,
    8: 0,
    _ID: 0x117,
}
_WRITABLE = (_CONFIG, 2, 3, _OFFSET)
_DATA_READY, _SOFT_RESET = 0x2000, 0x0002
_SETTABLE = 0x0FFC  # of the configuration; the rest are flags
_SHUT_DOWN, _ONE_SHOT = 1, 3  # MOD; 0 and 2 are continuous conversion
_CYCLE_MS = (15.5, 125, 250, 500, 1000, 4000, 8000, 16000)  # CONV, 7.6
_CONVERSION_US = 15_500
_AVERAGED = (1, 8, 32, 64)  # AVG
_START_UP_US = 1500
_REPEATABILITY_C = 0.0078125  # one step


class Tmp117(I2cChip):
    """One sensor.

    In continuous conversion the world is asked when the chip is, so a value may be younger than a real one.
    The EEPROM is not there to be programmed, and the limits raise no alert.

    Args:
        temperature_c: the temperature of the chip now.
    """

    def __init__(self, scheduler: Scheduler, address: int, temperature_c: Callable[[], float]):
        self.address = address
        self.faults = I2cFaults()
        self._scheduler = scheduler
        self._temperature_c = temperature_c
        self._rng = scheduler.rng(f"tmp117 {address}")
        self._seen_c: float | None = None
        self.power_up()

    def power_up(self) -> None:
        """The supply comes back: it measures every second, and -256 C stands until the first result."""
        self._registers = dict(_RESET)
        self._pointer = _RESULT
        self._begin(_START_UP_US)

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
        """The register that the pointer points to; the result and the configuration clear Data_Ready."""
        self.faults.strike()
        self._settle()
        value = self._registers[self._pointer]
        if self._pointer in (_RESULT, _CONFIG):
            self._registers[_CONFIG] &= ~_DATA_READY
        return (value.to_bytes(2, "big") + b"\xff" * n)[:n]

    @property
    def _mode(self) -> int:
        return self._registers[_CONFIG] >> 10 & 3

    @property
    def _active_us(self) -> int:
        return _CONVERSION_US * _AVERAGED[self._registers[_CONFIG] >> 5 & 3]

    @property
    def _period_us(self) -> int:
        return max(self._active_us, int(_CYCLE_MS[self._registers[_CONFIG] >> 7 & 7] * 1000))

    def _set(self, register: int, value: int) -> None:
        self._settle()
        if register != _CONFIG:
            self._registers[register] = value
        elif value & _SOFT_RESET:
            self.power_up()
        else:
            self._registers[_CONFIG] = self._registers[_CONFIG] & _DATA_READY | value & _SETTABLE
            self._begin(0)

    def _begin(self, delay_us: int) -> None:
        idle = self._mode == _SHUT_DOWN
        self._ready_us = None if idle else self._scheduler.now_us + delay_us + self._active_us

    def _settle(self) -> None:
        """Finish what is over by now."""
        if self._ready_us is None or self._scheduler.now_us < self._ready_us:
            return
        self._registers[_RESULT] = self._sample()
        self._registers[_CONFIG] |= _DATA_READY
        if self._mode == _ONE_SHOT:
            self._registers[_CONFIG] = self._registers[_CONFIG] & ~0x0C00 | _SHUT_DOWN << 10
            self._ready_us = None
        else:
            late_us = self._scheduler.now_us - self._ready_us
            self._ready_us += (late_us // self._period_us + 1) * self._period_us

    def _sample(self) -> int:
        if self._seen_c is None or not self.faults.stuck:
            self._seen_c = self._temperature_c() + self._rng.gauss(0, _REPEATABILITY_C / 3)
        steps = round(self._seen_c * 128) + _signed(self._registers[_OFFSET])
        return max(-32768, min(32767, steps)) & 0xFFFF


def _signed(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word

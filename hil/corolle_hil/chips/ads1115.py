"""The ADS1115 analogue-to-digital converter (Texas Instruments, datasheet SBAS444)."""

from collections.abc import Callable, Sequence

from corolle_hil.chips.faults import I2cFaults
from corolle_hil.ports import I2cChip, Nak
from corolle_hil.scheduler import Scheduler

_CONVERSION, _CONFIG, _LOW, _HIGH = range(4)
_RESET = (0x0000, 0x8583, 0x8000, 0x7FFF)
_OS, _SINGLE_SHOT = 0x8000, 0x0100
_FULL_SCALE_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)  # PGA (table 8-3)
_RATE_HZ = (8, 16, 32, 64, 128, 250, 475, 860)  # DR (table 8-3)
_MUX = ((0, 1), (0, 3), (1, 3), (2, 3), (0, None), (1, None), (2, None), (3, None))
_WAKE_UP_US = 25  # from power-down to the start of a conversion (8.4.2.1)
_SUPPLY_V = 3.3


class Ads1115(I2cChip):
    """One converter with four inputs.

    A conversion takes its time: until it is over the OS bit reads 0 and the old value stands.

    Args:
        inputs: the voltage at AIN0 to AIN3 now; missing ones float at 0 V.
    """

    def __init__(self, scheduler: Scheduler, address: int, inputs: Sequence[Callable[[], float]]):
        if len(inputs) > 4:
            raise ValueError(f"{len(inputs)} inputs: an ADS1115 has 4")
        self.address = address
        self.faults = I2cFaults()
        self._scheduler = scheduler
        self._inputs = list(inputs)
        self._rng = scheduler.rng(f"ads1115 {address}")
        self._registers: list[int] = list(_RESET)
        self._pointer = _CONVERSION
        self._ready_us: int | None = None
        self._coming = 0

    def connect(self, channel: int, voltage_v: Callable[[], float]) -> None:
        """Put a voltage at an input. Raises IndexError for one that is missing."""
        self._inputs[channel] = voltage_v

    @property
    def holds_bus(self) -> bool:
        """See I2cChip."""
        return self.faults.bus_stuck

    def write(self, data: bytes) -> None:
        """Set the pointer, and perhaps the register it points to (8.5.3)."""
        self.faults.strike()
        if not data:
            return
        if data[0] > _HIGH or len(data) not in (1, 3):
            raise Nak
        self._pointer = data[0]
        if len(data) == 3 and self._pointer != _CONVERSION:
            self._set(self._pointer, int.from_bytes(data[1:], "big"))

    def read(self, n: int) -> bytes:
        """The register that the pointer points to."""
        self.faults.strike()
        self._settle()
        value = self._registers[self._pointer]
        if self._pointer == _CONFIG:
            value = value & ~_OS | (0 if self._converting else _OS)
        return (value.to_bytes(2, "big") + b"\xff" * n)[:n]

    @property
    def _converting(self) -> bool:
        return self._ready_us is not None

    @property
    def _period_us(self) -> int:
        return 1_000_000 // _RATE_HZ[self._registers[_CONFIG] >> 5 & 7]

    def _set(self, register: int, value: int) -> None:
        self._settle()
        self._registers[register] = value
        if register == _CONFIG:
            single = value & _SINGLE_SHOT
            if not single:
                self._begin(0)
            elif value & _OS and not self._converting:
                self._begin(_WAKE_UP_US)

    def _begin(self, delay_us: int) -> None:
        self._coming = self._sample()
        self._ready_us = self._scheduler.now_us + delay_us + self._period_us

    def _settle(self) -> None:
        """Finish what is over by now; in continuous mode the value is that of the latest conversion."""
        if self._ready_us is None or self._scheduler.now_us < self._ready_us:
            return
        self._ready_us = None
        if self._registers[_CONFIG] & _SINGLE_SHOT:
            self._registers[_CONVERSION] = self._coming
        else:
            self._registers[_CONVERSION] = self._sample()
            self._begin(0)

    def _sample(self) -> int:
        if self.faults.stuck:
            return self._registers[_CONVERSION]
        config = self._registers[_CONFIG]
        positive, negative = _MUX[config >> 12 & 7]
        difference_v = self._input_v(positive) - (0.0 if negative is None else self._input_v(negative))
        ticks = round(difference_v / _FULL_SCALE_V[config >> 9 & 7] * 32768 + self._rng.gauss(0, 0.3))
        return max(-32768, min(32767, ticks)) & 0xFFFF

    def _input_v(self, channel: int) -> float:
        if channel >= len(self._inputs):
            return 0.0
        return max(0.0, min(_SUPPLY_V, self._inputs[channel]()))

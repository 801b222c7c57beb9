"""The SHT45 air temperature and humidity sensor (Sensirion, datasheet SHT4x version 6)."""

from collections.abc import Callable

from corolle_hil.chips.faults import I2cFaults
from corolle_hil.ports import I2cChip, Nak
from corolle_hil.scheduler import Scheduler

# Command: longest duration in microseconds (datasheet 4.5, table 8, and 3.1, table 5).
_MEASURE_US = {0xFD: 8300, 0xF6: 4500, 0xE0: 1600}
_HEAT_US = {0x39: 1_100_000, 0x32: 110_000, 0x2F: 1_100_000, 0x24: 110_000, 0x1E: 1_100_000, 0x15: 110_000}
_READ_SERIAL, _SOFT_RESET = 0x89, 0x94
_RESET_US = 1000
_REPEATABILITY_C, _REPEATABILITY_PCT = 0.04, 0.08  # high repeatability, three sigma (tables 1 and 2)


class Sht45(I2cChip):
    """One sensor.

    It acknowledges nothing while it measures, and hands out each result once. The heater takes its time but
    warms nothing here.

    Args:
        measure: the air at the sensor now: (temperature in C, relative humidity in %).
        serial: its serial number, 32 bits.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        address: int,
        measure: Callable[[], tuple[float, float]],
        serial: int = 0x0F1E2D3C,
    ):
        self.address = address
        self.faults = I2cFaults()
        self._scheduler = scheduler
        self._measure = measure
        self._serial = serial
        self._rng = scheduler.rng(f"sht45 {serial}")
        self._busy_until_us = scheduler.now_us
        self._result = b""
        self._last: tuple[float, float] | None = None

    @property
    def holds_bus(self) -> bool:
        """See I2cChip."""
        return self.faults.bus_stuck

    def write(self, data: bytes) -> None:
        """A command; anything else, or one at the wrong moment, is not acknowledged."""
        self.faults.strike()
        self._refuse_while_busy()
        if not data:
            return
        if len(data) != 1:
            raise Nak
        self._result = b""
        self._command(data[0])

    def read(self, n: int) -> bytes:
        """The result, two words of 16 bits with a checksum each; not acknowledged before it is there."""
        self.faults.strike()
        self._refuse_while_busy()
        if not self._result:
            raise Nak
        result, self._result = self._result, b""
        return (result + b"\xff" * n)[:n]

    def _command(self, code: int) -> None:
        if code in _MEASURE_US:
            self._result = self._sample()
            self._stay_busy(_MEASURE_US[code])
        elif code in _HEAT_US:
            self._result = self._sample()
            self._stay_busy(_HEAT_US[code])
        elif code == _READ_SERIAL:
            self._result = _word(self._serial >> 16) + _word(self._serial & 0xFFFF)
        elif code == _SOFT_RESET:
            self._stay_busy(_RESET_US)
        else:
            raise Nak

    def _sample(self) -> bytes:
        if self._last is None or not self.faults.stuck:
            temperature_c, humidity_pct = self._measure()
            self._last = (
                temperature_c + self._rng.gauss(0, _REPEATABILITY_C / 3),
                humidity_pct + self._rng.gauss(0, _REPEATABILITY_PCT / 3),
            )
        temperature_c, humidity_pct = self._last
        return _word(_ticks((temperature_c + 45) / 175)) + _word(_ticks((humidity_pct + 6) / 125))

    def _stay_busy(self, duration_us: int) -> None:
        self._busy_until_us = self._scheduler.now_us + duration_us

    def _refuse_while_busy(self) -> None:
        if self._scheduler.now_us < self._busy_until_us:
            raise Nak


def crc8(data: bytes) -> int:
    """Checksum of a word: polynomial 0x31, start 0xFF (datasheet 4.4)."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31) & 0xFF if crc & 0x80 else crc << 1
    return crc


def _word(value: int) -> bytes:
    data = value.to_bytes(2, "big")
    return data + bytes([crc8(data)])


def _ticks(fraction: float) -> int:
    """Conversion formulas of 4.6, the other way round."""
    return max(0, min(0xFFFF, round(fraction * 0xFFFF)))

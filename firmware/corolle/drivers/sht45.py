"""Sensirion SHT45: air temperature and humidity over I2C (datasheet SHT4x, version 6)."""

import asyncio

from corolle.drivers.chip import ChipError, absent
from corolle.wire.compat import const

_MEASURE = const(b"\xfd")  # high repeatability, table 8
_SERIAL = const(b"\x89")
_MEASURE_MS = const(9)  # 8.3 ms at most, table 5


class SHT45:
    """One sensor. The constructor reads its serial number: ChipError when it is not there."""

    def __init__(self, i2c, address: int = 0x44):
        self._i2c = i2c
        self._address = address
        self._answer = bytearray(6)
        try:
            i2c.writeto(address, _SERIAL)
            self._fetch()
        except ChipError:
            raise
        except OSError as error:
            raise absent("SHT45", address, error) from error
        self.serial = (self._word(0) << 16) | self._word(3)

    async def read(self) -> tuple:
        """(temperature in Celsius, relative humidity in %). OSError when the bus or the chip fails."""
        self._i2c.writeto(self._address, _MEASURE)
        await asyncio.sleep_ms(_MEASURE_MS)
        self._fetch()
        temperature_c = -45 + 175 * self._word(0) / 65535  # 4.6
        humidity_pct = -6 + 125 * self._word(3) / 65535  # beyond 0..100 is the sensor's tolerance, 4.6
        return temperature_c, max(0.0, min(100.0, humidity_pct))

    def _fetch(self) -> None:
        """Two words, each with its checksum."""
        self._i2c.readfrom_into(self._address, self._answer)
        for start in (0, 3):
            if crc8(self._answer, start, 2) != self._answer[start + 2]:
                raise ChipError(f"SHT45 at 0x{self._address:02x}: wrong checksum")

    def _word(self, start: int) -> int:
        return self._answer[start] << 8 | self._answer[start + 1]


def crc8(data, start: int, length: int) -> int:
    """Sensirion's checksum: polynomial 0x31, first value 0xff (4.4)."""
    crc = 0xFF
    for place in range(start, start + length):
        crc ^= data[place]
        for _ in range(8):
            crc = (crc << 1 ^ 0x31) & 0xFF if crc & 0x80 else crc << 1
    return crc

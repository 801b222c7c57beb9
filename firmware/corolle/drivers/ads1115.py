"""Texas Instruments ADS1115: four analogue inputs, one conversion at a time (datasheet SBAS444)."""

import asyncio

from corolle.drivers.chip import ChipError, absent
from corolle.wire.compat import const

_CONVERSION = const(0)  # registers, table 8-1
_CONFIG = const(1)
_START = const(0x8000)  # bits of the configuration, table 8-3; read: no conversion runs
_SINGLE_ENDED = const(0x4000)  # input against ground, plus the channel in bits 13-12
_SETTINGS = const(0x0383)  # 4.096 V full scale, single shot, 128 conversions a second, no comparator
_CONVERSION_MS = const(9)  # 7.8 ms, and 10 % that its oscillator may be slow (7.5)
_TRIES = const(3)


class ADS1115:
    """One converter. The constructor configures it and reads that back: ChipError when it is not there."""

    def __init__(self, i2c, address: int = 0x48):
        self._i2c = i2c
        self._address = address
        self._word = bytearray(2)
        try:
            self._write_config(_SINGLE_ENDED | _SETTINGS)
            found = self._read(_CONFIG) & ~_START
        except OSError as error:
            raise absent("ADS1115", address, error) from error
        if found != _SINGLE_ENDED | _SETTINGS:
            raise ChipError(f"ADS1115 at 0x{address:02x}: configuration reads 0x{found:04x}, another chip?")

    async def read_mv(self, channel: int) -> float:
        """Millivolts at input 0 to 3 against ground. OSError when the bus or the chip fails."""
        if not 0 <= channel <= 3:
            raise ValueError(f"channel = {channel} is not within 0..3")
        self._write_config(_START | _SINGLE_ENDED | channel << 12 | _SETTINGS)
        for _ in range(_TRIES):
            await asyncio.sleep_ms(_CONVERSION_MS)
            if self._read(_CONFIG) & _START:
                raw = self._read(_CONVERSION)
                return (raw - 65536 if raw & 0x8000 else raw) / 8  # 125 uV a step
        raise ChipError(f"ADS1115 at 0x{self._address:02x}: the conversion does not end")

    def _write_config(self, value: int) -> None:
        self._word[0], self._word[1] = value >> 8, value & 0xFF
        self._i2c.writeto_mem(self._address, _CONFIG, self._word)

    def _read(self, register: int) -> int:
        self._i2c.readfrom_mem_into(self._address, register, self._word)
        return self._word[0] << 8 | self._word[1]


class SharedADS1115:
    """One converter for several parts: probed when first needed, and made anew after it was lost.

    Only one task may read at a time: a second one would change the input under a conversion that runs.
    """

    def __init__(self, i2c, address: int):
        self._i2c = i2c
        self._address = address
        self._chip: ADS1115 | None = None

    async def read_mv(self, channel: int) -> float:
        """As ADS1115.read_mv."""
        try:
            if self._chip is None:
                self._chip = ADS1115(self._i2c, self._address)
            return await self._chip.read_mv(channel)
        except OSError:
            self._chip = None
            raise

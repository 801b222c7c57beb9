"""Vishay VEML7700: ambient light over I2C (datasheet 84286, application note 84323)."""

import asyncio

from corolle.drivers.chip import ChipError, absent
from corolle.wire.compat import const

_CONFIG = const(0)  # command codes
_LIGHT = const(4)
_ID = const(7)
_DEVICE = const(0x81)  # low byte of the id; the high one tells the address
_SHUT_DOWN = const(0x0001)
# Two ranges are enough for a street. Both integrate for 100 ms: whole periods of the 100 or 120 Hz at which
# lamps flicker. The note's polynomial belongs to the low gains, so a high one never sees 1000 lx.
_FAINT = const(0x0800)  # gain 2
_FAINT_LX = const(0.0336)  # a step, resolution table of the application note
_STRONG = const(0x1000)  # gain 1/8
_STRONG_LX = const(0.5376)
_FEW = const(100)  # steps between which the note keeps a reading: 54 lx and 336 lx here
_MANY = const(10000)
_WAIT_MS = const(128)  # 2.5 ms to wake up, the integration, and 25 % that its oscillator may be slow


class VEML7700:
    """One sensor, asleep between readings. The constructor reads its id: ChipError when it is not there."""

    def __init__(self, i2c, address: int = 0x10):
        self._i2c = i2c
        self._address = address
        self._word = bytearray(2)
        self._strong = True
        try:
            self._read(_ID)
        except OSError as error:
            raise absent("VEML7700", address, error) from None
        if self._word[0] != _DEVICE:
            raise ChipError(f"VEML7700 at 0x{address:02x}: id reads 0x{self._word[0]:02x}, another chip?")

    async def read(self) -> float:
        """Light in lux, up to 140 klx. OSError when the bus or the chip fails.

        It takes 0.13 s, twice that after a change between day and night.
        """
        try:
            steps = await self._measure()
            if (steps < _FEW) if self._strong else (steps > _MANY):
                self._strong = not self._strong
                steps = await self._measure()
        finally:
            self._set(_SHUT_DOWN)
        return linear(steps * (_STRONG_LX if self._strong else _FAINT_LX))

    async def _measure(self) -> int:
        self._set(_STRONG if self._strong else _FAINT)
        await asyncio.sleep_ms(_WAIT_MS)
        return self._read(_LIGHT)

    def _set(self, config: int) -> None:
        self._word[0], self._word[1] = config & 0xFF, config >> 8  # low byte first
        self._i2c.writeto_mem(self._address, _CONFIG, self._word)

    def _read(self, command: int) -> int:
        self._i2c.readfrom_mem_into(self._address, command, self._word)
        return self._word[1] << 8 | self._word[0]


def linear(lux: float) -> float:
    """The light at which the sensor reads `lux`: above 1000 that is too little (note, correction formula)."""
    if lux <= 1000:
        return lux
    # Beyond 140 klx, where the datasheet ends, the polynomial says nothing any more.
    return min(140e3, (((6.0135e-13 * lux - 9.3924e-9) * lux + 8.1488e-5) * lux + 1.0023) * lux)

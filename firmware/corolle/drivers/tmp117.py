"""Texas Instruments TMP117: temperature over I2C (datasheet SNOSD82)."""

from corolle.drivers.chip import ChipError, absent
from corolle.wire.compat import const

_RESULT = const(0)  # registers, 7.6
_CONFIG = const(1)
_ID = const(15)
_DEVICE = const(0x117)  # bits 11-0; the upper four are the revision
_NOT_YET = const(0x8000)  # -256 C: what the result holds from a reset to the first conversion
# Continuous conversion every 8 s (CONV = 110), each the mean of 8 (AVG = 01). The next step, 16 s, could be
# more by the tolerance of the sensor's clock, and a lamp that heats up must be seen within 16.
_EVERY_8_S = const(b"\x03\x20")


class TMP117:
    """One sensor that measures by itself. The constructor reads its id: ChipError when it is not there."""

    def __init__(self, i2c, address: int = 0x48):
        self._i2c = i2c
        self._address = address
        self._word = bytearray(2)
        try:
            found = self._read(_ID) & 0xFFF
            if found == _DEVICE:
                i2c.writeto_mem(address, _CONFIG, _EVERY_8_S)
        except OSError as error:
            raise absent("TMP117", address, error) from None
        if found != _DEVICE:
            raise ChipError(f"TMP117 at 0x{address:02x}: id reads 0x{found:03x}, another chip?")

    def read(self) -> float:
        """Celsius, at most 16 s old. OSError when the bus fails, or for 0.13 s after it was switched on."""
        raw = self._read(_RESULT)
        if raw == _NOT_YET:
            raise ChipError(f"TMP117 at 0x{self._address:02x}: no conversion yet")
        return (raw - 65536 if raw & 0x8000 else raw) / 128  # 7.8125 mK a step, table 7-1

    def _read(self, register: int) -> int:
        self._i2c.readfrom_mem_into(self._address, register, self._word)
        return self._word[0] << 8 | self._word[1]

"""Maxim DS3231: a clock with a battery (datasheet 19-5170). It keeps UTC."""

import time

from corolle.drivers.chip import ChipError, absent
from corolle.wire.compat import const

_CONTROL = const(0x0E)  # registers, figure 1; the time begins at 0
_STATUS = const(0x0F)
_STOPPED = const(0x80)  # status: OSF, the oscillator has stood still since this was cleared
_RUNNING = const(b"\x1c\x00")  # control and status: no alarm, on battery too; OSF cleared, 32 kHz output off
_FIRST_S = const(1767225600)  # 2026-01-01: before this firmware no clock can be right
_END_S = const(4102444800)  # 2100-01-01


class DS3231:
    """One clock. ChipError from the constructor when it is not there."""

    def __init__(self, i2c, address: int = 0x68):
        self._i2c = i2c
        self._address = address
        self._registers = bytearray(19)
        # The ESP32 counts from 2000, other ports from 1970.
        self._epoch_s = 946684800 if time.gmtime(0)[0] == 2000 else 0
        try:
            found = self._fetch()
        except OSError as error:
            raise absent("DS3231", address, error) from None
        # It has no id. These bits are always 0 and its weekday never is: that keeps off a chip that reads all
        # zeros or all ones, and most others that live at this address, but not a clock much like it.
        if found[_STATUS] & 0x70 or found[18] & 0x3F or not 1 <= found[3] <= 7:
            raise ChipError(f"DS3231 at 0x{address:02x}: status 0x{found[_STATUS]:02x}, another chip?")

    def read(self) -> int | None:
        """Unix seconds; None when it has stood still. OSError: the bus fails, or what it shows is no time."""
        now = self._fetch()
        if now[_STATUS] & _STOPPED:
            return None
        second, minute, hour, _, day, month, year = (byte // 16 * 10 + byte % 16 for byte in now[:7])
        unix_s = time.mktime((2000 + year, month, day, hour, minute, second, 0, 0)) + self._epoch_s
        # Written as a time again it must be the same: so no digit above 9, no 31 June, no 12 h, no century.
        if _FIRST_S <= unix_s < _END_S:
            again = self._shown(unix_s)
            if now[:3] == again[:3] and now[4:7] == again[4:]:
                return unix_s
        raise ChipError(f"DS3231 at 0x{self._address:02x}: {now[:7].hex()} is no time in 2026..2099")

    def set(self, unix_s: int) -> None:
        """Set the time, 2026 to 2099, and let it be believed. OSError when the bus fails."""
        if not _FIRST_S <= unix_s < _END_S:
            raise ValueError(f"ds3231: unix_s = {unix_s} is not in 2026..2099")
        self._i2c.writeto_mem(self._address, 0, self._shown(unix_s))
        self._i2c.writeto_mem(self._address, _CONTROL, _RUNNING)

    def temperature_c(self) -> float:
        """Celsius inside the chip, to 0.25. OSError when the bus fails."""
        now = self._fetch()
        return (now[17] - 256 if now[17] & 0x80 else now[17]) + now[18] / 256

    def _shown(self, unix_s: int) -> bytes:
        """The seven registers of a time, in decimal digits of four bits, Monday is 1."""
        year, month, day, hour, minute, second, weekday = time.gmtime(unix_s - self._epoch_s)[:7]
        parts = second, minute, hour, weekday + 1, day, month, year - 2000
        return bytes(part // 10 << 4 | part % 10 for part in parts)

    def _fetch(self) -> bytearray:
        """All registers, of one moment: the chip holds the time still while it is read."""
        self._i2c.readfrom_mem_into(self._address, 0, self._registers)
        return self._registers

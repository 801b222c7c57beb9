"""The DS3231 clock with its backup battery (Maxim, datasheet 19-5170)."""

import calendar
from collections.abc import Callable
from datetime import UTC, datetime

from corolle_hil.chips.faults import I2cFaults
from corolle_hil.ports import I2cChip, Nak
from corolle_hil.scheduler import Scheduler

_HOURS, _WEEKDAY, _MONTH = 2, 3, 5
_ALARMS, _CONTROL, _STATUS, _AGING, _TEMPERATURE, _SIZE = 0x07, 0x0E, 0x0F, 0x10, 0x11, 0x13
_RESET = bytes(7) + b"\x1c\x88\x00"  # alarms, control, status, aging
_OSF, _ALARM_FLAGS, _EN32KHZ = 0x80, 0x03, 0x08
_TWELVE, _AFTERNOON, _CENTURY = 0x40, 0x20, 0x80
_BORN_S = 946684800  # 2000-01-01: what it shows after its first power-up


class Ds3231(I2cChip):
    """One clock. It goes on while the board is without power, as long as its battery is good.

    `mistakes` lists times that no calendar has: what such a write does is left open, here it does nothing.
    Alarms are kept but never ring.

    Args:
        unix_s: the time somebody set it to; without it has never been set, and says so (OSF).
        drift_ppm: how much it is too fast.
        temperature_c: the temperature of the chip now.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        address: int,
        unix_s: int | None = None,
        drift_ppm: float = 0.0,
        temperature_c: Callable[[], float] = lambda: 25.0,
    ):
        self.address = address
        self.faults = I2cFaults()
        self.battery = True
        self.mistakes: list[str] = []
        self._scheduler = scheduler
        self._drift_ppm = drift_ppm
        self._temperature_c = temperature_c
        self._seen_c: float | None = None
        self.lose_time()
        if unix_s is not None:
            self._set_us, self._rest[_STATUS - _ALARMS] = unix_s * 1_000_000, 0

    def lose_time(self) -> None:
        """The oscillator stood still: battery and supply were both away, or the crystal was wet."""
        self._rest = bytearray(_RESET)
        self._pointer = 0
        self._twelve = False
        self._weekday_offset = -(_BORN_S // 86400) % 7  # the first day is weekday 1
        self._set_us, self._since_us = _BORN_S * 1_000_000, self._scheduler.now_us

    def power_up(self) -> None:
        """The board's supply comes back; without a good battery the time is lost."""
        if not self.battery:
            self.lose_time()

    @property
    def unix_us(self) -> int:
        """What it holds to be the time."""
        since_us = self._scheduler.now_us - self._since_us
        return self._set_us + since_us + round(since_us * self._drift_ppm / 1e6)

    @property
    def holds_bus(self) -> bool:
        """See I2cChip."""
        return self.faults.bus_stuck

    def write(self, data: bytes) -> None:
        """Set the pointer, and the registers from there on; after 12h comes 00h."""
        self.faults.strike()
        if not data:
            return
        if data[0] >= _SIZE:
            raise Nak
        shown = self._shown()
        written: set[int] = set()
        self._pointer = data[0]
        for value in data[1:]:
            shown[self._pointer] = value
            written.add(self._pointer)
            self._pointer = (self._pointer + 1) % _SIZE
        self._keep(shown, written)

    def read(self, n: int) -> bytes:
        """Registers from the pointer on, all of this moment."""
        self.faults.strike()
        shown = self._shown()
        start, self._pointer = self._pointer, (self._pointer + n) % _SIZE
        return bytes(shown[(start + place) % _SIZE] for place in range(n))

    def _shown(self) -> bytearray:
        """All registers."""
        unix_s = self.unix_us // 1_000_000
        now = datetime.fromtimestamp(unix_s, UTC)
        month = _bcd(now.month) | (_CENTURY if now.year >= 2100 else 0)
        weekday = (unix_s // 86400 + self._weekday_offset) % 7 + 1
        clock = _bcd(now.second), _bcd(now.minute), self._hours(now.hour)
        date = weekday, _bcd(now.day), month, _bcd(now.year % 100)
        quarters = round(self._celsius() * 4) & 0x3FF
        return bytearray((*clock, *date, *self._rest, quarters >> 2, quarters << 6 & 0xC0))

    def _hours(self, hour: int) -> int:
        if not self._twelve:
            return _bcd(hour)
        return _TWELVE | (_AFTERNOON if hour >= 12 else 0) | _bcd((hour + 11) % 12 + 1)

    def _celsius(self) -> float:
        if self._seen_c is None or not self.faults.stuck:
            self._seen_c = self._temperature_c()
        return self._seen_c

    def _keep(self, shown: bytearray, written: set[int]) -> None:
        status = self._rest[_STATUS - _ALARMS]
        self._rest[:] = shown[_ALARMS:_TEMPERATURE]
        # Flags can be cleared only (writing 1 leaves them), and BSY and the unused bits only be read.
        flags = status & shown[_STATUS] & (_OSF | _ALARM_FLAGS)
        self._rest[_STATUS - _ALARMS] = flags | shown[_STATUS] & _EN32KHZ
        if any(register < _ALARMS for register in written):
            self._set_time(shown, restarted=0 in written)

    def _set_time(self, shown: bytearray, restarted: bool) -> None:
        try:
            unix_s, twelve = _unix_s(shown), bool(shown[_HOURS] & _TWELVE)
            if not 1 <= shown[_WEEKDAY] <= 7:
                raise ValueError("weekday")
        except ValueError as error:
            self.mistakes.append(f"{shown[:_ALARMS].hex()} is no time: {error}")
            return
        # Only a write to the seconds starts a second anew.
        part_us = 0 if restarted else self.unix_us % 1_000_000
        self._set_us, self._since_us = unix_s * 1_000_000 + part_us, self._scheduler.now_us
        self._twelve = twelve
        self._weekday_offset = (shown[_WEEKDAY] - 1 - unix_s // 86400) % 7


def _unix_s(shown: bytearray) -> int:
    """Seconds since 1970. ValueError: no such time."""
    hours = shown[_HOURS]
    if hours & _TWELVE:
        hour = _plain(hours & 0x1F, "hours") % 12 + (12 if hours & _AFTERNOON else 0)
    else:
        hour = _plain(hours, "hours")
    minute, second = _plain(shown[1], "minutes"), _plain(shown[0], "seconds")
    year = 2000 + _plain(shown[6], "year") + (100 if shown[_MONTH] & _CENTURY else 0)
    month, day = _plain(shown[_MONTH] & 0x7F, "month"), _plain(shown[4], "date")
    return calendar.timegm(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timetuple())


def _bcd(number: int) -> int:
    return number // 10 << 4 | number % 10


def _plain(digits: int, name: str) -> int:
    if digits & 0xF > 9 or digits >> 4 > 9:
        raise ValueError(f"{name} 0x{digits:02x}")
    return (digits >> 4) * 10 + (digits & 0xF)

"""The DS18B20 temperature sensor (Maxim, datasheet 19-7487)."""

from collections.abc import Callable

from corolle_hil.chips.faults import OneWireFaults, flip_a_bit
from corolle_hil.ports import OneWireChip
from corolle_hil.scheduler import Scheduler

_FAMILY = 0x28
_READ_ROM, _MATCH_ROM, _SKIP_ROM = 0x33, 0x55, 0xCC  # ROM commands
_CONVERT, _WRITE, _READ, _COPY, _RECALL, _SUPPLY = 0x44, 0x4E, 0xBE, 0x48, 0xB8, 0xB4  # table 3
_TAKES = {_MATCH_ROM: 8, _WRITE: 3}  # bytes that follow a command
_POWER_ON = 0x0550  # 85 C, table 1
_FACTORY = bytes((0x4B, 0x46, 0x7F))  # alarm at 75 C and 70 C, 12 bits
_RESERVED = bytes((0xFF, 0x0C, 0x10))
_LONGEST_US = 750_000  # a conversion at 12 bits; half of it a bit less (table 2)
_COPY_US = 10_000  # into the EEPROM
_NOISE_C = 0.02
_LOWEST_C, _HIGHEST_C = -55.0, 125.0


class Ds18b20(OneWireChip):
    """One sensor with a supply wire of its own.

    It understands whole bytes, so it is deaf to the search for ROM codes. The alarm limits are kept but raise
    no alarm. A conversion takes its longest time, and is of the temperature at its start.

    Args:
        temperature_c: the temperature of the chip now.
        serial: its serial number, 48 bits.
    """

    def __init__(
        self, scheduler: Scheduler, temperature_c: Callable[[], float], serial: int = 0x0000_0531_4C0A
    ):
        self.faults = OneWireFaults()
        body = bytes([_FAMILY]) + serial.to_bytes(6, "little")
        self.rom = body + bytes([crc8(body)])
        self._scheduler = scheduler
        self._temperature_c = temperature_c
        self._rng = scheduler.rng(f"ds18b20 {serial}")
        self._seen_c: float | None = None
        self._eeprom = _FACTORY
        self.power_up()

    def power_up(self) -> None:
        """The supply comes back: 85 C, what the EEPROM has, and no conversion goes on."""
        self._temperature = self._coming = _POWER_ON
        self._settings = bytearray(self._eeprom)
        self._busy_until_us: int | None = None
        self._begin(deaf=True)

    def reset(self) -> bool:
        """See OneWireChip."""
        self._begin(deaf=self.faults.dead)
        return self.faults.shorted or not self.faults.dead

    def write(self, data: bytes) -> None:
        """A ROM command, then a function command; what does not belong there is not understood."""
        if self.faults.dead or self.faults.shorted:
            return
        for byte in data:
            self._take(byte)

    def read(self, n: int) -> bytes:
        """What a command has to say; after it zeros as long as it takes, then ones."""
        if self.faults.shorted:
            return bytes(n)
        if self.faults.dead:
            return b"\xff" * n
        message, self._outbox = self._outbox[:n], self._outbox[n:]
        silence = b"\x00" if self._answering and self._busy else b"\xff"
        return flip_a_bit(message, self.faults.garbled, self._rng) + silence * (n - len(message))

    @property
    def _busy(self) -> bool:
        return self._busy_until_us is not None and self._scheduler.now_us < self._busy_until_us

    def _begin(self, deaf: bool) -> None:
        """Expect a ROM command, or only the next reset pulse."""
        self._selected = False
        self._deaf = deaf
        self._answering = False  # with a status, after a command that takes its time
        self._command = 0  # whose bytes are coming
        self._inbox = b""
        self._outbox = b""

    def _take(self, byte: int) -> None:
        if self._deaf:
            return
        if self._command:
            self._inbox += bytes([byte])
            if len(self._inbox) == _TAKES[self._command]:
                self._complete()
        elif byte in _TAKES and self._selected == (byte == _WRITE):
            self._command = byte
        elif self._selected:
            self._function(byte)
        else:
            self._choose(byte)

    def _complete(self) -> None:
        """All bytes of a command are here."""
        if self._command == _WRITE:
            high, low, config = self._inbox
            self._settings[:] = high, low, config & 0x60 | 0x1F  # the other bits are not writable
            self._deaf = True
        else:
            self._selected = self._inbox == self.rom
            self._deaf = not self._selected
        self._command = 0
        self._inbox = b""

    def _choose(self, command: int) -> None:
        self._selected = command in (_READ_ROM, _SKIP_ROM)
        self._deaf = not self._selected
        if command == _READ_ROM:
            self._outbox = self.rom

    def _function(self, command: int) -> None:
        """One of them, then only a reset pulse is heard."""
        self._deaf = True
        self._settle()
        if command == _CONVERT:
            self._convert()
        elif command == _READ:
            scratchpad = self._temperature.to_bytes(2, "little") + self._settings + _RESERVED
            self._outbox = scratchpad + bytes([crc8(scratchpad)])
        elif command == _COPY:
            self._eeprom = bytes(self._settings)
            self._stay_busy(_COPY_US)
        elif command == _RECALL:
            self._settings[:] = self._eeprom
        elif command == _SUPPLY:
            self._outbox = b"\x00" if self.faults.unsupplied else b""

    def _convert(self) -> None:
        if self.faults.unsupplied:
            return
        bits_less = 3 - (self._settings[2] >> 5)
        self._coming = self._sample() >> bits_less << bits_less
        self._stay_busy(_LONGEST_US >> bits_less)

    def _stay_busy(self, duration_us: int) -> None:
        self._busy_until_us = self._scheduler.now_us + duration_us
        self._answering = True

    def _settle(self) -> None:
        """Show the result of a conversion that is over by now."""
        if not self._busy:
            self._temperature = self._coming

    def _sample(self) -> int:
        if self._seen_c is None or not self.faults.stuck:
            self._seen_c = self._temperature_c() + self._rng.gauss(0, _NOISE_C)
        return round(max(_LOWEST_C, min(_HIGHEST_C, self._seen_c)) * 16) & 0xFFFF


def crc8(data: bytes) -> int:
    """Checksum of a ROM code or a scratchpad: polynomial x8 + x5 + x4 + 1, lowest bit first, start 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc

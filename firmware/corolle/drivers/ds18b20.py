"""Maxim DS18B20: temperature over one wire (datasheet 19-7487). It has a supply wire of its own."""

import asyncio

from corolle.drivers.chip import ChipError
from corolle.wire.compat import const

_READ_ROM = const(b"\x33")
_CONVERT = const(b"\xcc\x44")  # SKIP ROM comes first: there is one sensor on the wire
_FETCH = const(b"\xcc\xbe")
_FAMILY = const(0x28)
# Before each reading the scratchpad gets a mark in place of the alarm limits, and 12 bits (Configuration
# Register). A sensor that loses its supply takes back what its EEPROM has, and shows 85 C until it has
# converted (Memory): without the mark no reading is believed, and with it 85 C is one.
_MARK = const(b"\xc5\x3a\x7f")
_SET = const(b"\xcc\x4e\xc5\x3a\x7f")
_CONVERSION_MS = const(750)  # the longest at 12 bits, table 2
_TRIES = const(2)
_LOWEST = const(-880)  # -55 C and 125 C, table 1; a sixteenth of a degree a step
_HIGHEST = const(2000)


class DS18B20:
    """The sensor of a `onewire.OneWire`. The constructor reads its ROM code: ChipError when there is none."""

    def __init__(self, bus):
        self._bus = bus
        self._answer = bytearray(9)
        self._send(_READ_ROM)
        rom = memoryview(self._answer)[:8]
        self._fetch(rom)
        if rom[0] != _FAMILY:
            self._refuse(f"family 0x{rom[0]:02x}, another chip?")

    async def read(self) -> float:
        """Celsius, after 0.75 s. ChipError: silence, a wrong checksum, or its supply was lost meanwhile."""
        self._send(_SET)
        self._send(_CONVERT)
        # While it converts it answers zeros. One that cannot, because it has no supply or did not understand,
        # would show its last result again.
        if self._bus.readbyte():
            self._refuse("the conversion does not begin")
        for _ in range(_TRIES):
            await asyncio.sleep_ms(_CONVERSION_MS)
            if self._bus.readbyte():
                break
        else:
            self._refuse("the conversion does not end")
        return self._result()

    def _result(self) -> float:
        self._send(_FETCH)
        answer = self._answer
        self._fetch(answer)
        raw = answer[0] | answer[1] << 8
        if raw & 0x8000:
            raw -= 65536
        if answer[2:5] != _MARK or not _LOWEST <= raw <= _HIGHEST:
            self._refuse("it has lost its supply")
        return raw / 16

    def _send(self, message: bytes) -> None:
        if not self._bus.reset():
            self._refuse("no answer")
        self._bus.write(message)

    def _fetch(self, buffer) -> None:
        """Fill the buffer; its last byte is the checksum."""
        self._bus.readinto(buffer)
        if self._bus.crc8(buffer):
            self._refuse("wrong checksum")

    def _refuse(self, what: str) -> None:
        raise ChipError(f"DS18B20 at {self._bus.pin}: {what}")

"""DS18B20: commands and scratchpad as in Maxim's datasheet 19-7487, checksums as in application note 27."""

import time

import onewire
from corolle.drivers.chip import ChipError
from corolle.drivers.ds18b20 import DS18B20
from machine import Pin

_MARK = b"\xc5\x3a\x7f"  # TH, TL, and R1 = R0 = 1: 12 bits


def _crc8(data):
    return onewire.OneWire(Pin(4)).crc8(data)


def _checked(data):
    return data + bytes((_crc8(data),))


_ROM = _checked(b"\x28\x0a\x4c\x31\x05\x00\x00")


class _Bus:
    """Answers as told; `busy` is how many bytes of zeros come after CONVERT T."""

    pin = "Pin(4)"

    def __init__(self, code=0x0191, mark=_MARK, rom=_ROM, present=True):
        self.answers = {b"\x33": rom}
        self.show(code, mark)
        self.present = present
        self.busy = 1
        self.written = []
        self.asked = 0

    def show(self, code, mark=_MARK):
        self.answers[b"\xcc\xbe"] = _checked(bytes((code & 0xFF, code >> 8)) + mark + b"\xff\x0c\x10")

    def reset(self):
        return self.present

    def crc8(self, data):
        return _crc8(data)

    def write(self, data):
        self.written.append(bytes(data))
        self.asked = 0

    def readbyte(self):
        assert self.written[-1] == b"\xcc\x44"
        self.asked += 1
        return 0x00 if self.asked <= self.busy else 0xFF

    def readinto(self, buffer):
        buffer[:] = self.answers[self.written[-1]]


async def _refused(sensor):
    try:
        await sensor.read()
    except ChipError as error:
        return str(error)
    raise AssertionError("read")


def _not_made(bus):
    try:
        DS18B20(bus)
    except ChipError as error:
        return str(error)
    raise AssertionError("taken for a sensor")


def test_the_checksum_of_application_note_27():
    """ROM code A2 00 00 00 01 B8 1C 02, written from its last byte to its first."""
    assert _crc8(b"\x02\x1c\xb8\x01\x00\x00\x00") == 0xA2


async def test_a_reading():
    bus = _Bus()
    sensor = DS18B20(bus)
    assert bus.written == [b"\x33"]  # READ ROM
    assert await sensor.read() == 25.0625
    # SKIP ROM with WRITE SCRATCHPAD, CONVERT T, READ SCRATCHPAD
    assert bus.written[1:] == [b"\xcc\x4e" + _MARK, b"\xcc\x44", b"\xcc\xbe"]


async def test_codes_become_celsius():
    """Table 1."""
    for code, temperature_c in (
        (0x07D0, 125),
        (0x0550, 85),
        (0x0191, 25.0625),
        (0x00A2, 10.125),
        (0x0008, 0.5),
        (0x0000, 0),
        (0xFFF8, -0.5),
        (0xFF5E, -10.125),
        (0xFE6F, -25.0625),
        (0xFC90, -55),
    ):
        assert await DS18B20(_Bus(code)).read() == temperature_c


async def test_a_reading_takes_its_time():
    """750 ms at 12 bits, table 2."""
    begun_ms = time.ticks_ms()
    await DS18B20(_Bus()).read()
    assert 750 <= time.ticks_diff(time.ticks_ms(), begun_ms) < 760


async def test_one_that_is_still_busy_is_waited_for_and_one_that_does_not_end_is_not():
    bus = _Bus()
    sensor = DS18B20(bus)
    bus.busy = 2
    begun_ms = time.ticks_ms()
    assert await sensor.read() == 25.0625
    assert time.ticks_diff(time.ticks_ms(), begun_ms) >= 1500
    bus.busy = 99
    assert await _refused(sensor) == "DS18B20 at Pin(4): the conversion does not end"


async def test_a_conversion_that_does_not_begin_gives_no_old_reading():
    """Read time slots after CONVERT T give 0 while it converts: one without a supply wire cannot say so."""
    bus = _Bus()
    sensor = DS18B20(bus)
    bus.busy = 0
    assert await _refused(sensor) == "DS18B20 at Pin(4): the conversion does not begin"


async def test_85_degrees_after_a_lost_supply_are_refused_and_others_believed():
    """Memory map: at power-up 0550h, and TH, TL and configuration of the EEPROM: 75 C, 70 C, 12 bits."""
    bus = _Bus(0x0550, b"\x4b\x46\x7f")
    assert bus.answers[b"\xcc\xbe"] == b"\x50\x05\x4b\x46\x7f\xff\x0c\x10\x1c"
    sensor = DS18B20(bus)
    assert await _refused(sensor) == "DS18B20 at Pin(4): it has lost its supply"
    bus.show(0x0550)
    assert await sensor.read() == 85


async def test_no_sensor_is_so_hot_or_so_cold():
    for code in (0x07D1, 0x07FF, 0xFC8F):
        assert "lost its supply" in await _refused(DS18B20(_Bus(code)))


async def test_a_flipped_bit_is_an_error_and_not_a_reading():
    bus = _Bus()
    sensor = DS18B20(bus)
    good = bus.answers[b"\xcc\xbe"]
    for place in range(9):
        bus.answers[b"\xcc\xbe"] = good[:place] + bytes((good[place] ^ 4,)) + good[place + 1 :]
        assert await _refused(sensor) == "DS18B20 at Pin(4): wrong checksum"


async def test_one_that_goes_is_missed_and_one_that_returns_is_read():
    bus = _Bus()
    sensor = DS18B20(bus)
    bus.present = False
    assert await _refused(sensor) == "DS18B20 at Pin(4): no answer"
    bus.present = True
    assert await sensor.read() == 25.0625


def test_nobody_and_another_chip():
    assert _not_made(_Bus(present=False)) == "DS18B20 at Pin(4): no answer"
    assert _not_made(_Bus(rom=_ROM[:6] + b"\x01" + _ROM[7:])) == "DS18B20 at Pin(4): wrong checksum"
    old = _checked(b"\x10" + _ROM[1:7])  # a DS18S20
    assert _not_made(_Bus(rom=old)) == "DS18B20 at Pin(4): family 0x10, another chip?"
    shorted = bytes(8)  # a wire held low: as a presence pulse, and the checksum of zeros is zero
    assert _not_made(_Bus(rom=shorted)) == "DS18B20 at Pin(4): family 0x00, another chip?"

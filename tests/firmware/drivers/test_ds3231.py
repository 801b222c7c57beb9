"""DS3231: registers as in Maxim's datasheet 19-5170, figure 1; times by the calendar."""

from corolle.drivers.chip import ChipError
from corolle.drivers.ds3231 import DS3231

# Seconds, minutes, hours, day, date, month, year.
_TIMES = (
    (1767225600, b"\x00\x00\x00\x04\x01\x01\x26"),  # 2026-01-01 00:00:00, a Thursday
    (1784058003, b"\x03\x40\x19\x02\x14\x07\x26"),  # 2026-07-14 19:40:03, a Tuesday
    (1835395200, b"\x00\x00\x00\x02\x29\x02\x28"),  # 2028-02-29 00:00:00, a Tuesday
    (3981398399, b"\x59\x59\x23\x03\x29\x02\x96"),  # 2096-02-29 23:59:59, a Wednesday
    (4102444799, b"\x59\x59\x23\x04\x31\x12\x99"),  # 2099-12-31 23:59:59, a Thursday
)
_GARBAGE = (
    b"\x5a\x00\x00\x04\x01\x01\x26",  # a digit above 9
    b"\x60\x00\x00\x04\x01\x01\x26",  # 60 s
    b"\x00\x00\x24\x04\x01\x01\x26",  # 24 h
    b"\x00\x00\x71\x04\x01\x01\x26",  # 11 pm of 12 hours
    b"\x00\x00\x00\x04\x31\x06\x26",  # 31 June
    b"\x00\x00\x00\x04\x29\x02\x27",  # no leap year
    b"\x00\x00\x00\x04\x00\x01\x26",  # day 0
    b"\x00\x00\x00\x04\x01\x00\x26",  # month 0
    b"\x00\x00\x00\x04\x01\x13\x26",  # month 13
    b"\x00\x00\x00\x04\x01\x81\x26",  # the century bit: 2126
    b"\x00\x00\x00\x04\x31\x12\x25",  # before 2026
    b"\xff\xff\xff\x07\xff\xff\xff",
)


class _Bus:
    """Nineteen registers that auto-increment."""

    def __init__(self, time=_TIMES[1][1], status=0x08, temperature=b"\x19\x40"):
        self.registers = bytearray(time + bytes(7) + b"\x1c" + bytes((status, 0)) + temperature)
        self.dead = False

    def writeto_mem(self, address, register, data):
        self.registers[register : register + len(data)] = data

    def readfrom_mem_into(self, address, register, buffer):
        if self.dead:
            raise OSError(19)
        buffer[:] = self.registers[register : register + len(buffer)]


def _refused(bus):
    try:
        DS3231(bus)
    except ChipError as error:
        return str(error)
    raise AssertionError("taken for a clock")


def test_times_are_read():
    for unix_s, registers in _TIMES:
        assert DS3231(_Bus(registers)).read() == unix_s


def test_times_are_set_with_the_oscillator_on():
    for unix_s, registers in _TIMES:
        bus = _Bus(status=0x88)
        bus.registers[0x0E] = 0x9C  # EOSC: it would stand still on battery
        DS3231(bus).set(unix_s)
        assert bytes(bus.registers[:7]) == registers
        assert bus.registers[0x0E] == 0x1C  # EOSC = 0, INTCN = 1: the reset value
        assert bus.registers[0x0F] & 0x80 == 0  # OSF


def test_a_clock_that_stood_still_has_no_time():
    bus = _Bus(status=0x88)
    clock = DS3231(bus)
    assert clock.read() is None
    clock.set(1784058003)
    assert clock.read() == 1784058003


def test_another_numbering_of_weekdays_is_nobodys_fault():
    assert DS3231(_Bus(b"\x03\x40\x19\x07\x14\x07\x26")).read() == 1784058003


def test_what_is_no_time_is_an_error():
    for registers in _GARBAGE:
        clock = DS3231(_Bus(registers))
        try:
            clock.read()
        except ChipError as error:
            assert registers.hex() in str(error)
        else:
            raise AssertionError(registers)


def test_times_that_are_not_set():
    bus = _Bus()
    clock = DS3231(bus)
    for unix_s in (0, 1767225599, 4102444800):
        try:
            clock.set(unix_s)
        except ValueError as error:
            assert "2026..2099" in str(error)
        else:
            raise AssertionError(unix_s)
    assert bytes(bus.registers[:7]) == _TIMES[1][1]


def test_temperature():
    """11h and 12h: two's complement, a quarter of a degree in the upper two bits; the datasheet has 25.25."""
    for registers, temperature_c in (
        (b"\x19\x40", 25.25),
        (b"\x00\x00", 0),
        (b"\xff\xc0", -0.25),
        (b"\xd8\x00", -40),
        (b"\x55\xc0", 85.75),
    ):
        assert DS3231(_Bus(temperature=registers)).temperature_c() == temperature_c


def test_nobody_and_other_chips():
    bus = _Bus()
    bus.dead = True
    assert _refused(bus).startswith("DS3231 at 0x68: no answer")
    for other in (bytes(19), b"\xff" * 19):
        bus = _Bus()
        bus.registers[:] = other
        assert "another chip?" in _refused(bus)

"""INA226: registers and codes as in Texas Instruments' datasheet SBOS547B."""

from corolle.drivers.chip import ChipError
from corolle.drivers.ina226 import INA226

_POWER_UP = 0x4127  # configuration, table 7-1


class _Bus:
    """Registers, high byte first."""

    def __init__(self, shunt=0x1F40, line=0x2570, config=_POWER_UP, ready=0x0008, maker=0x5449, die=0x2260):
        self.words = {0x00: config, 0x01: shunt, 0x02: line, 0x06: ready, 0xFE: maker, 0xFF: die}
        self.written = []
        self.dead = False

    def writeto_mem(self, address, register, data):
        self.written.append((address, register, bytes(data)))
        self.words[register] = data[0] << 8 | data[1]

    def readfrom_mem_into(self, address, register, buffer):
        if self.dead:
            raise OSError(19)
        buffer[0], buffer[1] = self.words[register] >> 8, self.words[register] & 0xFF


def _refused(bus):
    try:
        INA226(bus, 0x41, 2000)
    except ChipError as error:
        return str(error)
    raise AssertionError("taken for a meter")


def _close(found, expected):
    return abs(found - expected) < 1e-6 * max(1, abs(expected))


def test_it_measures_both_without_end_and_averages():
    bus = _Bus()
    INA226(bus, 0x41, 2000)
    # Bit 14 as it was; AVG = 111 (1024), VBUSCT = VSHCT = 100 (1.1 ms), MODE = 111: tables 7-2 to 7-6
    assert bus.written == [(0x41, 0, b"\x4f\x27")]


def test_the_example_of_the_datasheet():
    """8.2.1: 1F40h across 2 mohm is 10 A, 2570h is 11.98 V."""
    bus_v, current_a = INA226(_Bus(), 0x40, 2000).read()
    assert _close(bus_v, 11.98)
    assert _close(current_a, 10)


def test_codes_become_volts_and_amperes():
    """Data registers: 2.5 uV and 1.25 mV a step; 8300h is -80 mV, the range ends at 7FFFh."""
    for shunt, line, bus_v, current_a in (
        (0x8300, 0x0001, 0.00125, -8),
        (0xFFFF, 0x0000, 0, -0.00025),
        (0x0001, 0x7FFF, 40.95875, 0.00025),
        (0x7FFF, 0x2580, 12, 8.19175),
        (0x8000, 0x2580, 12, -8.192),
    ):
        found = INA226(_Bus(shunt, line), 0x40, 10_000).read()
        assert _close(found[0], bus_v), found
        assert _close(found[1], current_a), found


def test_a_node_that_restarts_leaves_the_average_alone():
    bus = _Bus(config=0x4F27, ready=0)  # a write would begin it again
    INA226(bus, 0x40, 2000).read()
    assert bus.written == []


def test_before_the_first_conversion_nothing_is_measured():
    """CVRF, bit 3 of mask/enable: until it is set the registers show 0 V and 0 A."""
    bus = _Bus(ready=0)
    assert _refused(bus) == "INA226 at 0x41: no conversion yet"
    assert bus.written == []


def test_a_lost_supply_is_told_and_a_new_driver_measures_again():
    bus = _Bus()
    meter = INA226(bus, 0x40, 2000)
    meter.read()
    bus.words[0x00] = _POWER_UP
    try:
        meter.read()
    except ChipError as error:
        assert str(error) == "INA226 at 0x40: configuration reads 0x4127, its supply was lost"
    else:
        raise AssertionError("read without its configuration")
    assert _close(INA226(bus, 0x40, 2000).read()[0], 11.98)


def test_a_lost_bus_goes_to_the_caller():
    bus = _Bus()
    meter = INA226(bus, 0x40, 2000)
    bus.dead = True
    try:
        meter.read()
    except OSError:
        bus.dead = False
    assert _close(meter.read()[0], 11.98)


def test_nobody_and_another_chip():
    bus = _Bus()
    bus.dead = True
    assert _refused(bus).startswith("INA226 at 0x41: no answer")
    for stranger in (_Bus(die=0x2270), _Bus(maker=0xFFFF, die=0xFFFF)):
        assert "another chip?" in _refused(stranger)
        assert stranger.written == []  # nothing is written to who knows whom
    INA226(_Bus(die=0x2261), 0x40, 2000)  # bits 3-0 are the revision


def test_a_shunt_must_be_there():
    for shunt_uohm in (0, -2000):
        try:
            INA226(_Bus(), 0x40, shunt_uohm)
        except ValueError as error:
            assert str(error) == f"ina226: shunt_uohm = {shunt_uohm} is not above 0"
        else:
            raise AssertionError(shunt_uohm)

"""TMP117: registers and codes as in Texas Instruments' datasheet SNOSD82."""

from corolle.drivers.chip import ChipError
from corolle.drivers.tmp117 import TMP117


class _Bus:
    """Registers, high byte first."""

    def __init__(self, result=0, identity=0x0117):
        self.words = {0: result, 15: identity}
        self.written = []
        self.dead = False

    def writeto_mem(self, address, register, data):
        self.written.append((address, register, bytes(data)))

    def readfrom_mem_into(self, address, register, buffer):
        if self.dead:
            raise OSError(19)
        buffer[0], buffer[1] = self.words[register] >> 8, self.words[register] & 0xFF


def _refused(bus):
    try:
        TMP117(bus)
    except ChipError as error:
        return str(error)
    raise AssertionError("taken for a sensor")


def test_it_measures_every_8_seconds_by_itself():
    bus = _Bus()
    TMP117(bus, 0x49)
    # MOD = 00 (continuous), CONV = 110 (8 s), AVG = 01 (8 conversions), no alert: configuration, 7.6
    assert bus.written == [(0x49, 1, b"\x03\x20")]


def test_codes_become_celsius():
    """Table 7-1, and a code between its lines."""
    for code, temperature_c in (
        (0xF380, -25),
        (0xFFF0, -0.125),
        (0xFFFF, -0.0078125),
        (0x0000, 0),
        (0x0001, 0.0078125),
        (0x0010, 0.125),
        (0x0080, 1),
        (0x0C80, 25),
        (0x3200, 100),
        (0x7FFF, 255.9921875),
        (0x8001, -255.9921875),
    ):
        assert TMP117(_Bus(code)).read() == temperature_c


def test_no_conversion_yet_is_no_temperature():
    sensor = TMP117(_Bus(0x8000))
    try:
        sensor.read()
    except ChipError as error:
        assert str(error) == "TMP117 at 0x48: no conversion yet"
    else:
        raise AssertionError("-256 C was believed")


def test_the_revision_does_not_matter():
    TMP117(_Bus(identity=0x1117))  # bits 15-12


def test_a_lost_bus_goes_to_the_caller():
    bus = _Bus(0x0C80)
    sensor = TMP117(bus)
    bus.dead = True
    try:
        sensor.read()
    except OSError:
        bus.dead = False
    assert sensor.read() == 25


def test_nobody_and_another_chip():
    bus = _Bus()
    bus.dead = True
    assert _refused(bus).startswith("TMP117 at 0x48: no answer")
    stranger = _Bus(identity=0x8583)  # an ADS1115 may live at this address
    assert _refused(stranger) == "TMP117 at 0x48: id reads 0x583, another chip?"
    assert stranger.written == []  # nothing is written to who knows whom

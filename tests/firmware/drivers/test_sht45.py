"""SHT45: commands and answers as in Sensirion's datasheet SHT4x."""

from corolle.drivers.chip import ChipError
from corolle.drivers.sht45 import SHT45, crc8

_SERIAL = b"\x0f\xba\x7c\x12\x34\x37"  # two words with their checksums


class _Bus:
    """Gives the answers in turn and keeps what was written."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.written = []

    def writeto(self, address, data):
        self.written.append((address, bytes(data)))

    def readfrom_into(self, address, buffer):
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        buffer[:] = answer


def _word(value):
    data = bytes((value >> 8, value & 0xFF))
    return data + bytes([crc8(data, 0, 2)])


def _refused(*answers):
    try:
        SHT45(_Bus(*answers))
    except ChipError as error:
        return str(error)
    raise AssertionError("taken for a sensor")


def test_checksum_of_the_datasheet():
    assert crc8(b"\xbe\xef", 0, 2) == 0x92  # section 4.4


def test_construction_reads_the_serial_number():
    bus = _Bus(_word(0x0FBA) + _word(0x1234))
    sensor = SHT45(bus)
    assert bus.written == [(0x44, b"\x89")]
    assert sensor.serial == 0x0FBA1234


async def test_a_measurement():
    bus = _Bus(_word(0) + _word(0), _word(0x6666) + _word(0x72B0))
    temperature_c, humidity_pct = await SHT45(bus, 0x45).read()
    assert bus.written[1:] == [(0x45, b"\xfd")]
    assert abs(temperature_c - 25.0) < 0.001  # -45 + 175 * 0x6666 / 65535
    assert abs(humidity_pct - 50.0) < 0.003  # -6 + 125 * 0x72b0 / 65535


async def test_the_ends_of_the_scale():
    bus = _Bus(_word(0) + _word(0), _word(0) + _word(0), _word(0xFFFF) + _word(0xFFFF))
    sensor = SHT45(bus)
    assert await sensor.read() == (-45, 0)
    assert await sensor.read() == (130, 100)


async def test_a_flipped_bit_is_an_error_and_not_a_reading():
    good = _word(0x6666) + _word(0x72B0)
    for place in range(6):
        bad = good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :]
        sensor = SHT45(_Bus(_word(0) + _word(0), bad))
        try:
            await sensor.read()
        except ChipError as error:
            assert "checksum" in str(error)
        else:
            raise AssertionError(place)


def test_nobody_there():
    assert _refused(OSError(19)).startswith("SHT45 at 0x44: no answer")
    assert "checksum" in _refused(bytes(6))

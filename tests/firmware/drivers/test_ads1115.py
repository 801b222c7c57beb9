"""ADS1115: registers and codes as in Texas Instruments' datasheet SBAS444."""

from corolle.drivers.ads1115 import ADS1115
from corolle.drivers.chip import ChipError


class _Bus:
    """Registers that keep what is written; a conversion is ready after `busy` reads of the configuration."""

    def __init__(self, conversion=0, busy=0):
        self.config = 0x8583  # value after a reset, table 8-3
        self.conversion = conversion
        self.busy = busy
        self.written = []

    def writeto_mem(self, address, register, data):
        self.written.append((address, register, bytes(data)))
        self.config = (data[0] << 8 | data[1]) & 0x7FFF

    def readfrom_mem_into(self, address, register, buffer):
        value = self.conversion
        if register == 1:
            value = self.config | (0 if self.busy else 0x8000)
            self.busy = max(0, self.busy - 1)
        buffer[0], buffer[1] = value >> 8, value & 0xFF


async def test_each_channel_is_started_with_its_own_code():
    bus = _Bus()
    adc = ADS1115(bus)
    for channel in range(4):
        await adc.read_mv(channel)
    # OS=1, MUX=100+channel, PGA=001 (4.096 V), MODE=1; DR=100 (128 SPS), comparator off: table 8-3
    started = [data for _, register, data in bus.written[1:] if register == 1]
    assert started == [b"\xc3\x83", b"\xd3\x83", b"\xe3\x83", b"\xf3\x83"]
    assert bus.written[0] == (0x48, 1, b"\x43\x83")


async def test_codes_become_millivolts():
    # 4.096 V / 2**15 a step; table 8-2 has the codes at the ends.
    for code, mv in ((0, 0), (1, 0.125), (8, 1), (0x7FFF, 4095.875), (0xFFFF, -0.125), (0x8000, -4096)):
        assert await ADS1115(_Bus(code)).read_mv(0) == mv


async def test_it_waits_for_a_slow_conversion_but_not_for_ever():
    bus = _Bus(8)
    adc = ADS1115(bus)
    bus.busy = 2
    assert await adc.read_mv(0) == 1
    bus.busy = 99
    try:
        await adc.read_mv(0)
    except ChipError as error:
        assert "does not end" in str(error)
    else:
        raise AssertionError("an old value was taken for a new one")


def test_another_chip_at_its_address():
    class _Stranger(_Bus):
        def writeto_mem(self, address, register, data):
            pass

    try:
        ADS1115(_Stranger())
    except ChipError as error:
        assert "0x0583" in str(error)
    else:
        raise AssertionError("taken for an ADS1115")


def test_nobody_there():
    class _Empty(_Bus):
        def writeto_mem(self, address, register, data):
            raise OSError(19)

    try:
        ADS1115(_Empty(), 0x49)
    except ChipError as error:
        assert str(error).startswith("ADS1115 at 0x49: no answer")
    else:
        raise AssertionError("taken for an ADS1115")


async def test_a_channel_that_is_not_there():
    try:
        await ADS1115(_Bus()).read_mv(4)
    except ValueError as error:
        assert "0..3" in str(error)
    else:
        raise AssertionError("read")

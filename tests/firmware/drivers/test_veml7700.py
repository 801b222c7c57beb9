"""VEML7700: command codes as in Vishay's datasheet 84286, steps and formula as in application note 84323."""

import time

from corolle.drivers.chip import ChipError
from corolle.drivers.veml7700 import VEML7700, linear

_FAINT, _STRONG, _SHUT_DOWN = b"\x00\x08", b"\x00\x10", b"\x01\x00"  # low byte first; ALS_GAIN is bits 12-11


class _Bus:
    """Shows the steps of its present gain, but the old ones until 100 ms and 2.5 ms to wake up are over."""

    def __init__(self, faint=0, strong=0, identity=b"\x81\xc4"):
        self.steps = {_FAINT: faint, _STRONG: strong}
        self.identity = identity
        self.written = []
        self.naks = 0
        self.since_ms = 0

    def writeto_mem(self, address, command, data):
        self.written.append((address, command, bytes(data)))
        self.since_ms = time.ticks_ms()

    def readfrom_mem_into(self, address, command, buffer):
        if self.naks:
            self.naks -= 1
            raise OSError(19)
        if command == 7:
            buffer[:] = self.identity
            return
        assert command == 4
        done = time.ticks_diff(time.ticks_ms(), self.since_ms) >= 103
        steps = self.steps[self.written[-1][2]] if done else 0
        buffer[0], buffer[1] = steps & 0xFF, steps >> 8

    @property
    def configs(self):
        """What was written to ALS_CONF."""
        assert all((address, command) == (0x10, 0) for address, command, _ in self.written)
        return [data for _, _, data in self.written]


async def test_steps_become_lux():
    """Resolution table: 0.5376 lx a step at gain 1/8 and 100 ms, 0.0336 lx at gain 2."""
    assert abs(await VEML7700(_Bus(strong=1000)).read() - 537.6) < 1e-3
    assert abs(await VEML7700(_Bus(faint=1000, strong=62)).read() - 33.6) < 1e-4
    assert await VEML7700(_Bus()).read() == 0


async def test_it_sleeps_between_readings():
    bus = _Bus(strong=1000)
    sensor = VEML7700(bus)
    assert bus.written == []  # it is shut down after power-up
    await sensor.read()
    await sensor.read()
    assert bus.configs == [_STRONG, _SHUT_DOWN] * 2


async def test_dusk_and_dawn_change_the_range_once_and_it_is_kept():
    bus = _Bus(faint=1488, strong=93)  # 50 lx
    sensor = VEML7700(bus)
    await sensor.read()
    await sensor.read()
    assert bus.configs == [_STRONG, _FAINT, _SHUT_DOWN, _FAINT, _SHUT_DOWN]
    bus.steps = {_FAINT: 0xFFFF, _STRONG: 9301}  # 5000 lx: over the 2202 lx that gain 2 can show
    bus.written.clear()
    assert abs(await sensor.read() - 6250) < 2  # 5000 lx by the correction formula
    assert bus.configs == [_FAINT, _STRONG, _SHUT_DOWN]


async def test_a_light_between_the_ranges_does_not_swing_between_them():
    bus = _Bus(faint=5952, strong=372)  # 200 lx
    sensor = VEML7700(bus)
    await sensor.read()
    bus.steps = {_FAINT: 1488, _STRONG: 93}
    await sensor.read()
    bus.steps = {_FAINT: 5952, _STRONG: 372}
    bus.written.clear()
    assert abs(await sensor.read() - 200) < 0.1
    assert bus.configs == [_FAINT, _SHUT_DOWN]


async def test_a_reading_takes_its_time():
    begun_ms = time.ticks_ms()
    await VEML7700(_Bus(strong=1000)).read()
    assert 103 <= time.ticks_diff(time.ticks_ms(), begun_ms) < 140


def test_the_correction_formula():
    """The note's example: 1500 lx read are 1658 lx."""
    assert abs(linear(1500) - 1658) < 1
    assert linear(1000) == 1000
    assert linear(35232) == 140000  # 65535 steps


async def test_a_failed_transfer_goes_to_the_caller_and_the_sensor_to_sleep():
    bus = _Bus(strong=1000)
    sensor = VEML7700(bus)
    bus.naks = 1
    try:
        await sensor.read()
    except OSError:
        assert bus.configs == [_STRONG, _SHUT_DOWN]
    else:
        raise AssertionError("read")
    assert await sensor.read() > 0


def test_nobody_and_another_chip():
    empty, stranger = _Bus(), _Bus(identity=b"\x12\x00")
    empty.naks = 1
    for bus, said in (
        (empty, "VEML7700 at 0x10: no answer"),
        (stranger, "VEML7700 at 0x10: id reads 0x12"),
    ):
        try:
            VEML7700(bus)
        except ChipError as error:
            assert str(error).startswith(said)
        else:
            raise AssertionError("taken for a sensor")

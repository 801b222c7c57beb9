"""The drivers of thermometer and power meter, on genuine MicroPython, against chips that do not know them."""

import pytest
from corolle_hil.chips.ds18b20 import Ds18b20
from corolle_hil.chips.ina226 import Ina226
from corolle_hil.installer import install
from corolle_tools.firmware import modules

_NEEDED = ("/corolle/__init__.", "/corolle/drivers/", "/corolle/wire/__init__.", "/corolle/wire/compat.")

PROGRAM = """
import asyncio
from machine import I2C, Pin
from onewire import OneWire
from corolle.drivers.ds18b20 import DS18B20
from corolle.drivers.ina226 import INA226

i2c = I2C(0, sda=Pin(17), scl=Pin(18), freq=400000)
made = {}

def meter():
    return INA226(i2c, 0x40, 2000)

def probe(pin=4):
    return DS18B20(OneWire(Pin(pin)))

async def try_read(name, driver):
    try:
        if name not in made:
            made[name] = driver()
        reading = made[name].read()
        if hasattr(reading, "send"):
            reading = await reading
        print(name, reading)
    except OSError as error:
        made.pop(name, None)
        print(name, "error", error)

async def main():
    await try_read("nobody", lambda: probe(5))
    while True:
        await try_read("meter", meter)
        await try_read("probe", probe)
        await asyncio.sleep(10)

asyncio.run(main())
"""


class Canopy:
    """A board with its chips; every 10.75 s it prints a reading of each."""

    def __init__(self, bench):
        self.bench = bench(PROGRAM)
        files = {path: code for path, code in modules().items() if path.startswith(_NEEDED)}
        install(self.bench.forks, self.bench.folder, files)
        self.celsius, self.line = 18.5, (12.8, 1.5)
        self.probe = Ds18b20(self.bench.scheduler, lambda: self.celsius)
        self.meter = Ina226(self.bench.scheduler, 0x40, 0.002, lambda: self.line)
        self.bench.board.attach_onewire(4, self.probe)
        self.bench.board.attach_i2c(0, self.meter)
        self.bench.board.power_on()
        self.first = self.bench.run(5)

    def after(self, seconds, fn):
        """Do something; the probe converts 6.1 to 6.85 s after what was said last."""
        self.bench.scheduler.after(int(seconds * 1e6), fn)

    def say(self):
        """The next reading of each."""
        said = dict(line.split(" ", 1) for line in self.bench.run(10.75))
        return said["meter"], said["probe"]


@pytest.fixture
def canopy(bench):
    return Canopy(bench)


def figures(text):
    return tuple(float(part) for part in text.strip("()").split(","))


def test_they_measure_what_the_world_has(canopy):
    assert canopy.first[0] == "nobody error DS18B20 at Pin(5): no answer"
    assert figures(canopy.first[1].removeprefix("meter ")) == pytest.approx((12.8, 1.5), abs=0.005)
    for celsius, line in (
        (18.5, (12.8, 1.5)),
        (-7.25, (11.2, -4.0)),
        (25.0, (0.0, 0.0)),
        (85.0, (14.4, 9.0)),
    ):
        canopy.celsius, canopy.line = celsius, line
        meter, probe = canopy.say()
        assert figures(meter) == pytest.approx(line, abs=0.0025)
        assert float(probe) == pytest.approx(celsius, abs=0.0625)


def test_a_meter_that_lost_its_supply_is_told_once_and_then_measures(canopy):
    canopy.say()
    canopy.meter.power_up()
    assert canopy.say()[0] == "error INA226 at 0x40: configuration reads 0x4127, its supply was lost"
    assert figures(canopy.say()[0]) == pytest.approx((12.8, 1.5), abs=0.005)
    assert figures(canopy.say()[0]) == pytest.approx((12.8, 1.5), abs=0.0025)


def test_a_probe_that_loses_its_supply_while_it_converts_does_not_give_85_degrees(canopy):
    canopy.after(7.0, canopy.probe.power_up)  # between two readings: it does no harm
    assert float(canopy.say()[1]) == pytest.approx(18.5, abs=0.1)
    assert float(canopy.say()[1]) == pytest.approx(18.5, abs=0.1)
    canopy.after(6.5, canopy.probe.power_up)
    assert canopy.say()[1] == "error DS18B20 at Pin(4): it has lost its supply"
    assert float(canopy.say()[1]) == pytest.approx(18.5, abs=0.1)


def test_a_probe_with_a_fault_is_told_and_read_again_without_it(canopy):
    for fault, value, told in (
        ("dead", True, "no answer"),
        ("garbled", 1.0, "wrong checksum"),
        ("unsupplied", True, "the conversion does not begin"),
        ("shorted", True, "the conversion does not end"),
    ):
        whole = getattr(canopy.probe.faults, fault)
        setattr(canopy.probe.faults, fault, value)
        assert canopy.say()[1] == f"error DS18B20 at Pin(4): {told}"
        setattr(canopy.probe.faults, fault, whole)
        assert float(canopy.say()[1]) == pytest.approx(18.5, abs=0.1)


def test_a_meter_that_does_not_answer_is_missed(canopy):
    canopy.meter.faults.naks = 1
    assert canopy.say()[0] == "error [Errno 19] ENODEV"
    canopy.meter.faults.dead = True
    assert canopy.say()[0].startswith("error INA226 at 0x40: no answer")
    canopy.meter.faults.dead = False
    assert figures(canopy.say()[0]) == pytest.approx((12.8, 1.5), abs=0.0025)

"""The firmware's DALI master on genuine MicroPython, against gears that do not know it."""

import pytest
from corolle_hil.chips.dali_bus import DaliBus
from corolle_hil.chips.dali_gear import DaliGear

HEAD = """
import asyncio, time
from machine import Pin, SPI
from corolle.drivers.dali_bus import DaliBus
from corolle.drivers.dali_gear import DaliGear

bus = DaliBus(SPI(2, 100000, sck=Pin(12), mosi=Pin(13), miso=Pin(14)))
"""

LIGHT = """
gear = DaliGear(bus)
print("gear", gear.version, gear.device_type)
for level_pct, duration_ms in ((10, 0), (100, 700), (50, 4000), (0, 4000)):
    begun_ms = time.ticks_ms()
    gear.start(level_pct, duration_ms)
    took_ms = time.ticks_diff(time.ticks_ms(), begun_ms)
    time.sleep(5)
    print("%d in %d ms, status %02x" % (round(gear.level_pct()), took_ms, gear.status()))
"""

MEMORY = """
from corolle.drivers.dali_memory import DaliMemory

async def main():
    gear = DaliGear(bus, 3)
    memory = DaliMemory(gear)
    print("nominal", await memory.nominal_w())
    gear.set(50)
    await asyncio.sleep(3600)
    begun_ms = time.ticks_ms()
    print("energy %.2f %d" % await memory.energy())
    print("took", time.ticks_diff(time.ticks_ms(), begun_ms))
    print("light", await memory.light_source(), "temperature", await memory.temperature_c())

asyncio.run(main())
"""

COMMISSION = """
from corolle.drivers.dali_commissioning import commission

async def main():
    try:
        DaliGear(bus)
    except OSError as error:
        print(error)
    begun_ms = time.ticks_ms()
    print("found", await commission(bus))
    print("took", time.ticks_diff(time.ticks_ms(), begun_ms) // 1000)
    for address in range(3):
        DaliGear(bus, address).set(10 + 20 * address)
        await asyncio.sleep(1)
    try:
        DaliGear(bus, 3)
    except OSError as error:
        print(error)

asyncio.run(main())
"""

FAULTS = """
gear = DaliGear(bus)
for _ in range(5):
    try:
        gear.set(10)
        time.sleep(1)
        print("%.0f" % gear.level_pct())
    except OSError as error:
        print(error)
    time.sleep(10)
"""

HEAP = """
import gc
from corolle.drivers.dali_memory import DaliMemory

async def main():
    gear = DaliGear(bus)
    memory = DaliMemory(gear)
    for hour in range(20):
        gear.start(hour * 5, 4000 if hour % 2 else 1000)
        await asyncio.sleep(10)
        await memory.energy()
        await memory.light_source()
        gear.status()
        gc.collect()
        if hour == 2:
            used = gc.mem_alloc()
    print(gc.mem_alloc() - used)

asyncio.run(main())
"""


class Luminaire:
    """40 W at full light, 2 W of losses, since the street began."""

    nominal_w = 40.0

    def __init__(self, scheduler):
        self.scheduler, self.level = scheduler, 1.0
        self.since_us, self.wus = 0, 0.0

    def command(self, level):
        self.wus += self.power_w * (self.scheduler.now_us - self.since_us)
        self.level, self.since_us = level, self.scheduler.now_us

    @property
    def power_w(self):
        return 2 + 38 * self.level

    @property
    def energy_wh(self):
        self.command(self.level)
        return self.wus / 3.6e9


@pytest.fixture
def street(bench):
    """A board that runs a program, with so many gears on its bus."""

    def make(main, gears=1, **options):
        made = bench(HEAD + main, firmware=True)
        scheduler = made.scheduler
        made.gears = [
            DaliGear(scheduler, Luminaire(scheduler), f"gear {place}", **options) for place in range(gears)
        ]
        made.bus = DaliBus(scheduler, made.gears)
        made.board.attach_spi(2, made.bus)
        made.board.power_on()
        return made

    return make


def test_light_follows_orders_in_the_time_asked_for(street):
    made = street(LIGHT)
    gear = made.gears[0]
    lines = made.run(1)
    assert lines == ["gear 8 6"]
    assert gear.level == pytest.approx(0.1, rel=0.02)
    lines = made.run(25)
    # A level at once takes two frames, a new fade time four, the same one frame: 17 ms each and 15 before it,
    # for a query was there before.
    assert [int(line.split()[2]) for line in lines] == pytest.approx([64, 128, 128, 32], abs=2)
    assert [line.split()[0] for line in lines] == ["10", "100", "51", "0"]
    assert [line[-2:] for line in lines] == ["44", "44", "44", "40"]  # lit, without short address
    assert gear.writes == 2
    assert not made.bus.mistakes


def test_what_a_gear_has_counted(street):
    made = street(MEMORY, short_address=3)
    lines = made.run(3605)
    assert lines[:1] == ["nominal 40"]
    gear = made.gears[0]
    watts, steps = lines[1].split()[1:]
    # Level 229 is 50.53 %.
    assert float(watts) == pytest.approx(2 + 38 * 0.5053, abs=0.01)
    assert int(steps) / 10 == pytest.approx(2 + 38 * 0.5053, abs=0.15)
    assert int(lines[2].split()[1]) < 1000
    starts, on_s = (int(word.strip("(,")) for word in lines[3].split()[1:3])
    assert (starts, gear.lamp_starts) == (1, 1)
    assert on_s == pytest.approx(3601, abs=2)
    assert lines[3].endswith("False) temperature 45")
    assert not made.bus.mistakes


def test_several_gears_get_addresses(street):
    made = street(COMMISSION, gears=3)
    lines = made.run(60)
    assert "several at once" in lines[0]
    assert lines[1] == "found 3"
    assert int(lines[2].split()[1]) < 15
    assert lines[3:] == ["DALI gear 3: no answer"]
    levels = {gear.search.short_address: gear.level for gear in made.gears}
    assert levels == pytest.approx({0: 0.1, 1: 0.3, 2: 0.5}, rel=0.02)
    assert not made.bus.mistakes


def test_faults_are_named_and_the_light_is_kept(street):
    made = street(FAULTS)
    made.run(5)
    made.gears[0].dead = True
    assert made.run(10) == ["DALI gear of the bus: no answer"]
    made.gears[0].dead = False
    made.bus.low = True
    assert made.run(10) == ["DALI: the bus is low: shorted, or without its supply"]
    assert made.gears[0].level == 1.0, "the system failure level"
    made.bus.low = False
    made.bus.disturbed = 1
    assert made.run(10) == ["DALI: 0xff09 was heard changed: another sender on the bus?"]
    assert made.run(10) == ["10"]


def test_no_memory_is_kept(street):
    made = street(HEAP)
    made.run(20 * 15)
    assert int(made.console[-1]) == 0

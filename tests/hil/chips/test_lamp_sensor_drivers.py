"""The lamp's sensor drivers, on genuine MicroPython, against chips that do not know them."""

import pytest
from corolle_hil.chips.ds3231 import Ds3231
from corolle_hil.chips.lis3dh import Lis3dh
from corolle_hil.chips.ntc import Ntc
from corolle_hil.chips.tmp117 import Tmp117
from corolle_hil.chips.veml7700 import Veml7700
from corolle_hil.scheduler import Scheduler

SENSORS = """
import asyncio
from machine import ADC, I2C, Pin
from corolle.drivers.ds3231 import DS3231
from corolle.drivers.lis3dh import LIS3DH
from corolle.drivers.ntc import NTC
from corolle.drivers.tmp117 import TMP117
from corolle.drivers.veml7700 import VEML7700

async def main():
    i2c = I2C(0, sda=Pin(17), scl=Pin(18), freq=400000)
    clock = DS3231(i2c)
    post = LIS3DH(i2c, 0x18, Pin(6), lambda: print("impact"))
    upright = post.read()
    box, case, light = TMP117(i2c), NTC(ADC(Pin(2)), 3300, 10000), VEML7700(i2c)
    print("time", clock.read())
    clock.set(1784058003)
    await asyncio.sleep(1)
    for _ in range(5):
        first, second = await light.read(), await light.read()
        print("lux %.1f %.1f box %.2f case %.1f" % (first, second, box.read(), case.read()))
        print("tilt %.0f impacts %d" % (post.tilt_deg(upright, post.read()), post.impacts))
        await asyncio.sleep(60)
    print("time", clock.read(), clock.temperature_c())

asyncio.run(main())
"""

STUBBORN = """
import asyncio
from machine import I2C, Pin
from corolle.drivers.tmp117 import TMP117
from corolle.drivers.veml7700 import VEML7700

async def main():
    i2c = I2C(0, sda=Pin(17), scl=Pin(18), freq=400000)
    for driver in (TMP117, VEML7700):
        try:
            driver(i2c)
        except OSError as error:
            print(error)
    box = TMP117(i2c)
    i2c.writeto_mem(0x48, 1, b"\\x00\\x02")  # a soft reset
    for _ in range(4):
        try:
            print("box %.1f" % box.read())
        except OSError as error:
            print(error)
        await asyncio.sleep(10)

asyncio.run(main())
"""


@pytest.fixture
def board(bench):
    """A board whose flash carries the firmware and the given main.py."""

    def make(main):
        return bench(main, firmware=True)

    return make


class Evening:
    """A lamp's surroundings, minute by minute."""

    lux = (20_000.0, 300.0, 30.0, 0.5, 2_000.0)
    celsius = (35.0, 30.0, 25.0, -10.0, 80.0)

    def __init__(self, scheduler: Scheduler):
        self._scheduler = scheduler

    def __call__(self, values):
        return values[min(4, self._scheduler.now_us // 60_000_000)]


def test_a_lamps_drivers_measure_what_the_world_has(board):
    bench = board(SENSORS)
    scheduler, wires = bench.scheduler, bench.board
    evening = Evening(scheduler)
    clock = Ds3231(scheduler, 0x68, temperature_c=lambda: evening(evening.celsius))
    post = Lis3dh(scheduler, 0x18, wires.line(6), lambda: (0.0, 0.0, 1.0))
    for chip in (
        clock,
        post,
        Veml7700(scheduler, 0x10, lambda: evening(evening.lux)),
        Tmp117(scheduler, 0x48, lambda: evening(evening.celsius)),
    ):
        wires.attach_i2c(0, chip)
    Ntc(wires.line(2), lambda: evening(evening.celsius))
    scheduler.at(70_000_000, post.knock, 1.6)
    scheduler.at(150_000_000, post.tilt, (0.5, 0.0, 0.866))
    scheduler.at(200_000_000, post.knock, 0.5)
    wires.power_on()
    lines = bench.run(310)
    assert lines[0] == "time None"
    assert lines.count("impact") == 1
    readings = [line.split() for line in lines if line.startswith("lux")]
    posts = [line for line in lines if line.startswith("tilt")]
    assert posts == ["tilt 0 impacts 0"] * 2 + ["tilt 0 impacts 1"] + ["tilt 30 impacts 1"] * 2
    assert len(readings) == 5
    for minute, (_, first, second, _, box, _, case) in enumerate(readings):
        # 300 lx and less are steps of 0.03 lx, more are steps of 0.5 lx.
        assert float(first) == pytest.approx(evening.lux[minute], rel=0.003, abs=0.05)
        assert float(second) == pytest.approx(evening.lux[minute], rel=0.003, abs=0.05)
        assert float(box) == pytest.approx(evening.celsius[minute], abs=0.02)
        assert float(case) == pytest.approx(evening.celsius[minute], abs=0.1)
    # Set at the start, then 301 s and twelve integrations of 0.128 s.
    assert lines[-1] == "time 1784058305 80.0"
    assert not clock.mistakes


def test_a_chip_that_is_not_ready_not_there_or_does_not_answer_is_an_oserror(board):
    bench = board(STUBBORN)
    chip = Tmp117(bench.scheduler, 0x48, lambda: 21.0)
    chip.faults.naks = 1
    bench.board.attach_i2c(0, chip)
    bench.scheduler.at(15_000_000, setattr, chip.faults, "naks", 1)
    bench.board.power_on()
    assert bench.run(39) == [
        "TMP117 at 0x48: no answer ([Errno 19] ENODEV)",
        "VEML7700 at 0x10: no answer ([Errno 19] ENODEV)",
        "TMP117 at 0x48: no conversion yet",
        "box 21.0",
        "[Errno 19] ENODEV",
        "box 21.0",
    ]

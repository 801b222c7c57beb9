"""The firmware's drivers on genuine MicroPython, against a meter and a radar that do not know them."""

import pytest
from corolle_hil.chips.bl0942 import Bl0942
from corolle_hil.chips.ld2410 import Ld2410

METER = """
import asyncio, gc
from machine import UART, Pin
from corolle.drivers.bl0942 import BL0942

async def main():
    uart = UART(1, 4800, tx=Pin(17), rx=Pin(18))
    for address in (1, 0):
        try:
            meter = BL0942(uart, address)
        except OSError as error:
            print(error)
    for minute in range(60):
        try:
            print("%.2f %.1f %.4f" % await meter.read(), meter.energy_dwh)
        except OSError as error:
            print(error)
        await asyncio.sleep(60)
        gc.collect()
        if minute == 1:
            used = gc.mem_alloc()
    print(gc.mem_alloc() - used)

asyncio.run(main())
"""

RADAR = """
import asyncio
from machine import UART, Pin
from corolle.drivers.ld2410 import LD2410

async def main():
    came = asyncio.ThreadSafeFlag()
    uart = UART(2, 256000, tx=Pin(4), rx=Pin(5))
    radar = LD2410(uart, Pin(6), came.set)
    print(radar.version, radar.present)
    while True:
        await came.wait()
        if not radar.present:
            print("nobody")
            continue
        radar.fresh()
        await asyncio.sleep_ms(600)
        speed = radar.speed_m_s()
        print(radar.passages, "%.1f" % speed if speed else speed, radar.moving, radar.distance_cm)

asyncio.run(main())
"""

WRONG_RATE = """
from machine import UART, Pin
from corolle.drivers.bl0942 import BL0942
from corolle.drivers.ld2410 import LD2410

for make in (lambda: BL0942(UART(1, 9600)), lambda: LD2410(UART(2, 115200), Pin(6), None)):
    try:
        make()
    except OSError as error:
        print(error)
"""


class Lamp:
    """40 W at 230 V, since the street began."""

    voltage_v, current_a, power_w = 230.0, 40 / 230, 40.0

    def __init__(self, scheduler):
        self.scheduler = scheduler

    @property
    def energy_wh(self):
        return self.power_w * self.scheduler.now_us / 3.6e9


@pytest.fixture
def board(bench):
    """A board that runs the given main.py with the firmware's drivers."""

    def make(main):
        return bench(main, firmware=True)

    return make


@pytest.fixture
def metered(board):
    """A board and the meter of its lamp."""
    bench = board(METER)
    meter = Bl0942(bench.scheduler, Lamp(bench.scheduler))
    bench.board.attach_uart(1, meter)
    bench.board.power_on()
    return bench, meter


def test_an_hour_of_a_lamp_is_metered(metered):
    bench, _ = metered
    nobody, *lines, grown = bench.run(3600 + 60)
    assert nobody == "BL0942 1 at UART(1, baudrate=4800): no answer"
    assert len(lines) == 60
    readings = [[float(word) for word in line.split()] for line in lines]
    assert [reading[:3] for reading in readings] == [
        pytest.approx([40.0, 230.0, 40 / 230], rel=0.01) for _ in lines
    ]
    assert readings[-1][3] == pytest.approx(10 * 40.0 * 59 / 60, abs=3)
    assert int(grown) == 0


def test_a_meter_that_fails_is_an_error_and_its_energy_comes_later(metered):
    bench, meter = metered
    bench.run(65)
    meter.faults.dead = True
    assert "no answer" in bench.run(120)[-1]
    meter.faults.dead = False
    meter.faults.garbled = 1.0
    assert bench.run(120)[-1].split(": ")[1] == "wrong checksum"
    meter.faults.garbled = 0.0
    last = bench.run(60)[-1].split()
    assert float(last[0]) == pytest.approx(40.0, rel=0.01)
    assert int(last[3]) == pytest.approx(400 * bench.scheduler.now_us / 3.6e9, abs=6)


@pytest.fixture
def radar(board):
    """A board, its radar, and the list of who stands before it."""
    bench, standing = board(RADAR), []
    radar = Ld2410(bench.scheduler, bench.board.line(6), lambda: standing)
    bench.board.attach_uart(2, radar)
    bench.board.power_on()
    assert bench.run(3) == ["1.07.22091516 False"]
    return bench, radar, standing


@pytest.mark.parametrize("speed", [1.4, 4.5, 9.0])
def test_passers_by_are_told_apart_by_their_speed(radar, speed):
    bench, chip, _ = radar
    for passage in range(1, 4):
        chip.enter(speed)
        lines = bench.run(16 / speed)
        chip.leave()
        count, measured, moving, distance_cm = lines[0].split()
        assert (int(count), moving) == (passage, "True")
        assert float(measured) == pytest.approx(speed, rel=0.25)
        assert 0 <= int(distance_cm) <= 600 - 40 * speed
        assert bench.run(86_400)[-1:] == ["nobody"]  # and the buffer is full of old reports


def test_who_only_stands_there_has_no_speed(radar):
    bench, chip, standing = radar
    standing.append((2.5, 0.0))
    chip.update()
    assert bench.run(2)[0].startswith("1 None False 2")


def test_a_wrong_baud_rate_is_found_at_construction(board):
    bench = board(WRONG_RATE)
    bench.board.attach_uart(1, Bl0942(bench.scheduler, Lamp(bench.scheduler)))
    bench.board.attach_uart(2, Ld2410(bench.scheduler, bench.board.line(6)))
    bench.board.power_on()
    assert bench.run(5) == [
        "BL0942 0 at UART(1, baudrate=9600): no answer",
        "LD2410 at UART(2, baudrate=115200): no answer to command 0xff",
    ]

"""The firmware's own drivers, on genuine MicroPython, against chips that do not know them."""

import pytest
from corolle_hil.chips.ads1115 import Ads1115
from corolle_hil.chips.anemometer import Anemometer
from corolle_hil.chips.contact import Contact
from corolle_hil.chips.current_loop import CurrentLoop
from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.chips.sht45 import Sht45
from corolle_hil.chips.solenoid import Solenoid
from corolle_hil.chips.sx1262 import Sx1262
from corolle_hil.chips.tensiometer import Tensiometer
from corolle_hil.world.air import Air
from corolle_hil.world.lora import Signal
from corolle_hil.world.propagation import Position, Propagation
from corolle_hil.world.water import DripLine

RADIO = """
import asyncio, time
from machine import Pin, SPI
from corolle.drivers.sx1262 import SX1262

async def main():
    spi = SPI(1, 8000000, sck=Pin(9), mosi=Pin(10), miso=Pin(11))
    radio = SX1262(spi, Pin(8), busy=Pin(13), dio1=Pin(14), reset=Pin(12), tcxo_mv=1800)
    await radio.transmit(b"uplink", 868100000, 9, 125000, 14)
    print("sent")
    got = await radio.receive(869525000, 9, 125000, 3000)
    print("received", bytes(got.payload), got.rssi_dbm, got.snr_db)
    print("received", await radio.receive(869525000, 9, 125000, 200))
    radio.sleep()
    await asyncio.sleep(60)
    await radio.transmit(b"again", 868300000, 12, 125000, 14)
    print("sent", radio.counts)

asyncio.run(main())
"""

SENSORS = """
import asyncio
from machine import I2C, Pin
from corolle.drivers.ads1115 import ADS1115
from corolle.drivers.flow_meter import FlowMeter
from corolle.drivers.latching_valve import LatchingValve
from corolle.drivers.sht45 import SHT45
from corolle.drivers.soil_probe import SoilProbe

async def main():
    valve = LatchingValve(Pin(6), Pin(7))
    i2c = I2C(0, sda=Pin(17), scl=Pin(18), freq=400000)
    meter = FlowMeter(Pin(15), 0.01)
    air = SHT45(i2c)
    print("air %.1f %.0f" % await air.read())
    adc = ADS1115(i2c)
    for channel in range(3):
        print("soil %.1f" % await SoilProbe(adc, channel, 2800, 1200, 50).read_vwc_pct())
    valve.open()
    await asyncio.sleep(60)
    valve.close()
    print("litres %.2f" % meter.litres)
    await asyncio.sleep(60)
    print("litres %.2f" % meter.litres)

asyncio.run(main())
"""

WATER = """
import asyncio
from machine import I2C, Pin
from corolle.drivers.ads1115 import SharedADS1115
from corolle.drivers.anemometer import Anemometer
from corolle.drivers.contact import Contact
from corolle.drivers.level_loop import LevelLoop
from corolle.drivers.solenoid import Solenoid
from corolle.drivers.tensiometer import Tensiometer

async def main():
    mist, wind, leak = Solenoid(Pin(4)), Anemometer(Pin(21), 0.667), Contact(Pin(1), 1)
    adc = SharedADS1115(I2C(0, sda=Pin(17), scl=Pin(18), freq=400000), 0x48)
    level, tension = LevelLoop(adc, 0, 100), Tensiometer(adc, 1, 500, 25)
    print("tank %.1f tension %.1f leak %d" % (await level.read(), await tension.read(), leak.present))
    mist.open()
    await asyncio.sleep(10)
    print("wind %.2f after %d" % (wind.wind_m_s(), wind.pulses))
    mist.close()
    await asyncio.sleep(600)
    print("wind %.2f leak %d" % (wind.wind_m_s(), leak.present))
    try:
        await level.read()
    except OSError as error:
        print(error)
    await asyncio.sleep(600)
    print("wind %.2f tension %s" % (wind.wind_m_s(), await tension.read()))

asyncio.run(main())
"""


class Gateway:
    """Hears uplinks, answers each once, a second later."""

    name, side, position, noise_figure_db = "gateway", "gateway", Position(100.0, 0.0), 3.0
    transmitting = False

    def __init__(self, scheduler, air):
        self.scheduler, self.air, self.heard = scheduler, air, []
        air.join(self)

    def listening_since_us(self, signal):
        return None if signal.iq_inverted else 0

    def lock(self, reception):
        return None

    def header(self, reception):
        pass

    def finish(self, reception):
        self.heard.append((reception.signal.freq_hz, reception.signal.sf, reception.signal.payload))
        signal = Signal(869_525_000, 9, 125_000, b"downlink", 14.0, iq_inverted=True, crc=False)
        self.scheduler.after(1_000_000, self.air.transmit, self, signal)


@pytest.fixture
def board(bench):
    """A board whose flash carries the firmware and the given main.py."""

    def make(main):
        return bench(main, firmware=True)

    return make


def test_the_radio_driver_makes_no_mistake_and_is_heard_both_ways(board):
    bench = board(RADIO)
    air = Air(bench.scheduler, Propagation(bench.scheduler.rng, shadowing_db=0.0))
    gateway = Gateway(bench.scheduler, air)
    cs, busy, dio1, reset = (bench.board.line(gpio) for gpio in (8, 13, 14, 12))
    pins = {"cs": cs, "busy": busy, "dio1": dio1, "reset": reset}
    radio = Sx1262(bench.scheduler, air, "node", Position(0.0, 0.0), tcxo_mv=1800, **pins)
    bench.board.attach_spi(1, radio)
    bench.board.power_on()
    lines = bench.run(70)
    # 128.95 dB at 1 km and 23.2 dB a decade.
    assert lines == ["sent", "received b'downlink' -91 12", "received None", lines[-1]]
    assert [frame[1:] for frame in gateway.heard] == [(9, b"uplink"), (12, b"again")]
    assert [frame[0] for frame in gateway.heard] == pytest.approx([868_100_000, 868_300_000], abs=1)
    assert not radio.mistakes


def test_a_canopys_drivers_read_measure_and_move_what_the_world_has(board):
    bench = board(SENSORS)
    scheduler, wires = bench.scheduler, bench.board
    valve = LatchingValve(scheduler, wires.line(6), wires.line(7), is_open=True)
    drip = DripLine(scheduler, valve, flow_l_h=60.0)
    meter = FlowMeter(scheduler, wires.line(15), 0.01, lambda: drip.flow_l_s)
    meter.bounces = 2
    drip.watch(meter.update)
    wires.attach_i2c(0, Sht45(scheduler, 0x44, lambda: (31.3, 42.0)))
    wires.attach_i2c(0, Ads1115(scheduler, 0x48, [lambda: 2.0, lambda: 1.68, lambda: 1.36]))
    wires.power_on()
    lines = bench.run(130)
    soil = ["soil 25.0", "soil 35.0", "soil 45.0"]
    assert lines == ["air 31.3 42", *soil, "litres 1.00", "litres 1.00"]
    assert not valve.is_open
    assert not valve.mistakes


def test_a_canopys_other_drivers_feel_and_move_what_the_world_has(board):
    bench = board(WATER)
    scheduler, wires = bench.scheduler, bench.board
    mist = Solenoid(scheduler, wires.line(4))
    wind = [2.0]
    cups = Anemometer(scheduler, wires.line(21), 0.667, lambda: wind[0])
    cups.bounces = 2
    leak = Contact(wires.line(1))
    loop, cup = CurrentLoop(lambda: 0.75, 100), Tensiometer(lambda: 40.0, 500, 25)
    wires.attach_i2c(0, Ads1115(scheduler, 0x48, [loop, cup]))
    wires.power_on()
    assert bench.run(5) == ["tank 75.0 tension 40.0 leak 0"] and mist.is_open
    assert bench.run(15) == ["wind 2.00 after 0"] and not mist.is_open
    leak.closed, loop.broken, cup.stuck_v, wind[0] = True, True, 3.2, 9.0
    assert bench.run(700) == ["wind 2.00 leak 1", "level loop at input 0: broken, 0.00 mA is not in 3.6..21"]
    assert bench.run(600) == ["wind 9.00 tension None"]

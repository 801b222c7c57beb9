"""What a jig runs: it drives and reads the wires of another board, when it is asked at its prompt."""

import struct
import time

from machine import ADC, I2C, Pin, Timer

_CONFIG, _SHUNT, _BUS, _MASK, _MAKER = 0, 1, 2, 6, 0xFE  # registers of an INA226 (SBOS547B, table 7-1)
_TEXAS_INSTRUMENTS = 0x5449
_ONE_MEAN = 0x4723  # tables 7-2 to 7-6: one mean of 64 pairs of 1.1 ms, for a dimmed load comes in pulses
_READY, _MEAN_MS = 0x0008, 300
_RIPPLE_MS = 20  # two half-waves of the mains, and many periods of a dimmer
_SHUNT_UV, _BUS_MV = 2.5, 1.25  # a step


def drive(gpio, level):
    """Hold a wire."""
    Pin(gpio, Pin.OUT, value=level)


def millivolts(gpio):
    """What an ADC sees on average: light flickers with mains and dimmer."""
    adc, begun = ADC(Pin(gpio), atten=ADC.ATTN_11DB), time.ticks_ms()
    total_uv = count = 0
    while count < 2 or time.ticks_diff(time.ticks_ms(), begun) < _RIPPLE_MS:
        total_uv += adc.read_uv()
        count += 1
    return total_uv / count / 1000


def passage(presence, gpio, for_ms, every_ms):
    """Somebody is there for so long: print (ms, mV) after (ms, mV)."""
    adc = ADC(Pin(gpio), atten=ADC.ATTN_11DB)
    wire = Pin(presence, Pin.OUT, value=0)
    begun = time.ticks_us()
    wire(1)
    late = 0
    while late <= for_ms:
        print(time.ticks_diff(time.ticks_us(), begun) / 1000, adc.read_uv() / 1000)
        late += every_ms
        while time.ticks_diff(time.ticks_us(), begun) < late * 1000:
            pass
    wire(0)


def power_w(sda, scl, address, shunt_uohm):
    """What flows through an INA226. OSError when it does not answer, or another chip does."""
    bus = I2C(0, sda=Pin(sda), scl=Pin(scl), freq=400_000)
    if struct.unpack(">H", bus.readfrom_mem(address, _MAKER, 2))[0] != _TEXAS_INSTRUMENTS:
        raise OSError(f"no INA226 at address {address:#x}")
    bus.writeto_mem(address, _CONFIG, struct.pack(">H", _ONE_MEAN))
    begun = time.ticks_ms()
    while not bus.readfrom_mem(address, _MASK, 2)[1] & _READY:
        if time.ticks_diff(time.ticks_ms(), begun) > _MEAN_MS:
            raise OSError(f"the INA226 at address {address:#x} measures nothing")
    shunt_uv = struct.unpack(">h", bus.readfrom_mem(address, _SHUNT, 2))[0] * _SHUNT_UV
    bus_v = struct.unpack(">H", bus.readfrom_mem(address, _BUS, 2))[0] * _BUS_MV / 1000
    return shunt_uv / shunt_uohm * bus_v


class Tap:
    """A latching valve's coils are read, and its flow meter is played: water runs while the valve is open."""

    def __init__(self, open_gpio, close_gpio, flow_gpio, pulse_ms):
        self.is_open = False
        self.pulses = 0
        self._flow = Pin(flow_gpio, Pin.OPEN_DRAIN, value=1)
        self._closes = Pin(close_gpio, Pin.IN)
        self._opens = Pin(open_gpio, Pin.IN)
        self._opens.irq(self._on_open, Pin.IRQ_RISING)
        self._closes.irq(self._on_close, Pin.IRQ_RISING)
        self._timer = Timer(0)
        self._timer.init(mode=Timer.PERIODIC, period=pulse_ms // 2, callback=self._turn)

    def tell(self):
        """Print whether it is open, and its pulses; interrupts that wait have their turn before."""
        time.sleep_ms(1)
        print(int(self.is_open), self.pulses)

    def _on_open(self, pin):
        self.is_open = True

    def _on_close(self, pin):
        self.is_open = False

    def _turn(self, timer):
        if not self._flow():
            self._flow(1)
        elif self.is_open:
            self._flow(0)
            self.pulses += 1

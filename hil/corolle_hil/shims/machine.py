"""ESP32's `machine` in front of simulated wires, buses and timers."""

import struct
import sys

import link
import ops
import timers
import umachine
from buses import I2C, SPI, SoftI2C, SoftSPI
from uart import UART
from umachine import Signal, idle

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_LASTING = -2  # no turn of the link

_identity = b""
_cause = PWRON_RESET


class Pin(umachine.PinBase):
    """A GPIO."""

    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    _lasting = None  # of one that hears each edge: a turn that is none, up to the next edge

    def __init__(self, gpio, mode=-1, pull=None, *, value=None):
        self._gpio = gpio
        self._turn = -1  # of the link, up to which the level is as it was asked for
        if mode != -1 or value is not None:
            self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=None, *, value=None):
        """Set direction, pull and first level."""
        self._turn = -1
        if mode in (self.OUT, self.OPEN_DRAIN):
            link.post(ops.PIN_OUTPUT, self._gpio, 1 if value else 0)
        else:
            link.post(ops.PIN_INPUT, self._gpio, {None: 0, self.PULL_UP: 1, self.PULL_DOWN: 2}[pull])

    def value(self, level=None):
        """Read the wire, or drive it. The world stands still between two requests, and all levels with it."""
        if level is None:
            turn = self._lasting or link.turn
            if self._turn != turn:
                self._turn = turn  # before it asks: an edge that comes with the answer undoes it
                self._level = link.call(ops.PIN_LEVEL, self._gpio)[0]
            return self._level
        link.post(ops.PIN_OUTPUT, self._gpio, 1 if level else 0)
        return None

    __call__ = value

    def on(self):
        """Drive high."""
        self.value(1)

    def off(self):
        """Drive low."""
        self.value(0)

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING):
        """Call `handler(pin)` at edges."""
        self._turn = -1
        each = trigger == self.IRQ_RISING | self.IRQ_FALLING
        if each or self._lasting:
            self._lasting = _LASTING if handler and each else None
        if handler is None:
            link.handlers.pop(ops.IRQ_PIN << 8 | self._gpio, None)
            link.post(ops.PIN_IRQ, self._gpio, 0)
        else:
            self._handler = handler
            link.handlers[ops.IRQ_PIN << 8 | self._gpio] = self._called
            link.post(ops.PIN_IRQ, self._gpio, trigger)

    def _called(self):
        self._turn = -1
        self._handler(self)

    def __repr__(self):
        return f"Pin({self._gpio})"


class PWM:
    """LEDC pulse-width modulation of a pin."""

    def __init__(self, pin, freq=5000, duty_u16=32768):
        self._gpio = pin._gpio
        self._freq = freq
        self._duty = duty_u16
        self._post()

    def _post(self):
        link.post(ops.PWM, self._gpio, self._freq << 16 | self._duty)

    def freq(self, hz=None):
        """Read or set the frequency in hertz."""
        if hz is None:
            return self._freq
        self._freq = hz
        self._post()
        return None

    def duty_u16(self, duty=None):
        """Read or set the duty, 0 to 65535."""
        if duty is None:
            return self._duty
        self._duty = duty
        self._post()
        return None

    def deinit(self):
        """Let the wire go."""
        link.post(ops.PIN_INPUT, self._gpio, 0)


class ADC:
    """An analogue input."""

    ATTN_11DB = 3

    def __init__(self, pin, atten=None):
        self._gpio = pin._gpio

    def read_uv(self):
        """Microvolts, calibrated."""
        return struct.unpack("<I", link.call(ops.ADC, self._gpio))[0]


class Timer:
    """A hardware timer whose callback runs whatever the event loop does."""

    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, which):
        self._which = which

    def init(self, *, mode=PERIODIC, period=-1, callback=None):
        """Start: `callback(timer)` in `period` milliseconds, once or again and again."""
        timers.start(self._which, link.now_us, period * 1000, mode, lambda: callback(self))

    def deinit(self):
        """Stop."""
        timers.stop(self._which)


class WDT:
    """The watchdog: once started, feed it or be reset."""

    def __init__(self, id=0, timeout=5000):
        link.post(ops.WATCHDOG, 0, timeout)

    def feed(self):
        """Put the reset off."""
        link.feed()


class RTC:
    """The real-time clock and the memory it keeps over resets and deep sleep, not over a power cut."""

    def datetime(self, parts=None):
        """Read or set (year, month, day, weekday, hour, minute, second, microsecond)."""
        import time

        if parts is None:
            y, mo, d, h, mi, s, weekday, _ = time.gmtime()
            return (y, mo, d, weekday, h, mi, s, time.time_ns() // 1000 % 1_000_000)
        seconds = time.mktime((parts[0], parts[1], parts[2], parts[4], parts[5], parts[6]))
        link.post(ops.RTC_SET, 0, 0, struct.pack("<q", seconds * 1_000_000 + parts[7]))
        time.forget_rtc()
        return None

    def memory(self, data=None):
        """Read or write up to 2,048 bytes."""
        if data is None:
            return link.call(ops.RTC_MEMORY_GET)
        if len(data) > 2048:
            raise ValueError("buffer too long")
        link.call(ops.RTC_MEMORY_SET, 0, 0, data)
        return None


def unique_id():
    """The chip's MAC address."""
    return _identity


def reset_cause():
    """Why the last reset happened."""
    return _cause


def freq(hz=None):
    """The CPU's clock in hertz."""
    return 160_000_000 if hz is None else None


def _end(cause, sleep_us=0):
    link.post(ops.RESET, cause, 0, struct.pack("<Q", sleep_us))
    link.wait(None)
    sys.exit()


def reset():
    """Reset the chip."""
    _end(HARD_RESET)


def soft_reset():
    """Restart the interpreter; outputs fall back to their hardware default too."""
    _end(SOFT_RESET)


def deepsleep(ms):
    """Switch off; wake by a reset in `ms` milliseconds."""
    _end(DEEPSLEEP_RESET, ms * 1000)


__all__ = (
    "ADC",
    "I2C",
    "PWM",
    "RTC",
    "SPI",
    "UART",
    "WDT",
    "Pin",
    "Signal",
    "SoftI2C",
    "SoftSPI",
    "Timer",
    "idle",
)

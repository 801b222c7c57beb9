"""STMicroelectronics LIS3DH: how a post stands, and that something struck it (datasheet DocID17530)."""

import time
from math import atan2, degrees, sqrt

from corolle.drivers.chip import ChipError, absent
from corolle.wire.compat import const

_ID = const(0x0F)  # registers, chapter 7
_CONTROL = const(0x20)
_REFERENCE = const(0x26)
_STATUS = const(0x27)
_AXES = const(0x28)
_INT1_CFG = const(0x30)
_INT1_SRC = const(0x31)
_INT1_THS = const(0x32)
_MANY = const(0x80)  # bit of a register's address: the next ones follow
_DEVICE = const(0x33)
_SAMPLED = const(0x08)  # status: new data of all axes
_STRUCK = const(0x40)  # interrupt source: it is active
# CTRL_REG1 to 5: 10 Hz in low power, all axes; high-pass filter (0.2 Hz) before interrupt 1 only; interrupt 1
# at its pin; +-2 g, both bytes of a sample at once; interrupt latched.
_SETTINGS = const(b"\x2f\x01\x40\x80\x08")
# 50 steps of 16 mg are 0.8 g: wind and lorries shake a post less. One sample is enough (duration 0), for at
# 10 Hz a blow has no more.
_IMPACT = const(b"\x32\x00")
_ANY_AXIS = const(b"\x2a")
_STEP_G = const(0.016)  # low power and +-2 g, table 4
_PATIENCE = const(15)  # times 10 ms; a first sample takes 0.1 s


class LIS3DH:
    """One sensor. `impacts` counts the blows since the boot, one between two readings.

    `on_impact()` is called from the interrupt, so it must be short. An interrupt can be lost, or its pin not
    be wired: then the next reading tells. The constructor waits 0.1 s for the first sample; ChipError when
    the sensor is not there.
    """

    def __init__(self, i2c, address: int = 0x18, int_pin=None, on_impact=None):
        self._i2c = i2c
        self._address = address
        self._axes = bytearray(6)
        self._byte = bytearray(1)
        self._on_impact = on_impact
        self._told = False
        self.impacts = 0
        try:
            found = self._get(_ID)
            if found == _DEVICE:
                self._set_up()
        except ChipError:
            raise
        except OSError as error:
            raise absent("LIS3DH", address, error) from None
        if found != _DEVICE:
            raise ChipError(f"LIS3DH at 0x{address:02x}: id reads 0x{found:02x}, another chip?")
        if int_pin is not None:
            int_pin.init(int_pin.IN)
            int_pin.irq(self._edge, int_pin.IRQ_RISING)

    def read(self) -> tuple:
        """(x, y, z) in g; from here on the next impact is felt. OSError when the bus or the chip fails."""
        self._i2c.readfrom_mem_into(self._address, _AXES | _MANY, self._axes)
        told, self._told = self._told, False
        if self._get(_INT1_SRC) & _STRUCK and not (told or self._told):  # reading it ends the latch
            self._edge(None)
            self._told = False
        if not any(self._axes):
            raise ChipError(f"LIS3DH at 0x{self._address:02x}: no gravity, it has lost its settings?")
        return self._g(1), self._g(3), self._g(5)

    @staticmethod
    def tilt_deg(upright: tuple, now: tuple) -> float:
        """Degrees between two readings of a post; each may have its own unit."""
        a, b, c = upright
        x, y, z = now
        # By sine and cosine: the arc cosine of nearly 1 has no digits left in a float of 32 bits.
        u, v, w = y * c - z * b, z * a - x * c, x * b - y * a
        return degrees(atan2(sqrt(u * u + v * v + w * w), x * a + y * b + z * c))

    def _set_up(self) -> None:
        self._i2c.writeto_mem(self._address, _CONTROL | _MANY, _SETTINGS)
        for _ in range(_PATIENCE):
            if self._get(_STATUS) & _SAMPLED:
                break
            time.sleep_ms(10)
        else:
            raise ChipError(f"LIS3DH at 0x{self._address:02x}: takes no samples")
        self._get(_REFERENCE)  # the filter begins anew by this, or gravity itself would be the first impact
        self._i2c.writeto_mem(self._address, _INT1_THS | _MANY, _IMPACT)
        self._i2c.writeto_mem(self._address, _INT1_CFG, _ANY_AXIS)
        self._get(_INT1_SRC)  # what was latched before this boot

    def _edge(self, pin) -> None:
        self._told = True
        self.impacts += 1
        if self._on_impact:
            self._on_impact()

    def _g(self, place: int) -> float:
        value = self._axes[place]
        return (value - 256 if value & 0x80 else value) * _STEP_G

    def _get(self, register: int) -> int:
        self._i2c.readfrom_mem_into(self._address, register, self._byte)
        return self._byte[0]

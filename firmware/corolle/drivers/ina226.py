"""Texas Instruments INA226: voltage and current of a direct current line over I2C (datasheet SBOS547B)."""

from corolle.drivers.chip import ChipError, absent
from corolle.wire.compat import const

_CONFIG = const(0x00)  # registers, table 7-1
_SHUNT = const(0x01)
_BUS = const(0x02)
_MASK = const(0x06)
_MAKER = const(0xFE)
_DIE = const(0xFF)
_TEXAS_INSTRUMENTS = const(0x5449)
_INA226 = const(0x226)  # bits 15-4; the lower four are the revision
_READY = const(0x0008)  # mask/enable: a conversion has ended since this was read
# Shunt and bus in turn, 1.1 ms each, without end; what is read is the mean of 1024 pairs: of 2.3 s. In that
# time a charge regulator chops the panel's current many times over, and the radio sends and listens once.
_SETTINGS = const(0x4F27)  # tables 7-2 to 7-6


class INA226:
    """One meter that measures by itself. The constructor reads its ids: ChipError when it is not there.

    Beyond 81.92 mV at the shunt it reads 81.92 mV.
    """

    def __init__(self, i2c, address: int, shunt_uohm: int):
        if shunt_uohm <= 0:
            raise ValueError(f"ina226: shunt_uohm = {shunt_uohm} is not above 0")
        self._i2c = i2c
        self._address = address
        self._word = bytearray(2)
        self._shunt_uohm = shunt_uohm
        try:
            maker = self._read(_MAKER)
            die = self._read(_DIE)
            if maker != _TEXAS_INSTRUMENTS or die >> 4 != _INA226:
                self._refuse(f"ids read 0x{maker:04x} and 0x{die:04x}, another chip?")
            self._configure()
        except ChipError:
            raise
        except OSError as error:
            raise absent("INA226", address, error) from None

    def read(self) -> tuple:
        """(volts of the line, amperes through the shunt, towards the load above 0), means of 2.3 s.

        The first ones after power-up are of 1.1 ms. OSError when the bus fails; ChipError when the chip has
        lost its supply: then make the driver anew.
        """
        config = self._read(_CONFIG)
        if config != _SETTINGS:
            self._refuse(f"configuration reads 0x{config:04x}, its supply was lost")
        bus_v = self._read(_BUS) * 0.00125  # 1.25 mV a step
        shunt = self._read(_SHUNT)
        return bus_v, (shunt - 65536 if shunt & 0x8000 else shunt) * 2.5 / self._shunt_uohm  # 2.5 uV a step

    def _configure(self) -> None:
        """It measures from power-up on, and what it has measured stands until the first mean is there."""
        if self._read(_CONFIG) == _SETTINGS:
            return
        if not self._read(_MASK) & _READY:
            self._refuse("no conversion yet")
        self._word[0], self._word[1] = _SETTINGS >> 8, _SETTINGS & 0xFF
        self._i2c.writeto_mem(self._address, _CONFIG, self._word)

    def _read(self, register: int) -> int:
        self._i2c.readfrom_mem_into(self._address, register, self._word)
        return self._word[0] << 8 | self._word[1]

    def _refuse(self, what: str) -> None:
        raise ChipError(f"INA226 at 0x{self._address:02x}: {what}")

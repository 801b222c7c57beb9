"""A level transmitter with a 4-20 mA loop, as the voltage over a shunt at one input of a converter."""

from corolle.drivers.chip import ChipError
from corolle.wire.compat import const

# NAMUR NE 43: a transmitter measures from 3.8 to 20.5 mA; what lies beyond these two is a failure.
_BROKEN_MA = const(3.6)
_SHORTED_MA = const(21)
_MOST_MV = const(3300)  # a converter on 3.3 V takes no more at an input


class LevelLoop:
    """One loop. empty_ma and full_ma: its current at 0 and 100 % of the tank."""

    def __init__(self, converter, channel: int, shunt_ohm: float, empty_ma: float = 4, full_ma: float = 20):
        if not 0 < shunt_ohm * _SHORTED_MA <= _MOST_MV:
            raise ValueError(f"level_loop: shunt_ohm = {shunt_ohm} is not above 0 and up to 157")
        if not _BROKEN_MA < empty_ma < _SHORTED_MA or not _BROKEN_MA < full_ma < _SHORTED_MA:
            raise ValueError("level_loop: empty_ma and full_ma must lie between 3.6 and 21")
        if empty_ma == full_ma:
            raise ValueError("level_loop: empty_ma and full_ma must differ")
        self._converter = converter
        self._channel = channel
        self._shunt_ohm = shunt_ohm
        self._empty_ma = empty_ma
        self._span_ma = full_ma - empty_ma

    async def read(self) -> float:
        """Fill in %, 0 to 100. ChipError: the loop is broken or shorted; OSError: no reading."""
        ma = await self._converter.read_mv(self._channel) / self._shunt_ohm
        if not _BROKEN_MA <= ma <= _SHORTED_MA:
            fault = "broken" if ma < _BROKEN_MA else "shorted"
            raise ChipError(f"level loop at input {self._channel}: {fault}, {ma:.2f} mA is not in 3.6..21")
        return max(0.0, min(100.0, (ma - self._empty_ma) * 100 / self._span_ma))

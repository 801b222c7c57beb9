"""A thermistor (NTC) to ground with a resistor to the supply, read by the controller's own converter."""

from math import log

from corolle.drivers.chip import ChipError
from corolle.wire.compat import const

_KELVIN = const(273.15)
_ROOM_K = const(298.15)  # temperature at which a thermistor has its name's resistance
# Shares of the supply. With equal resistors they are 180 C, and -30 C: an ESP32 measures up to 3.1 V of 3.3,
# so what is colder cannot be told from a broken wire.
_SHORTED = const(0.02)
_OPEN = const(0.93)
_SAMPLES = const(8)  # an ESP32's converter is noisy


class NTC:
    """One thermistor of `ntc_ohm` at 25 C on `adc`, with `pullup_ohm` to `supply_mv`."""

    def __init__(self, adc, supply_mv: int, pullup_ohm: int, ntc_ohm: int = 10000, beta: int = 3435):
        if min(supply_mv, pullup_ohm, ntc_ohm, beta) <= 0:
            raise ValueError("ntc: supply_mv, pullup_ohm, ntc_ohm and beta must be above 0")
        self._adc = adc
        self._supply_mv = supply_mv
        self._ratio = pullup_ohm / ntc_ohm
        self._beta = beta

    def read(self) -> float:
        """Celsius by the beta equation. ChipError: an open or shorted thermistor."""
        uv = 0
        for _ in range(_SAMPLES):
            uv += self._adc.read_uv()
        mv = uv // (1000 * _SAMPLES)
        share = mv / self._supply_mv
        if not _SHORTED < share < _OPEN:
            fault = "shorted" if share <= _SHORTED else "open"
            raise ChipError(f"NTC: {fault}, {mv} mV of {self._supply_mv} mV")
        return 1 / (1 / _ROOM_K + log(self._ratio * share / (1 - share)) / self._beta) - _KELVIN

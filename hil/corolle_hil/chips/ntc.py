"""A thermistor (NTC) to ground with a resistor to the supply, at an analogue input."""

from collections.abc import Callable
from math import exp

from corolle_hil.ports import Line

_KELVIN, _ROOM_K = 273.15, 298.15
_FULL_SCALE_UV = 3_100_000  # an ESP32-S3's converter at its widest range shows no more


class Ntc:
    """One thermistor, by the beta equation.

    Faults: `open` (a wire is off), `shorted`, `stuck` (the voltage stays what it was last).

    Args:
        line: the wire to the converter.
        temperature_c: the temperature of the thermistor now.
        supply_mv: what the pull-up is tied to.
        ntc_ohm: resistance at 25 C.
    """

    def __init__(
        self,
        line: Line,
        temperature_c: Callable[[], float],
        supply_mv: int = 3300,
        pullup_ohm: int = 10_000,
        ntc_ohm: int = 10_000,
        beta: int = 3435,
    ):
        self.open = False
        self.shorted = False
        self.stuck = False
        self._temperature_c = temperature_c
        self._supply_mv = supply_mv
        self._pullup_ohm = pullup_ohm
        self._ntc_ohm = ntc_ohm
        self._beta = beta
        self._seen_c: float | None = None
        line.adc_uv = self._uv

    def _uv(self) -> int:
        ohm = self._ohm()
        share = 1.0 if ohm is None else ohm / (ohm + self._pullup_ohm)
        return min(_FULL_SCALE_UV, round(self._supply_mv * 1000 * share))

    def _ohm(self) -> float | None:
        """None: no current flows."""
        if self.open:
            return None
        if self.shorted:
            return 0.0
        if self._seen_c is None or not self.stuck:
            self._seen_c = self._temperature_c()
        return self._ntc_ohm * exp(self._beta * (1 / (self._seen_c + _KELVIN) - 1 / _ROOM_K))

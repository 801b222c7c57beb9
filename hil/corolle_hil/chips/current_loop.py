"""A level transmitter in a 4-20 mA loop, as the voltage over its shunt."""

from collections.abc import Callable

_LEAST_MA, _MOST_MA = 3.8, 20.5  # what a transmitter measures in (NAMUR NE 43)
_SHORT_MA = 40.0  # what the loop's supply gives at most


class CurrentLoop:
    """One loop, at an input of a converter: call it for the voltage now.

    Faults: `broken` (a wire is off), `shorted` (the transmitter is bridged), `failed` (the transmitter knows
    that it cannot measure, and says so with 3.5 mA), `stuck_ma` (this current whatever the level is).

    Args:
        share: what it measures, 0 to 1.
        empty_ma, full_ma: its current at 0 and at 1.
    """

    def __init__(
        self,
        share: Callable[[], float],
        shunt_ohm: float,
        empty_ma: float = 4.0,
        full_ma: float = 20.0,
    ):
        self.broken = False
        self.shorted = False
        self.failed = False
        self.stuck_ma: float | None = None
        self._share = share
        self._shunt_ohm = shunt_ohm
        self._empty_ma = empty_ma
        self._full_ma = full_ma

    @property
    def current_ma(self) -> float:
        """Current in the loop now."""
        if self.broken:
            return 0.0
        if self.shorted:
            return _SHORT_MA
        if self.failed:
            return 3.5
        if self.stuck_ma is not None:
            return self.stuck_ma
        current_ma = self._empty_ma + (self._full_ma - self._empty_ma) * self._share()
        return max(_LEAST_MA, min(_MOST_MA, current_ma))

    def __call__(self) -> float:
        """Voltage over the shunt now."""
        return self.current_ma * self._shunt_ohm / 1000

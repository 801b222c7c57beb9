"""An electronic tensiometer: a porous cup in the soil, and the pull on its water as a voltage."""

from collections.abc import Callable

_CAVITATION_KPA = 85.0  # beyond it the water in the cup breaks


class Tensiometer:
    """One sensor, at an input of a converter: call it for the voltage now.

    Faults: `unplugged` (0 V), `stuck_v` (this voltage whatever the soil does), `dry_cup` (no water in it,
    so no pull).

    Args:
        tension_kpa: how hard the soil pulls now.
        zero_mv, mv_per_kpa: its output in free water, and how it rises.
    """

    def __init__(self, tension_kpa: Callable[[], float], zero_mv: float, mv_per_kpa: float):
        self.unplugged = False
        self.stuck_v: float | None = None
        self.dry_cup = False
        self._tension_kpa = tension_kpa
        self._zero_mv = zero_mv
        self._mv_per_kpa = mv_per_kpa

    def __call__(self) -> float:
        """Output voltage now."""
        if self.unplugged:
            return 0.0
        if self.stuck_v is not None:
            return self.stuck_v
        pull_kpa = 0.0 if self.dry_cup else min(_CAVITATION_KPA, self._tension_kpa())
        return (self._zero_mv + self._mv_per_kpa * pull_kpa) / 1000

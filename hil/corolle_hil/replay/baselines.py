"""What a luminaire without any eyes would have drawn over the same dark hours."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from corolle_hil.world.local_time import local

Span = tuple[float, float]
"""Two moments, in Unix time."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A luminaire that is dimmed by the clock alone: to `level` between two local hours, else full."""

    level: float
    from_h: int
    until_h: int

    def level_at(self, unix_s: float) -> float:
        """Its level at a dark moment."""
        hour = local(unix_s).hour
        if self.from_h < self.until_h:
            inside = self.from_h <= hour < self.until_h
        else:
            inside = hour >= self.from_h or hour < self.until_h
        return self.level if inside else 1.0

    def energy_wh(self, dark: Iterable[Span], steady_w: Callable[[float], float]) -> float:
        """What it draws in dark spans, by its power at a level that is held."""
        return sum(
            steady_w(self.level_at(begin_s)) * (end_s - begin_s) / 3600 for begin_s, end_s in hours_of(dark)
        )


ALWAYS_FULL = Baseline(1.0, 0, 24)
HALF_NIGHT = Baseline(0.5, 23, 6)
OFF_NIGHT = Baseline(0.0, 1, 5)


def hours_of(spans: Iterable[Span]) -> Iterable[Span]:
    """The same spans, cut at the full hours of local time."""
    for begin_s, end_s in spans:
        while begin_s < end_s:
            cut_s = min(end_s, _next_hour(begin_s))
            yield begin_s, cut_s
            begin_s = cut_s


def _next_hour(unix_s: float) -> float:
    """Every offset of French time is whole hours, so its full hours are those of UTC."""
    return (unix_s // 3600 + 1) * 3600

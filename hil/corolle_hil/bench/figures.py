"""What a test measured: figures with their limits, and traces for a plot."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from corolle_hil.bench.rig import Trace


@dataclass(frozen=True)
class Figure:
    """One number and what it may be."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it is within its limits."""
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    @property
    def limits(self) -> str:
        """What it may be, in words; "" when it may be anything."""
        if self.at_least is not None and self.at_most is not None:
            if self.at_least == self.at_most:
                return f"exactly {self.at_least:g} {self.unit}".rstrip()
            return f"{self.at_least:g} to {self.at_most:g} {self.unit}".rstrip()
        if self.at_least is not None:
            return f"at least {self.at_least:g} {self.unit}".rstrip()
        return "" if self.at_most is None else f"at most {self.at_most:g} {self.unit}".rstrip()

    @property
    def told(self) -> str:
        """The number with its unit."""
        return f"{self.value:.4g} {self.unit}".rstrip()

    def __str__(self) -> str:
        told = f"{self.name}: {self.told}"
        return f"{told} ({self.limits})" if self.limits else told


@dataclass(frozen=True)
class Plot:
    """Lines over one axis: name -> points. Those in `dots` are drawn as dots."""

    title: str
    x_label: str
    y_label: str
    lines: dict[str, Trace]
    dots: Sequence[str] = ()


@dataclass
class Measured:
    """Called with a figure, it notes it and holds it against its limits.

    `tell(name, value)` puts a figure into the JUnit file.
    """

    tell: Callable[[str, object], None]
    figures: list[Figure] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)

    def __call__(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """Note a figure. Raises AssertionError when it is outside its limits; it is noted all the same."""
        figure = Figure(name, value, unit, at_least, at_most)
        self.figures.append(figure)
        self.tell(name, f"{figure.told} ({figure.limits})" if figure.limits else figure.told)
        if not figure.ok:
            raise AssertionError(f"{figure.name} is {figure.told}: legal is {figure.limits}")

    def note(self, name: str, text: str) -> None:
        """Note what is no number."""
        self.notes.append((name, text))
        self.tell(name, text)

    def plot(self, plot: Plot) -> None:
        """Have it drawn in the report."""
        self.plots.append(plot)

    def as_plain(self) -> dict[str, Any]:
        """In words that travel between processes."""
        told = {"figures": self.figures, "plots": self.plots}
        plain = {name: [asdict(each) for each in found] for name, found in told.items()}
        return plain | {"notes": self.notes}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Measured":
        """What `as_plain` told."""
        figures = [Figure(**each) for each in plain["figures"]]
        plots = [Plot(**each) for each in plain["plots"]]
        notes = [(name, text) for name, text in plain["notes"]]
        return cls(lambda name, value: None, figures, notes, plots)

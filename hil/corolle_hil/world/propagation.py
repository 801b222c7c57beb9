"""How much of a signal arrives: log-distance path loss with one shadowing a link."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the street: metres east and north of its origin, and above the ground."""

    x_m: float
    y_m: float
    height_m: float = 4.0

    def distance_m(self, other: "Position") -> float:
        """Straight distance."""
        return math.dist((self.x_m, self.y_m, self.height_m), (other.x_m, other.y_m, other.height_m))


class Propagation:
    """Path loss between two places.

    The defaults are measured at 868 MHz in a city: 128.95 dB at 1 km, exponent 2.32, shadowing 7.8 dB
    (Petajajarvi and others, "On the coverage of LPWANs", 2015).

    Args:
        rng: gives the random stream of a name (`Scheduler.rng`): each link has its own shadowing for good.
    """

    def __init__(
        self,
        rng: Callable[[str], Random],
        loss_at_1km_db: float = 128.95,
        exponent: float = 2.32,
        shadowing_db: float = 7.8,
    ):
        self._rng = rng
        self._loss_at_1km_db = loss_at_1km_db
        self._exponent = exponent
        self._shadowing_db = shadowing_db
        self._links: dict[tuple[str, str], float] = {}

    def loss_db(self, name_a: str, place_a: Position, name_b: str, place_b: Position) -> float:
        """Loss of the link between two named antennas, the same both ways."""
        link = (name_a, name_b) if name_a < name_b else (name_b, name_a)
        if link not in self._links:
            self._links[link] = self._median_db(place_a.distance_m(place_b)) + self._shadow_db(*link)
        return self._links[link]

    def forget(self, name: str) -> None:
        """An antenna has moved: work its links out again; what shadows each of them stays."""
        self._links = {link: loss_db for link, loss_db in self._links.items() if name not in link}

    def _median_db(self, distance_m: float) -> float:
        return self._loss_at_1km_db + 10 * self._exponent * math.log10(max(distance_m, 1.0) / 1000)

    def _shadow_db(self, name_a: str, name_b: str) -> float:
        return self._rng(f"shadowing {name_a} {name_b}").gauss(0.0, self._shadowing_db)

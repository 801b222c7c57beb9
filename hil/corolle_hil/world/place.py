"""Where things stand: lamps in rows along streets, canopies on their squares, concentrators on roofs."""

import math
from dataclasses import dataclass, field
from random import Random

from corolle_hil.world.propagation import Position

ORIGIN_DEG = (43.6087, 1.4474)  # latitude, longitude: the middle of Toulouse
_ROW_LAMPS = 20  # about half a kilometre
_SPACING_M = (25.0, 30.0)
_STREETS_APART_M = 70.0
_LAMP_M, _CANOPY_M, _ROOF_M = 5.0, 3.0, 25.0
_METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Site:
    """One named place."""

    name: str
    position: Position

    @property
    def lat_deg(self) -> float:
        """Latitude."""
        return ORIGIN_DEG[0] + self.position.y_m / _METRES_A_DEGREE

    @property
    def lon_deg(self) -> float:
        """Longitude."""
        return ORIGIN_DEG[1] + self.position.x_m / (_METRES_A_DEGREE * math.cos(math.radians(ORIGIN_DEG[0])))


@dataclass(slots=True)
class Place:
    """A quarter: `rows` are the streets, each with its lamps in the order in which one walks past them."""

    rows: list[list[Site]] = field(default_factory=list)
    canopies: list[Site] = field(default_factory=list)
    concentrators: list[Site] = field(default_factory=list)

    @property
    def lamps(self) -> list[Site]:
        """All lamps."""
        return [lamp for row in self.rows for lamp in row]


def lay_out(lamps: int, canopies: int, concentrators: int, rng: Random, row_lamps: int = _ROW_LAMPS) -> Place:
    """A quarter with so many of each, `row_lamps` in a street; the same one for the same `rng`.

    Raises ValueError below 0.
    """
    for name, count in (("lamps", lamps), ("canopies", canopies), ("concentrators", concentrators)):
        if count < 0:
            raise ValueError(f"{name} = {count} must not be below 0")
    place = Place()
    for first in range(0, lamps, row_lamps):
        numbers = range(first, min(first + row_lamps, lamps))
        place.rows.append(_row(numbers, len(place.rows), len(str(lamps)), rng))
    size_m = _size_m(place)
    for number in range(canopies):
        position = Position(rng.uniform(0, size_m[0]), rng.uniform(0, size_m[1]), _CANOPY_M)
        place.canopies.append(Site(_name("canopy", number, len(str(canopies))), position))
    for number in range(concentrators):
        place.concentrators.append(Site(f"concentrator-{number + 1}", _roof(number, size_m)))
    return place


def _row(numbers: range, row: int, digits: int, rng: Random) -> list[Site]:
    sites, x_m = [], 0.0
    for number in numbers:
        position = Position(x_m, row * _STREETS_APART_M, _LAMP_M)
        sites.append(Site(_name("lamp", number, digits), position))
        x_m += rng.uniform(*_SPACING_M)
    return sites


def _name(kind: str, number: int, digits: int) -> str:
    return f"{kind}-{number + 1:0{max(digits, 2)}d}"


def _size_m(place: Place) -> tuple[float, float]:
    """Extent to the east and to the north; a square of 50 m where there are no streets."""
    east_m = max((lamp.position.x_m for lamp in place.lamps), default=0.0)
    return max(east_m, 50.0), max((len(place.rows) - 1) * _STREETS_APART_M, 50.0)


def _roof(number: int, size_m: tuple[float, float]) -> Position:
    """The first one in the middle, the others around it."""
    angle = math.tau * number / 6
    away_m = 0.0 if number == 0 else 250.0
    return Position(
        size_m[0] / 2 + away_m * math.cos(angle), size_m[1] / 2 + away_m * math.sin(angle), _ROOF_M
    )

"""Which units stand where: lamps along streets in the middle of Toulouse, canopies on the square beside."""

import math
from collections.abc import Iterator

from corolle_tools.identity import Identity

SITE = "toulouse"

_LAT_DEG, _LON_DEG = 43.6045, 1.4440  # place du Capitole, the city's centre
_METRES_A_DEGREE = 111_195  # of latitude, on a sphere of 6371 km
_LAMP_GAP_M, _STREET_GAP_M, _LAMPS_A_STREET = 25, 60, 20
_CANOPY_GAP_M, _CANOPIES_A_ROW, _SQUARE_SOUTH_M = 12, 10, 40


def furnish(lamps: int, canopies: int, known: list[Identity]) -> list[Identity]:
    """The units of a street: those already known by name as they are, the others newly made."""
    by_name = {unit.name: unit for unit in known}
    return [
        by_name.get(name) or Identity.make(name, kind, SITE, lat_deg, lon_deg)
        for name, kind, lat_deg, lon_deg in _places(lamps, canopies)
    ]


def _places(lamps: int, canopies: int) -> Iterator[tuple[str, str, float, float]]:
    for index in range(lamps):
        street, post = divmod(index, _LAMPS_A_STREET)
        yield f"lamp-{index + 1}", "lamp", *_degrees(street * _STREET_GAP_M, post * _LAMP_GAP_M)
    for index in range(canopies):
        row, place = divmod(index, _CANOPIES_A_ROW)
        north_m = -_SQUARE_SOUTH_M - row * _CANOPY_GAP_M
        yield f"canopy-{index + 1}", "canopy", *_degrees(north_m, place * _CANOPY_GAP_M)


def _degrees(north_m: float, east_m: float) -> tuple[float, float]:
    lon_metres = _METRES_A_DEGREE * math.cos(math.radians(_LAT_DEG))
    return round(_LAT_DEG + north_m / _METRES_A_DEGREE, 6), round(_LON_DEG + east_m / lon_metres, 6)

"""What a planter's soil holds and what its plants can take of it: FAO-56, chapter 8.

The crop coefficient is the single one of chapter 6. The dual one of chapter 7 parts off what bare wet soil
gives off; under a canopy hardly any soil is bare: few = min(1 - fc, fw) (equation 75) is near 0.
"""

from dataclasses import dataclass

TABLE_DEMAND_MM_D = 5.0  # at which table 22 gives its depletion fractions
_FRACTION_PER_MM_D = 0.04
_LEAST_FRACTION, _MOST_FRACTION = 0.1, 0.8


@dataclass(frozen=True, slots=True)
class Planter:
    """A planter and its plants. Water contents are shares of the soil's volume (VWC).

    `depletion_fraction` is p of table 22: the share of the available water that plants take without stress,
    where they give off 5 mm a day.
    """

    area_m2: float = 1.2
    depth_m: float = 0.45
    saturation: float = 0.50
    field_capacity: float = 0.36
    wilting_point: float = 0.12
    depletion_fraction: float = 0.5
    crop_factor: float = 2.0  # the leaves of a climbing canopy spread far beyond the planter's own area
    drip_shares: tuple[float, float, float] = (0.6, 0.3, 0.1)  # near the dripper, between, at the edge
    exchange_h: float = 8.0  # time in which neighbouring parts even out
    drain_h: float = 6.0  # time in which what is above field capacity drains

    @property
    def part_l(self) -> float:
        """Volume of soil in each of the three parts, in litres."""
        return self.area_m2 * self.depth_m * 1000 / 3

    @property
    def taw_mm(self) -> float:
        """Total available water (equation 82)."""
        return 1000 * (self.field_capacity - self.wilting_point) * self.depth_m

    def raw_mm(self, demand_mm_d: float = TABLE_DEMAND_MM_D) -> float:
        """Readily available water (equation 83)."""
        return self.fraction(demand_mm_d) * self.taw_mm

    def fraction(self, demand_mm_d: float) -> float:
        """p where well-watered plants would give off so much: the thirstier the air, the less (table 22)."""
        fraction = self.depletion_fraction + _FRACTION_PER_MM_D * (TABLE_DEMAND_MM_D - demand_mm_d)
        return max(_LEAST_FRACTION, min(_MOST_FRACTION, fraction))

    def stress_point(self, demand_mm_d: float = TABLE_DEMAND_MM_D) -> float:
        """The water content at which all readily available water is gone."""
        available = self.field_capacity - self.wilting_point
        return self.field_capacity - self.fraction(demand_mm_d) * available

    def stress_coefficient(self, vwc: float, stress_point: float) -> float:
        """Ks: the share of their demand that plants get out of soil as moist as that (equation 84)."""
        if vwc >= stress_point:
            return 1.0
        return max(0.0, (vwc - self.wilting_point) / (stress_point - self.wilting_point))


# FAO-56's climbers: crop coefficient in mid-season (table 12), depletion fraction (table 22).
_CROPS = {"hops": (1.05, 0.50), "kiwi": (1.05, 0.35), "grapes": (0.85, 0.35)}
CROPS = tuple(_CROPS)
_SPREAD = 1.25  # leaves of a climbing canopy, by the planter's area


def plant(crop: str) -> Planter:
    """A planter with a crop of FAO-56's tables. Raises ValueError for any other."""
    if crop not in _CROPS:
        raise ValueError(f"no crop {crop!r}: there are {', '.join(CROPS)}")
    coefficient, fraction = _CROPS[crop]
    return Planter(crop_factor=coefficient * _SPREAD, depletion_fraction=fraction)

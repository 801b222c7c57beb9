"""The soil of a planter: a bucket of water in three connected parts, with a probe in each."""

from collections.abc import Callable
from dataclasses import dataclass, field

from corolle_hil.world import evapotranspiration, sun
from corolle_hil.world.climate import Climate

_STEP_S = 600


@dataclass(frozen=True, slots=True)
class Planter:
    """A planter and its plants. Water contents are shares of the soil's volume (VWC)."""

    area_m2: float = 1.2
    depth_m: float = 0.45
    saturation: float = 0.50
    field_capacity: float = 0.36
    wilting_point: float = 0.12
    stress_point: float = 0.22  # below it the plants give off less (FAO-56, chapter 8: p about 0.5)
    crop_factor: float = 2.0  # the leaves of a climbing canopy spread far beyond the planter's own area
    drip_shares: tuple[float, float, float] = (0.6, 0.3, 0.1)  # near the dripper, between, at the edge
    exchange_h: float = 8.0  # time in which neighbouring parts even out
    drain_h: float = 6.0  # time in which what is above field capacity drains

    @property
    def part_l(self) -> float:
        """Volume of soil in each of the three parts, in litres."""
        return self.area_m2 * self.depth_m * 1000 / 3


Vwc = tuple[float, float, float]


def advance(planter: Planter, vwc: Vwc, dt_s: float, rain_mm_h: float, et0_mm_h: float, drip_l: float) -> Vwc:
    """Water contents `dt_s` seconds later, of which `drip_l` litres have dripped in."""
    hours = dt_s / 3600
    parts = [
        _part(planter, water, hours, rain_mm_h, et0_mm_h, drip_l * share)
        for water, share in zip(vwc, planter.drip_shares, strict=True)
    ]
    near, middle, edge = parts
    flow = min(0.5, hours / planter.exchange_h) / 2
    to_middle, to_edge = (near - middle) * flow, (middle - edge) * flow
    return near - to_middle, middle + to_middle - to_edge, edge + to_edge


def _part(
    planter: Planter, water: float, hours: float, rain_mm_h: float, et0_mm_h: float, drip_l: float
) -> float:
    rain_l = rain_mm_h * hours * planter.area_m2 / 3
    available = (water - planter.wilting_point) / (planter.stress_point - planter.wilting_point)
    uptake_mm = et0_mm_h * hours * planter.crop_factor * max(0.0, min(1.0, available))
    water += (rain_l + drip_l - uptake_mm * planter.area_m2 / 3) / planter.part_l
    if water > planter.field_capacity:
        water -= (water - planter.field_capacity) * min(1.0, hours / planter.drain_h)
    return max(0.0, min(planter.saturation, water))


@dataclass
class Soil:
    """One planter's soil as time goes by; it catches up whenever somebody looks.

    Args:
        unix_s: now, in the street's time.
        drip_l: litres that have dripped in so far.
    """

    planter: Planter
    climate: Climate
    unix_s: Callable[[], float]
    drip_l: Callable[[], float]
    place_deg: tuple[float, float]
    vwc: Vwc = (0.26, 0.25, 0.24)
    _done_s: float = field(init=False)
    _done_l: float = field(init=False)

    def __post_init__(self) -> None:
        self._done_s = self.unix_s()
        self._done_l = self.drip_l()

    def update(self) -> Vwc:
        """Water contents now: near the dripper, between, at the edge."""
        now_s = self.unix_s()
        if now_s <= self._done_s:
            return self.vwc
        drip_l = self.drip_l() - self._done_l
        whole_s = now_s - self._done_s
        while self._done_s < now_s:
            dt_s = min(_STEP_S, now_s - self._done_s)
            self._step(dt_s, drip_l * dt_s / whole_s)
            self._done_s += dt_s
        self._done_l += drip_l
        return self.vwc

    def _step(self, dt_s: float, drip_l: float) -> None:
        weather = self.climate(self._done_s)
        clear_w_m2 = sun.clear_sky_w_m2(sun.elevation_deg(self._done_s, *self.place_deg))
        et0_mm_h = evapotranspiration.reference_mm_h(weather, clear_w_m2)
        self.vwc = advance(self.planter, self.vwc, dt_s, weather.rain_mm_h, et0_mm_h, drip_l)


class SoilProbe:
    """A capacitive probe: its voltage falls from dry to wet.

    Faults: `unplugged` (0 V), `stuck_v` (this voltage whatever the soil does), `offset_v`.

    Args:
        part: which part of the soil it sits in, 0 to 2.
        dry_mv, wet_mv: its output in dry soil and at `wet_vwc_pct`.
    """

    def __init__(self, soil: Soil, part: int, dry_mv: float, wet_mv: float, wet_vwc_pct: float):
        self.unplugged = False
        self.stuck_v: float | None = None
        self.offset_v = 0.0
        self._soil = soil
        self._part = part
        self._dry_mv, self._wet_mv = dry_mv, wet_mv
        self._wet_vwc = wet_vwc_pct / 100

    def __call__(self) -> float:
        """Output voltage now."""
        if self.unplugged:
            return 0.0
        if self.stuck_v is not None:
            return self.stuck_v
        share = self._soil.update()[self._part] / self._wet_vwc
        return (self._dry_mv + (self._wet_mv - self._dry_mv) * share) / 1000 + self.offset_v

"""The soil of a planter: a bucket of water in three connected parts, with a probe in each."""

from collections.abc import Callable
from dataclasses import dataclass, field

from corolle_hil.world import evapotranspiration, sun
from corolle_hil.world.climate import Climate
from corolle_hil.world.planter import TABLE_DEMAND_MM_D, Planter

STEP_S = 600
_SOON_S = 1.0  # in less nothing has changed: a converter takes its inputs one by one
_DAY_H = 24
_LATELY_H = 72  # p follows the weather of some days, not the hour's

Vwc = tuple[float, float, float]


def even(vwc: float) -> Vwc:
    """Soil that is equally moist everywhere."""
    return vwc, vwc, vwc


@dataclass(frozen=True, slots=True)
class Sky:
    """What the sky gives and takes: rain, and reference evapotranspiration."""

    rain_mm_h: float
    et0_mm_h: float

    @classmethod
    def at(cls, unix_s: float, climate: Climate, place_deg: tuple[float, float]) -> "Sky":
        """Of a moment."""
        weather = climate(unix_s)
        clear_w_m2 = sun.clear_sky_w_m2(sun.elevation_deg(unix_s, *place_deg))
        return cls(weather.rain_mm_h, evapotranspiration.reference_mm_h(weather, clear_w_m2))


@dataclass(frozen=True, slots=True)
class Ground:
    """How a planter's soil is: water contents near the dripper, between and at the edge.

    `demand_mm_d` is what plants with all the water they want would have given off lately.
    """

    vwc: Vwc
    demand_mm_d: float = TABLE_DEMAND_MM_D

    def is_stressed(self, planter: Planter) -> bool:
        """Whether any part of the root zone is too dry to give the plants all they would take there."""
        return min(self.vwc) < planter.stress_point(self.demand_mm_d)


def advance(planter: Planter, ground: Ground, dt_s: float, sky: Sky, drip_l: float) -> Ground:
    """The soil `dt_s` seconds later, of which `drip_l` litres have dripped in."""
    hours = dt_s / 3600
    crop_mm_h = sky.et0_mm_h * planter.crop_factor
    wanted_l = crop_mm_h * hours * planter.area_m2 / 3
    rain_l = sky.rain_mm_h * hours * planter.area_m2 / 3
    point = planter.stress_point(ground.demand_mm_d)
    near, middle, edge = [
        _part(
            planter,
            water,
            hours,
            rain_l + drip_l * share - wanted_l * planter.stress_coefficient(water, point),
        )
        for water, share in zip(ground.vwc, planter.drip_shares, strict=True)
    ]
    flow = min(0.5, hours / planter.exchange_h) / 2
    to_middle, to_edge = (near - middle) * flow, (middle - edge) * flow
    vwc = near - to_middle, middle + to_middle - to_edge, edge + to_edge
    lately = min(1.0, hours / _LATELY_H)
    return Ground(vwc, ground.demand_mm_d + (crop_mm_h * _DAY_H - ground.demand_mm_d) * lately)


def _part(planter: Planter, water: float, hours: float, gained_l: float) -> float:
    """One part; what is above saturation runs off, what is above field capacity drains (equation 88)."""
    water = min(planter.saturation, water + gained_l / planter.part_l)
    if water > planter.field_capacity:
        water -= (water - planter.field_capacity) * min(1.0, hours / planter.drain_h)
    return max(0.0, water)


@dataclass
class Soil:
    """One planter's soil as time goes by; it catches up whenever somebody looks.

    Args:
        unix_s: now, in the street's time.
        drip_l: litres that have dripped in so far.

    `stress_h` counts the hours in which any part of the root zone was below the stress point.
    """

    planter: Planter
    climate: Climate
    unix_s: Callable[[], float]
    drip_l: Callable[[], float]
    place_deg: tuple[float, float]
    vwc: Vwc = (0.26, 0.25, 0.24)
    demand_mm_d: float = TABLE_DEMAND_MM_D
    stress_h: float = field(init=False, default=0.0)
    _done_s: float = field(init=False)
    _done_l: float = field(init=False)
    _sky: tuple[float, Sky] | None = field(init=False, default=None)  # of the STEP_S that begin then

    def __post_init__(self) -> None:
        self._done_s = self.unix_s()
        self._done_l = self.drip_l()

    @property
    def stress_point(self) -> float:
        """The water content below which plants get too little now."""
        return self.planter.stress_point(self.demand_mm_d)

    def update(self) -> Vwc:
        """Water contents now: near the dripper, between, at the edge."""
        now_s = self.unix_s()
        if now_s - self._done_s < _SOON_S:
            return self.vwc
        drip_l = self.drip_l() - self._done_l
        whole_s = now_s - self._done_s
        while self._done_s < now_s:
            begin_s = self._done_s // STEP_S * STEP_S
            dt_s = min(begin_s + STEP_S, now_s) - self._done_s
            self._step(self._sky_of(begin_s), dt_s, drip_l * dt_s / whole_s)
            self._done_s += dt_s
        self._done_l += drip_l
        return self.vwc

    def _sky_of(self, begin_s: float) -> Sky:
        if self._sky is None or self._sky[0] != begin_s:
            self._sky = begin_s, Sky.at(begin_s, self.climate, self.place_deg)
        return self._sky[1]

    def _step(self, sky: Sky, dt_s: float, drip_l: float) -> None:
        ground = advance(self.planter, Ground(self.vwc, self.demand_mm_d), dt_s, sky, drip_l)
        self.vwc, self.demand_mm_d = ground.vwc, ground.demand_mm_d
        self.stress_h += dt_s / 3600 * ground.is_stressed(self.planter)


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

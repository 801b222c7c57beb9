"""A season of one planter, kept to be drawn."""

from dataclasses import dataclass, field

from corolle_hil.replay.irrigation_clock import Life
from corolle_hil.replay.water_diary import Decision
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.soil import STEP_S, Soil, Vwc

_EVERY_S = 1800


@dataclass
class SeasonPage:
    """What stands in a picture; moments are Unix times, and `until_s` is the end."""

    until_s: float
    decisions: dict[str, list[Decision]] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)
    vwc: list[Vwc] = field(default_factory=list)
    stress_points: list[float] = field(default_factory=list)
    temperatures_c: list[float] = field(default_factory=list)
    rain_mm_h: list[float] = field(default_factory=list)
    timer_vwc: list[float] = field(default_factory=list)


class SeasonAlbum:
    """Looks at a planter every half hour, from now to `until_us`."""

    def __init__(self, scheduler: Scheduler, soil: Soil, until_us: int):
        self.page = SeasonPage((scheduler.epoch_us + until_us) / 1e6)
        self._scheduler = scheduler
        self._soil = soil
        self._until_us = until_us
        self._look()

    def _look(self) -> None:
        page, soil = self.page, self._soil
        moment = self._scheduler.unix_us / 1e6
        weather = soil.climate(moment)
        page.moments.append(moment)
        page.vwc.append(soil.update())
        page.stress_points.append(soil.stress_point)
        page.temperatures_c.append(weather.temperature_c)
        page.rain_mm_h.append(weather.rain_mm_h)
        if self._scheduler.now_us < self._until_us:
            self._scheduler.after(_EVERY_S * 1_000_000, self._look)

    def finish(self, decisions: dict[str, list[Decision]], timer: Life) -> SeasonPage:
        """The page, with what the canopy decided, and the driest part of the timer's planter."""
        self.page.decisions = decisions
        self.page.timer_vwc = [min(ground.vwc) for ground in timer.grounds[:: _EVERY_S // STEP_S]]
        return self.page

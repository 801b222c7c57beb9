"""What a season came to, next to an irrigation clock that lived through the same one."""

from dataclasses import dataclass
from typing import Any

from corolle_hil.replay import irrigation_clock
from corolle_hil.replay.irrigation_clock import Life, Skies
from corolle_hil.replay.water_diary import WaterDiary
from corolle_hil.world.planter import Planter
from corolle_hil.world.soil import STEP_S, Ground, Soil


@dataclass(frozen=True)
class SeasonTally:
    """`stress_h` is by day; `hindsight_l` what a clock would have given that knew the weather to come."""

    diary: WaterDiary
    planter: Planter
    litres: float
    stress_h: list[float]
    stored_l: float
    timer: Life
    timer_stored_l: float
    hindsight_l: float
    driest_day: int
    rain_mm: float

    @classmethod
    def of(
        cls, diary: WaterDiary, soil: Soil, litres: float, stress_h: list[float], begin: Ground, skies: Skies
    ) -> "SeasonTally":
        """Set clocks to the canopy's standard, and let them live from the same beginning."""
        planter, days = soil.planter, len(stress_h)
        driest = irrigation_clock.driest_day(planter, skies)
        daily_l = irrigation_clock.for_driest_day(planter, skies, stress_h[driest])
        timer = irrigation_clock.live(planter, begin, skies, daily_l)
        least_l = irrigation_clock.with_hindsight(planter, begin, skies, sum(stress_h))
        stored_l, timer_stored_l = (
            (sum(end) - sum(begin.vwc)) * planter.part_l for end in (soil.vwc, timer.grounds[-1].vwc)
        )
        rain_mm = sum(sky.rain_mm_h for sky in skies) * STEP_S / 3600
        return cls(
            diary,
            planter,
            litres,
            stress_h,
            stored_l,
            timer,
            timer_stored_l,
            least_l * days,
            driest,
            rain_mm,
        )

    def figures(self) -> dict[str, Any]:
        """For people and programs. The saving is None where the clock gave nothing.

        `stored_l` is by how much the soil has become moister, negative where it has become drier.
        """
        diary, days = self.diary, len(self.stress_h)
        return {
            "days": days,
            "litres": round(self.litres, 1),
            "timer_litres": round(self.timer.litres, 1),
            "saving": _saving(self.litres, self.timer.litres),
            "hindsight_litres": round(self.hindsight_l, 1),
            "stress_hours": round(sum(self.stress_h), 1),
            "timer_stress_hours": round(sum(self.timer.stress_h), 1),
            "stored_litres": round(self.stored_l, 1),
            "timer_stored_litres": round(self.timer_stored_l, 1),
            "timer_litres_a_day": round(self.timer.litres / days, 2),
            "doses": diary.doses,
            "rain_mm": round(self.rain_mm, 1),
            "mist_hours": round(diary.mist_s / 3600, 2),
            "nozzle_hours": round(diary.nozzle_s / 3600, 2),
            "cooling_kh": round(diary.cooling_kh, 1),
            "refusals": dict(diary.refusals["valve"]),
            "mist_refusals": dict(diary.refusals["mist"]),
            "crop_factor": round(self.planter.crop_factor, 3),
        }


def _saving(litres: float, timer_litres: float) -> float | None:
    return round(1 - litres / timer_litres, 4) if timer_litres else None

"""The irrigation clock that a canopy is held against."""

import pytest
from corolle_hil.replay.irrigation_clock import (
    DAY_STEPS,
    driest_day,
    for_driest_day,
    live,
    with_hindsight,
)
from corolle_hil.world.planter import Planter
from corolle_hil.world.soil import Ground, Sky, even

PLANTER = Planter(crop_factor=1.0)
FULL = Ground(even(PLANTER.field_capacity))


def days(*et0_mm_d, rain_mm_d=0.0):
    return [Sky(rain_mm_d / 24, mm / 24) for mm in et0_mm_d for _ in range(DAY_STEPS)]


def test_it_waters_every_day_at_six_whatever_falls():
    life = live(PLANTER, FULL, days(0, 0, rain_mm_d=20.0), 12.0)
    assert life.litres == 24.0
    assert len(life.grounds) == 2 * DAY_STEPS
    dry = live(PLANTER, Ground(even(0.2)), days(0), 12.0).grounds
    assert dry[35].vwc[0] == pytest.approx(0.2) and dry[36].vwc[0] > 0.21
    gained_l = (sum(dry[-1].vwc) - 0.6) * PLANTER.part_l
    assert gained_l == pytest.approx(12.0, abs=0.01), "more than a step of the drip line can give"


def test_the_driest_day_counts_rain_too():
    skies = days(5) + days(8, rain_mm_d=6.0) + days(6)
    assert driest_day(PLANTER, skies) == 2


def test_for_the_driest_day_it_gives_what_that_day_takes():
    """8 mm on 1.2 square metres are 9.6 litres."""
    skies = days(3, 8, 3)
    assert for_driest_day(PLANTER, skies, 0.0) == pytest.approx(9.6, abs=0.5)
    assert for_driest_day(PLANTER, skies, 24.0) == 0.0, "who bears a whole day of stress needs no water"


def test_with_hindsight_it_lives_on_the_soils_store_first():
    skies = days(*[4] * 30)
    least_l = with_hindsight(PLANTER, FULL, skies, 0.0)
    assert 0 < least_l < for_driest_day(PLANTER, skies, 0.0)
    assert sum(live(PLANTER, FULL, skies, least_l).stress_h) == 0.0
    assert sum(live(PLANTER, FULL, skies, least_l - 0.25).stress_h) > 0.0


def test_without_water_plants_are_stressed_day_by_day():
    life = live(PLANTER, Ground(even(0.15)), days(5, 5), 0.0)
    assert life.stress_h == [24.0, 24.0]

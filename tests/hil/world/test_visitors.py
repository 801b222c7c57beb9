"""People under a canopy, and what roots find."""

import pytest
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.climate import Weather
from corolle_hil.world.counts import Steady, bundled
from corolle_hil.world.planter import Planter
from corolle_hil.world.rootzone import soil_c, tension_kpa
from corolle_hil.world.visitors import Visitors

HOUR_US = 3_600_000_000


class Bench:
    """Counts who is in view, and for how long."""

    def __init__(self, scheduler):
        self.scheduler, self.here, self.came_us, self.stays_us = scheduler, 0, [], []

    def enter(self, speed_m_s):
        self.here += 1
        self.came_us.append(self.scheduler.now_us)

    def leave(self):
        self.here -= 1
        self.stays_us.append(self.scheduler.now_us)


def stay(seed, rate, hours):
    scheduler = Scheduler(epoch_us=1_783_900_800_000_000, seed=seed)
    bench = Bench(scheduler)
    visitors = Visitors(scheduler, "canopy-01", bench, rate)
    scheduler.run(hours * HOUR_US)
    return visitors, bench


def test_people_come_as_often_as_said_and_stay_some_minutes():
    visitors, bench = stay(1, Steady(3.0), 200)
    assert visitors.visits == len(bench.came_us) == pytest.approx(600, rel=0.12)
    assert visitors.here == bench.here == len(bench.came_us) - len(bench.stays_us)
    there_us = sum(bench.stays_us) - sum(bench.came_us[: len(bench.stays_us)])
    assert there_us / len(bench.stays_us) / 60e6 == pytest.approx(10, rel=0.2)


def test_more_come_by_day_and_the_same_for_the_same_seed():
    _, bench = stay(2, bundled(0.2), 24)
    night = [t for t in bench.came_us if t % (24 * HOUR_US) < 3 * HOUR_US]
    assert len(bench.came_us) > 20 and len(night) < 3
    assert stay(2, bundled(0.2), 24)[1].came_us == bench.came_us
    assert stay(3, bundled(0.2), 24)[1].came_us != bench.came_us


def test_nobody_comes_but_who_is_sent():
    scheduler = Scheduler()
    bench = Bench(scheduler)
    visitors = Visitors(scheduler, "canopy-01", bench, Steady(0.0))
    visitors.stay(5)
    scheduler.run(HOUR_US // 12 - 1)
    assert bench.here == visitors.here == 1
    scheduler.run(HOUR_US // 12)
    assert bench.here == visitors.here == 0


def test_soil_tension_at_the_points_that_have_names():
    planter = Planter()
    assert tension_kpa(planter, planter.saturation) == 0
    assert tension_kpa(planter, planter.field_capacity) == pytest.approx(10)
    assert tension_kpa(planter, planter.wilting_point) == pytest.approx(1500)
    steps = [tension_kpa(planter, vwc / 100) for vwc in range(50, 4, -1)]
    assert steps == sorted(steps)


def test_soil_is_as_warm_as_the_day_was():
    def day_and_night(unix_s):
        return Weather(30.0 if unix_s % 86_400 < 43_200 else 10.0, 50.0, 1.0, 0.0, 0.0)

    assert {soil_c(day_and_night, 1_783_900_800 + hour * 3600) for hour in range(24)} == {20.0}

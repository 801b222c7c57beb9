"""Evapotranspiration, and the planter's bucket."""

import pytest
from corolle_hil.world.climate import Weather
from corolle_hil.world.evapotranspiration import penman_monteith_mm_h, reference_mm_h
from corolle_hil.world.soil import Ground, Planter, Sky, Soil, SoilProbe, advance

EVEN = (0.25, 0.25, 0.25)
DRY_DAY = Weather(28.0, 45.0, 3.0, 0.0, 700.0)


def test_evapotranspiration_of_the_fao_example():
    """FAO-56, example 19: N'Diaye, 14 to 15 h: 0.63 mm/h; 2 to 3 h: 0.0."""
    afternoon = Weather(38.0, 52.0, 3.3, 0.0, 0.0)
    assert penman_monteith_mm_h(afternoon, 1.749, 0.175, 101.2) == pytest.approx(0.63, abs=0.01)
    night = Weather(28.0, 90.0, 1.9, 0.0, 0.0)
    assert penman_monteith_mm_h(night, -0.100, -0.050, 101.2) == pytest.approx(0.0, abs=0.01)


def test_a_hot_noon_takes_more_than_half_a_millimetre_and_a_wet_night_nothing():
    assert 0.5 < reference_mm_h(DRY_DAY, 900.0) < 0.8
    assert reference_mm_h(Weather(10.0, 98.0, 1.0, 0.0, 0.0), 0.0) < 0.02


def hours(planter, vwc, count, rain_mm_h=0.0, et0_mm_h=0.0, drip_l_h=0.0):
    ground = Ground(vwc)
    for _ in range(count * 6):
        ground = advance(planter, ground, 600, Sky(rain_mm_h, et0_mm_h), drip_l_h / 6)
    return ground.vwc


def test_water_is_conserved_while_nothing_drains_or_dries():
    planter = Planter()
    after = hours(planter, EVEN, 1, drip_l_h=10.0)
    gained_l = sum(after) * planter.part_l - sum(EVEN) * planter.part_l
    assert gained_l == pytest.approx(10.0, abs=1e-6)


def test_drip_wets_the_soil_near_it_first_and_evens_out_later():
    near, middle, edge = hours(Planter(), EVEN, 1, drip_l_h=10.0)
    assert near > middle > edge > 0.25
    evened = hours(Planter(), (near, middle, edge), 72)
    assert max(evened) - min(evened) < 0.005


def test_soil_above_field_capacity_drains():
    planter = Planter()
    soaked = hours(planter, EVEN, 6, rain_mm_h=30.0)
    assert max(soaked) <= planter.saturation
    assert hours(planter, soaked, 48) == pytest.approx((planter.field_capacity,) * 3, abs=0.01)


def test_thirsty_plants_give_off_less_and_never_pass_the_wilting_point():
    planter = Planter()
    moist = hours(planter, (0.30,) * 3, 24, et0_mm_h=0.25)
    dry = hours(planter, (0.15,) * 3, 24, et0_mm_h=0.25)
    assert 0.30 - moist[0] > 2 * (0.15 - dry[0])
    assert min(hours(planter, (0.15,) * 3, 2000, et0_mm_h=0.4)) >= planter.wilting_point


def test_a_planter_catches_up_the_same_however_often_one_looks():
    def after_a_day(looks):
        now = [1_783_900_800.0]
        soil = Soil(Planter(), lambda _: DRY_DAY, lambda: now[0], lambda: 0.0, (43.6, 1.44))
        for _ in range(looks):
            now[0] += 86_400 / looks
            soil.update()
        return soil.vwc

    assert after_a_day(1) == pytest.approx(after_a_day(48), abs=0.002)


def test_probe_voltage_falls_from_dry_to_wet():
    soil = Soil(Planter(), lambda _: DRY_DAY, lambda: 0.0, lambda: 0.0, (43.6, 1.44), vwc=(0.0, 0.25, 0.5))
    dry, moist, wet = (SoilProbe(soil, part, 2800, 1200, 50) for part in range(3))
    assert (dry(), moist(), wet()) == pytest.approx((2.8, 2.0, 1.2))
    wet.unplugged, moist.stuck_v = True, 1.7
    assert (wet(), moist()) == (0.0, 1.7)

"""What plants can take of a planter's soil, held against FAO-56, chapter 8."""

import pytest
from corolle_hil.world.climate import Weather
from corolle_hil.world.planter import CROPS, Planter, plant
from corolle_hil.world.soil import Ground, Sky, Soil, advance, even

AIR = Weather(20.0, 60.0, 2.0, 0.0, 150.0)
# Example 38: tomatoes on a silty soil.
TOMATOES = Planter(
    field_capacity=0.32, wilting_point=0.12, depth_m=0.8, depletion_fraction=0.40, crop_factor=1.2
)


def test_available_water_of_the_fao_example():
    """Example 38: TAW = 1000 (0.32 - 0.12) 0.8 = 160 mm, RAW = 0.40 * 160 = 64 mm."""
    assert TOMATOES.taw_mm == pytest.approx(160)
    assert TOMATOES.raw_mm() == pytest.approx(64)
    assert TOMATOES.stress_point() == pytest.approx(0.32 - 0.064 / 0.8)


@pytest.mark.parametrize(
    ("depletion_mm", "coefficient"),
    [(0, 1.0), (61, 1.0), (64, 1.0), (67, (160 - 67) / 96), (112, 0.5), (160, 0.0), (170, 0.0)],
)
def test_stress_follows_equation_84(depletion_mm, coefficient):
    """Ks = (TAW - Dr) / ((1 - p) TAW); with 67 mm gone example 38 has 0.97."""
    vwc = 0.32 - depletion_mm / 1000 / 0.8
    assert TOMATOES.stress_coefficient(vwc, TOMATOES.stress_point()) == pytest.approx(coefficient)


@pytest.mark.parametrize(
    ("demand_mm_d", "fraction"),
    [(5, 0.40), (3, 0.48), (8, 0.28), (20, 0.10), (0, 0.60)],
)
def test_thirsty_air_makes_less_of_the_water_readily_available(demand_mm_d, fraction):
    """Table 22: p + 0.04 (5 - ETc), within 0.1 and 0.8."""
    assert TOMATOES.fraction(demand_mm_d) == pytest.approx(fraction)
    assert TOMATOES.raw_mm(demand_mm_d) == pytest.approx(fraction * 160)


def test_ten_days_without_rain_end_where_the_example_ends():
    """Example 38: from 55 mm, ET0 of 5 mm on two days and 4 mm on eight; p stays 0.40. By the day: 98 mm."""
    forecast_mm_d = (5, 5, 4, 4, 4, 4, 4, 4, 4, 4)
    by_day_mm, point = 55.0, TOMATOES.stress_point()
    for et0_mm_d in forecast_mm_d:
        by_day_mm += TOMATOES.stress_coefficient(0.32 - by_day_mm / 800, point) * 1.2 * et0_mm_d
    vwc = even(0.32 - 55 / 800)
    for et0_mm_d in forecast_mm_d:
        for _ in range(144):
            vwc = advance(TOMATOES, Ground(vwc), 600, Sky(0.0, et0_mm_d / 24), 0.0).vwc
    assert by_day_mm == pytest.approx(98.3, abs=0.1)
    assert 800 * (0.32 - vwc[0]) == pytest.approx(by_day_mm, abs=1.0)


def test_demand_is_that_of_the_last_days():
    ground = Ground((0.3, 0.3, 0.3), 5.0)
    for _ in range(10 * 144):
        ground = advance(Planter(crop_factor=1.5), ground, 600, Sky(0.0, 0.25), 0.0)
    assert ground.demand_mm_d == pytest.approx(0.25 * 24 * 1.5, rel=0.03)


def test_one_dry_part_is_stress():
    planter = Planter()
    dry = planter.stress_point() - 0.001
    assert Ground((0.3, 0.3, dry)).is_stressed(planter)
    assert not Ground((0.3, 0.3, planter.stress_point())).is_stressed(planter)


def test_a_soil_counts_its_hours_of_stress():
    def drought(vwc):
        now = [1_783_900_800.0]
        soil = Soil(Planter(), lambda _: AIR, lambda: now[0], lambda: 0.0, (43.6, 1.44), vwc=even(vwc))
        now[0] += 86_400
        soil.update()
        return soil.stress_h

    assert drought(0.15) == pytest.approx(24)
    assert drought(0.36) == 0.0


def test_a_crop_has_its_own_thirst_and_an_unknown_one_is_named():
    assert plant("kiwi").crop_factor > plant("grapes").crop_factor
    assert plant("hops").raw_mm() > plant("kiwi").raw_mm()
    assert set(CROPS) == {"hops", "kiwi", "grapes"}
    with pytest.raises(ValueError, match="no crop 'baobab': there are hops, kiwi, grapes"):
        plant("baobab")

"""A luminaire and its mains."""

import itertools

import pytest
from corolle_hil.world.approach import Approach
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.mains import Mains

SECOND_US = 1_000_000


@pytest.fixture
def mains(scheduler):
    return Mains(scheduler)


@pytest.fixture
def luminaire(scheduler, mains):
    """One that has started."""
    luminaire = Luminaire(scheduler, mains)
    later(scheduler, 1)
    return luminaire


def later(scheduler, seconds):
    scheduler.run(scheduler.now_us + round(seconds * SECOND_US))


def test_the_voltage_stays_where_the_standard_wants_it(scheduler, mains):
    """EN 50160, 4.2.2: within 10 % of 230 V; and no two seconds are alike."""
    voltages = []
    for _ in range(2000):
        later(scheduler, 97)
        voltages.append(mains.voltage_v)
    assert 207 < min(voltages) < 227 < 233 < max(voltages) < 253
    assert all(a != b for a, b in itertools.pairwise(voltages))


def test_a_cut_and_a_dip_are_told_when_they_begin_and_end(scheduler, mains):
    told = []
    mains.watch(lambda: told.append((scheduler.now_us, round(mains.voltage_v, -1))))
    mains.dip(100.0, SECOND_US)
    later(scheduler, 2)
    mains.cut(SECOND_US)
    mains.cut(SECOND_US // 2)
    later(scheduler, 2)
    assert told[:2] == [(0, 100), (SECOND_US, 230)]
    assert told[2] == (2 * SECOND_US, 0)
    assert told[-1] == (3 * SECOND_US, 230), "a shorter cut does not end a longer one"
    with pytest.raises(ValueError, match="below 230 V"):
        mains.dip(240.0, SECOND_US)


def test_it_starts_softly(scheduler, mains):
    luminaire = Luminaire(scheduler, mains)
    assert (luminaire.level, luminaire.power_w) == (0.0, 1.6)
    later(scheduler, 0.29)
    assert luminaire.level == 0.0
    later(scheduler, 0.02)
    assert (luminaire.level, luminaire.power_w) == (1.0, 40.0)


@pytest.mark.parametrize(
    ("level", "power_w"), [(1.0, 40.0), (0.5, 20.8), (0.1, 5.44), (0.0, 0.4), (None, 40.0)]
)
def test_power_goes_with_the_level_above_the_losses(luminaire, level, power_w):
    luminaire.command(level)
    assert luminaire.power_w == pytest.approx(power_w)
    assert luminaire.level == (1.0 if level is None else level)
    assert luminaire.flux_lm == pytest.approx(140 * 38.4 * luminaire.level)
    if level is not None:
        assert luminaire.steady_w(level) == pytest.approx(power_w)


def test_a_level_that_is_none_is_refused(luminaire):
    with pytest.raises(ValueError, match=r"level = 1\.2 is outside 0 to 1"):
        luminaire.command(1.2)


def test_current_is_apparent_power_over_voltage_and_the_factor_falls_with_the_level(luminaire, mains):
    factors = []
    for level in (1.0, 0.5, 0.1, 0.0):
        luminaire.command(level)
        factors.append(luminaire.power_factor)
        apparent_va = luminaire.current_a * mains.voltage_v
        assert luminaire.power_w == pytest.approx(apparent_va * luminaire.power_factor)
    assert factors[0] > 0.97 > factors[1] > 0.9 > 0.7 > factors[2] > 0.4 > 0.2 > factors[3]


def test_energy_is_power_over_time(scheduler, luminaire):
    begun_wh = luminaire.energy_wh
    later(scheduler, 3600)
    luminaire.command(0.5)
    later(scheduler, 3600)
    luminaire.command(0.0)
    later(scheduler, 3600)
    assert luminaire.energy_wh - begun_wh == pytest.approx(40.0 + 20.8 + 0.4)


def test_a_level_that_moves_is_followed_and_added_up(scheduler, luminaire):
    """From 1 to 0.2 with 2 s: after 2 s 0.2 + 0.8/e, and in an hour 0.2 h + 0.8 * 2 s."""
    begun_wh = luminaire.energy_wh
    luminaire.follow(Approach(0.2, 1.0, scheduler.now_us, 2e6))
    later(scheduler, 2)
    assert luminaire.level == pytest.approx(0.2 + 0.8 / 2.718281828)
    later(scheduler, 3598)
    assert luminaire.energy_wh - begun_wh == pytest.approx(1.6 + 38.4 * (0.2 + 1.6 / 3600))


def test_supply_comes_through_mains_and_contact(scheduler, luminaire, mains):
    mains.cut(2 * SECOND_US)
    assert (luminaire.level, luminaire.power_w, luminaire.current_a, luminaire.power_factor) == (0, 0, 0, 0)
    later(scheduler, 2.4)
    assert luminaire.level == 1.0
    luminaire.contact = False
    assert (luminaire.level, luminaire.power_w, luminaire.supplied) == (0.0, 0.0, False)
    assert luminaire.voltage_v > 200, "measured before the relay"
    luminaire.contact = True
    later(scheduler, 0.4)
    assert luminaire.level == 1.0


def test_a_shallow_dip_is_ridden_through_and_a_deep_one_is_not(scheduler, luminaire, mains):
    mains.dip(160.0, SECOND_US)
    assert luminaire.power_w == 40.0
    assert luminaire.current_a > 0.25, "the same power from less voltage"
    later(scheduler, 2)
    mains.dip(100.0, SECOND_US)
    assert luminaire.power_w == 0.0


def test_whoever_watches_hears_of_each_change(scheduler, luminaire, mains):
    heard = []
    luminaire.watch(lambda: heard.append(luminaire.power_w))
    luminaire.command(0.5)
    luminaire.burnt_out = True
    mains.cut(SECOND_US)
    assert heard[:2] == [pytest.approx(20.8), 1.6]
    assert heard[-1] == 0.0


def test_faults_of_light(luminaire):
    luminaire.burnt_out = True
    assert (luminaire.level, luminaire.flux_lm, luminaire.power_w) == (0.0, 0.0, 1.6)
    luminaire.burnt_out = False
    luminaire.failed_share = 0.25
    assert luminaire.level == 0.75
    assert luminaire.power_w == pytest.approx(1.6 + 0.75 * 38.4)
    luminaire.failed_share = 0.0
    luminaire.excess = 1.3
    assert luminaire.power_w == pytest.approx(52.0)


def test_faults_of_command(luminaire):
    luminaire.stuck_level = 0.3
    luminaire.command(0.0)
    assert luminaire.level == 0.3
    luminaire.stuck_level = None
    assert luminaire.level == 0.0
    luminaire.always_on = True
    assert (luminaire.level, luminaire.power_w) == (1.0, 40.0)
    luminaire.command(0.5)
    assert luminaire.level == 0.5


def test_a_thermal_cut_out_darkens_it_and_lets_it_come_back(scheduler, luminaire):
    luminaire.cycling = (60.0, 30.0)
    seen = []
    for _ in range(12):
        later(scheduler, 15)
        seen.append(luminaire.level)
    assert seen == [1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1]
    luminaire.cycling = None
    later(scheduler, 300)
    assert luminaire.level == 1.0


def test_what_is_off_has_no_cut_out(scheduler, luminaire):
    luminaire.cycling = (60.0, 30.0)
    luminaire.command(0.0)
    later(scheduler, 600)
    luminaire.command(1.0)
    later(scheduler, 59)
    assert luminaire.level == 1.0

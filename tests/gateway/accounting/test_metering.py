"""Counters as units send them: each step is booked once, whatever became of messages, boards and clocks."""

from itertools import pairwise

import pytest
from corolle_gateway.hub.metering import Meter, grown, meters
from hypothesis import given
from hypothesis import strategies as st

_QUARTER_S = 900.0


def _meter(kind: str, message: str, field: str) -> Meter:
    return next(meter for meter in meters(kind, message) if meter.field == field)


_ENERGY = _meter("lamp", "report", "energy_wh")
_LITRES = _meter("canopy", "report", "litres_total")
_BURN = _meter("lamp", "service", "burn_h")


def test_what_is_counted_in_which_message():
    assert [meter.column for meter in meters("lamp", "report")] == ["energy_wh", "passages"]
    assert [meter.column for meter in meters("lamp", "service")] == ["burn_h"]
    assert [meter.column for meter in meters("canopy", "report")] == ["water_l"]
    assert [meter.column for meter in meters("canopy", "service")] == ["mist_l", "purge_l"]
    assert not meters("lamp", "event") and not meters("canopy", "reading")
    # 24 bits, of which one value stands for none; 20 bits; 22 bits.
    assert (_ENERGY.modulus, _LITRES.modulus, _BURN.modulus) == (2**24 - 1, 2**20, 2**22)


def test_a_counter_grows_by_its_difference():
    assert grown(_ENERGY, 48210.4, 48214.6, _QUARTER_S) == (pytest.approx(4.2), False)
    assert grown(_ENERGY, 5.0, 5.0, _QUARTER_S) == (0.0, False)


def test_a_counter_that_wraps_goes_on():
    top = (_ENERGY.modulus - 1) / 10
    assert grown(_ENERGY, top, 0.4, _QUARTER_S) == (pytest.approx(0.5), False)


def test_a_unit_that_lost_its_last_steps_in_a_power_cut_used_nothing_and_nothing_twice():
    assert grown(_ENERGY, 48210.4, 48209.9, _QUARTER_S) == (0.0, False)
    assert grown(_ENERGY, 48209.9, 48210.9, _QUARTER_S) == (pytest.approx(1.0), False)


@pytest.mark.parametrize("before", [2_000.0, 48_210.4, 500_000.0, 1_600_000.0])
def test_another_board_is_not_taken_for_a_megawatt_hour(before: float):
    assert grown(_ENERGY, before, 0.3, _QUARTER_S) == (0.3, True)


def test_a_board_that_has_counted_elsewhere_brings_nothing_along():
    assert grown(_ENERGY, 500.0, 48_210.0, _QUARTER_S) == (0.0, True)
    assert grown(_LITRES, 10.0, 40_000.0, 3600.0) == (0.0, True)


def test_a_week_without_a_report_is_in_the_next_one():
    week_s = 7 * 86_400.0
    assert grown(_ENERGY, 100.0, 100.0 + 40 * 80, week_s) == (pytest.approx(3200.0), False)
    assert grown(_LITRES, 104_000.0, 104_000.0 + 500 - 104_857.6, week_s) == (pytest.approx(500.0), False)
    # As much in a quarter of an hour is another board's.
    assert grown(_ENERGY, 100.0, 3300.0, _QUARTER_S) == (0.0, True)


def test_a_clock_that_was_set_back_loses_no_watt_hour():
    assert grown(_ENERGY, 100.0, 104.2, -86_400.0) == (pytest.approx(4.2), False)


def test_hours_of_light_do_not_go_faster_than_hours():
    assert grown(_BURN, 1000.0, 1006.0, 6 * 3600.0) == (pytest.approx(6.0), False)
    assert grown(_BURN, 1000.0, 4000.0, 6 * 3600.0) == (0.0, True)


@given(
    st.lists(st.integers(0, 1500), min_size=1, max_size=40),
    st.integers(0, 2**24 - 2),
    st.sets(st.integers(1, 39)),
)
def test_whatever_reports_are_lost_the_sum_is_what_was_used(used: list[int], begun: int, lost: set[int]):
    totals = [begun]
    for each in used:  # of 0.1 Wh in a quarter of an hour: 600 W and less
        totals.append(totals[-1] + each)
    told = [(n, t) for n, t in enumerate(totals) if n not in lost or n == len(totals) - 1]
    booked = 0.0
    for (n, before), (later, now) in pairwise(told):
        values = before % _ENERGY.modulus / 10, now % _ENERGY.modulus / 10
        by, is_anew = grown(_ENERGY, *values, (later - n) * 3600.0)
        assert not is_anew
        booked += by
    assert booked == pytest.approx(sum(used) / 10)

"""What is shed as the battery sinks, what comes back, and whole milliwatt-hours."""

from canopy_bench import settings
from corolle.control.energy import Energy, report_min

_DAY_S = 86400
_PANEL_MW = 5_000  # no dark day


def _level(energy, battery_mv, hours=0, now_s=0, **changes):
    """The level after a voltage has stood for so long, with samples each ten minutes."""
    wanted = settings(**changes)
    for second in range(now_s, now_s + hours * 3600 + 1, 600):
        energy.update(second, wanted, battery_mv, 0, _PANEL_MW)
    return energy.level


def _levels(*volts, **changes):
    return [_level(Energy(0), int(battery_v * 1000), **changes) for battery_v in volts]


def test_levels_by_voltage():
    assert _levels(13.3, 13.0, 12.999, 12.8, 12.799, 12.5, 12.499, 10.0) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_level_is_left_only_a_band_above_it():
    energy = Energy(0)
    assert _level(energy, 12_400) == 3
    assert _level(energy, 12_690, 72) == 3
    assert _level(energy, 12_710, 72, 3 * _DAY_S) == 2
    assert _level(energy, 13_010, 72, 6 * _DAY_S) == 1
    assert _level(energy, 13_210, 72, 9 * _DAY_S) == 0


def test_a_voltage_that_sags_for_minutes_sheds_nothing():
    energy = Energy(0)
    _level(energy, 13_200, 24)
    energy.update(_DAY_S + 60, settings(), 11_500, -20_000, 0)
    energy.update(_DAY_S + 120, settings(), 11_500, -20_000, 0)
    assert energy.level == 0
    assert _level(energy, 11_500, 24, _DAY_S + 600) == 3


def test_an_hour_of_charging_brings_nothing_back():
    energy = Energy(0)
    _level(energy, 12_400, 6)
    assert _level(energy, 13_400, 1, 6 * 3600) == 3
    assert 12_650 < energy.battery_mv < 12_700


def test_after_a_dark_day_the_battery_counts_for_less():
    wanted = settings()
    for panel_mw, hours, level in ((900, 24, 0), (800, 24, 1), (800, 23, 0)):  # 21.6 Wh, 19.2 Wh, half a day
        energy = Energy(0)
        for second in range(0, hours * 3600 + 1, 600):
            energy.update(second, wanted, 13_050, 0, panel_mw)
        assert energy.level == level


def test_a_day_is_counted_to_the_milliwatt_hour():
    energy = Energy(0)
    assert energy.day_in_mwh is None
    wanted = settings()
    for second in range(77, _DAY_S + 77, 77):
        energy.update(second, wanted, 13_200, 1_234 if second <= 43_197 else -567, 2_000)
    passed_s = (_DAY_S + 76) // 77 * 77
    assert energy.day_in_mwh == 2_000 * passed_s // 3600
    out_mj = (2_000 - 1_234) * 43_197 + (2_000 + 567) * (passed_s - 43_197)
    assert energy.day_out_mwh == out_mj // 3600


def test_what_is_left_of_a_milliwatt_hour_is_carried_into_the_next_day():
    energy, told, wanted = Energy(0), 0, settings()
    for sample in range(1, 40 * 25 + 1):
        energy.update(sample * 3500, wanted, 13_200, 0, 11)
        if sample % 25 == 0:  # the first sample of 24 hours or more
            told += energy.day_in_mwh or 0
    assert told == 11 * 40 * 87_500 // 3600


def test_without_a_meter_at_the_panel_the_battery_tells():
    energy = Energy(0)
    for hour in range(1, 25):
        energy.update(hour * 3600, settings(), 13_200, 3_000 if hour <= 8 else -500)
    assert (energy.day_in_mwh, energy.day_out_mwh) == (24_000, 8_000)


def test_a_gap_in_the_samples_is_not_filled():
    energy = Energy(0)
    energy.update(20 * 3600, settings(), 13_200, 0, 5_000)
    energy.update(_DAY_S, settings(), 13_200, 0, 5_000)
    assert energy.day_in_mwh == 10_000


def test_reports_are_rarer_while_the_battery_is_low():
    assert [report_min(settings(), level) for level in range(4)] == [15, 60, 60, 60]
    assert report_min(settings(report_min=120), 1) == 120


def _rest_mv(charge_pct):
    """Voltage at rest of four LiFePO4 cells, by the charts that their sellers print."""
    chart = ((0, 10_000), (10, 12_000), (20, 12_800), (30, 13_000), (40, 13_200), (70, 13_300), (100, 13_600))
    for place in range(1, len(chart)):
        (low_pct, low_mv), (high_pct, high_mv) = chart[place - 1 : place + 1]
        if charge_pct <= high_pct:
            return int(low_mv + (high_mv - low_mv) * (charge_pct - low_pct) / (high_pct - low_pct))
    return 13_600


def test_fourteen_dark_days_shed_one_thing_after_the_other_and_the_sun_brings_all_back():
    """A battery of 130 Wh: reports draw 150 mW, misting 400 mW, irrigation 100 mW, the rest 100 mW."""
    energy, charge_mwh, levels, wanted = Energy(0), 130_000.0, [0], settings()
    for hour in range(1, 24 * 21):
        sun_mw = 6_000 if hour >= 24 * 14 and 8 <= hour % 24 < 18 else 100 if 9 <= hour % 24 < 16 else 0
        load_mw = 100 + (150, 40, 40, 40)[energy.level]
        load_mw += (400 if energy.level < 2 else 0) + (100 if energy.level < 3 else 0)
        charge_mwh = min(130_000.0, charge_mwh + sun_mw - load_mw)
        assert charge_mwh > 0, (hour, levels)
        battery_mv = _rest_mv(charge_mwh / 1300) + (sun_mw - load_mw) // 50
        energy.update(hour * 3600, wanted, battery_mv, sun_mw - load_mw, sun_mw)
        if energy.level != levels[-1]:
            levels.append(energy.level)
    assert levels[:4] == [0, 1, 2, 3]
    assert levels[-1] == 0

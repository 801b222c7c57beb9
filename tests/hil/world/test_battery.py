"""A canopy's battery: what sun and loads do to it, and when its board has power."""

import pytest
from corolle_hil.world.battery import Battery
from corolle_hil.world.climate import Weather

HOUR_US = 3_600_000_000


def sun(radiation_w_m2):
    return lambda unix_s: Weather(20.0, 50.0, 1.0, 0.0, radiation_w_m2)


def later(scheduler, hours):
    scheduler.run(scheduler.now_us + round(hours * HOUR_US))


def test_a_dark_day_takes_what_the_loads_draw(scheduler):
    battery = Battery(scheduler, sun(0), lambda: 1.5, capacity_wh=100, charge=0.9)
    later(scheduler, 20)
    assert battery.charge == pytest.approx(0.6, abs=0.003)
    assert battery.panel_w == 0 and battery.current_a == pytest.approx(-1.5 / 13.17, abs=0.001)


def test_the_panel_charges_by_the_sun_and_by_its_shade(scheduler):
    battery = Battery(scheduler, sun(500), lambda: 0.0, capacity_wh=100, panel_wp=20, charge=0.2)
    later(scheduler, 5)
    assert battery.charge == pytest.approx(0.2 + 0.08 * 5 * 0.96, abs=0.003), "8 W, and 4 % are lost"
    battery.shade = 0.25
    assert battery.panel_reading()[1] == pytest.approx(2 / 13.14, abs=0.002)


def test_a_full_battery_takes_no_more_than_the_loads_draw(scheduler):
    battery = Battery(scheduler, sun(1000), lambda: 3.0, charge=1.0)
    later(scheduler, 2)
    assert battery.charge == 1.0 and battery.panel_w == 3.0 and battery.reading() == (13.8, 0.0)


def test_voltage_is_flat_in_the_middle_and_falls_off_at_the_end(scheduler):
    rest_v = [
        Battery(scheduler, sun(0), lambda: 0.0, charge=charge).voltage_v
        for charge in (1.0, 0.8, 0.5, 0.3, 0.05, 0.0)
    ]
    assert rest_v == sorted(rest_v, reverse=True)
    assert rest_v[1] - rest_v[3] < 0.3 and rest_v[3] - rest_v[5] > 2
    loaded = Battery(scheduler, sun(0), lambda: 13.0, charge=0.5)
    assert loaded.voltage_v == pytest.approx(rest_v[2] - 0.05, abs=0.002)


def test_power_goes_when_it_is_empty_and_comes_back_when_it_is_charged_again(scheduler):
    light = [0.0]
    battery = Battery(
        scheduler, lambda unix_s: sun(light[0])(unix_s), lambda: 2.0, capacity_wh=100, panel_wp=20, charge=0.1
    )
    told = []
    battery.watch(lambda: told.append((battery.has_power, round(scheduler.now_us / HOUR_US, 1))))
    later(scheduler, 24)
    assert told == [(False, 4.7)] and battery.charge == pytest.approx(0.01, abs=0.005)
    assert battery.current_a == 0, "it goes on drawing"
    light[0] = 500.0
    later(scheduler, 3)
    assert [has_power for has_power, _ in told] == [False, True]
    assert battery.charge > 0.06


def test_a_load_that_changes_is_booked_from_then_on(scheduler):
    load_w = [0.0]
    battery = Battery(scheduler, sun(0), lambda: load_w[0], capacity_wh=100, charge=0.5)
    scheduler.run(HOUR_US // 12 - 1)
    load_w[0] = 12.0
    battery.update()
    assert battery.charge == 0.5
    scheduler.run(HOUR_US // 6 - 1)
    load_w[0] = 0.0
    battery.update()
    assert battery.charge == pytest.approx(0.49, abs=1e-6)


def test_impossible_parts_are_refused(scheduler):
    with pytest.raises(ValueError, match=r"within 0\.\.1"):
        Battery(scheduler, sun(0), lambda: 0.0, charge=1.2)

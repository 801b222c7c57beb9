"""From a board's definition to chips, and a unit whose mains come and go."""

import tomllib
from pathlib import Path

import pytest
from corolle_hil.fitting import Furniture, Surroundings, fit
from corolle_hil.installer import install
from corolle_hil.scheduler import Scheduler
from corolle_hil.unit import UnitPlan, VirtualUnit
from corolle_hil.world.air import Air
from corolle_hil.world.climate import Weather
from corolle_hil.world.place import ORIGIN_DEG
from corolle_hil.world.propagation import Position, Propagation

SECOND_US = 1_000_000
BOARDS = Path(__file__).parents[2] / "boards"
HERE = Position(0.0, 0.0)

POST = """
unit = "lamp"
[buses.i2c0]
id = 0
[buses.uart1]
id = 1
[buses.uart2]
id = 2
[buses.spi2]
id = 2
[fitted]
dimmer = { driver = "pwm_dimmer", pin = 4, freq_hz = 1000, zero_mv = 0, full_mv = 10_000 }
relay = { driver = "relay", pin = 6, zero_cross_pin = 7, close_ms = 4, open_ms = 8, hold_s = 10 }
meter = { driver = "bl0942", uart = "uart1", address = 0, shunt_uohm = 1000, divider = 3825 }
presence = { driver = "pir", pin = 5 }
radar = { driver = "ld2410", uart = "uart2", pin = 2 }
lux = { driver = "veml7700", bus = "i2c0", address = 0x10 }
temperature = { driver = "tmp117", bus = "i2c0", address = 0x48 }
tilt = { driver = "lis3dh", bus = "i2c0", address = 0x18, pin = 21 }
rtc = { driver = "ds3231", bus = "i2c0", address = 0x68 }
"""
DALI = {"driver": "dali", "bus": "spi2"}
NTC = {
    "driver": "ntc",
    "pin": 1,
    "supply_mv": 3300,
    "pullup_ohm": 10_000,
    "ntc_ohm": 10_000,
    "beta": 3435,
}


def still_air(unix_s):
    return Weather(20.0, 50.0, 1.0, 0.0, 0.0)


class Bench:
    """A board in the world, and what was fitted to it."""

    def __init__(self, board, scheduler):
        self.board, self.scheduler = board, scheduler
        self.around = around(scheduler)
        self.it = Furniture("lamp-01", HERE)
        self.definition = tomllib.loads(POST)

    def fit(self, **changes):
        definition = tomllib.loads(POST)
        parts = definition["fitted"] | changes
        definition["fitted"] = {name: part for name, part in parts.items() if part}
        fit(self.board, definition, self.it, self.around)
        self.wait(1)
        return self.it

    def wait(self, seconds):
        self.scheduler.run(self.scheduler.now_us + round(seconds * SECOND_US))

    def drive(self, pin, level):
        self.board.line(pin).output(level)
        self.wait(1)


def around(scheduler):
    return Surroundings(scheduler, Air(scheduler, Propagation(scheduler.rng)), still_air, ORIGIN_DEG)


@pytest.fixture
def post(bench):
    made = bench("")
    return Bench(made.board, made.scheduler)


def test_every_part_of_a_lamp_post_is_fitted(post):
    it = post.fit()
    parts = (it.post, it.converter, it.relay, it.energy_meter, it.presence, it.radar, it.lux)
    assert None not in (*parts, it.temperature, it.tilt, it.rtc, it.lookout)
    assert it.dali is None


def test_a_luminaire_without_a_dimmer_is_at_full_light(post):
    it = post.fit(dimmer=None, relay=None)
    assert it.post.luminaire.level == 1.0


def test_the_dimmer_and_the_relay_rule_one_luminaire(post):
    luminaire = post.fit().post.luminaire
    post.board.line(4).modulate(1000, 32768)
    post.wait(1)
    assert luminaire.level == pytest.approx(0.5, abs=0.001)
    post.drive(6, 1)
    assert luminaire.level == 0.0 and not luminaire.supplied
    post.drive(6, None)
    assert luminaire.level == pytest.approx(0.5, abs=0.001)


def test_a_dali_gear_has_the_supply_of_its_luminaire(post):
    it = post.fit(dimmer=DALI)
    gear = it.dali.gears[0]
    assert gear.supplied and it.post.luminaire.level == 1.0
    post.drive(6, 1)
    assert not gear.supplied
    it.post.mains.cut(2 * SECOND_US)
    post.drive(6, 0)
    assert not gear.supplied
    post.wait(3)
    assert gear.supplied and it.post.luminaire.level == 1.0


def test_a_thermistor_may_stand_in_for_the_digital_sensor(post):
    it = post.fit(temperature=NTC)
    cold_uv = post.board.line(1).adc_uv()
    post.wait(4 * 3600)
    assert post.board.line(1).adc_uv() < cold_uv, "the luminaire has warmed its housing"
    assert it.post.housing.temperature_c > 39


def test_passers_are_seen_by_all_that_looks(post):
    it = post.fit()
    it.lookout.enter(1.4)
    post.wait(4)
    assert post.board.line(5).level == post.board.line(2).level == 1
    it.lookout.leave()
    post.wait(30)
    assert post.board.line(5).level == post.board.line(2).level == 0


def test_the_clock_was_set_when_the_post_was_mounted(post):
    it = post.fit()
    assert it.rtc.unix_us == pytest.approx(post.scheduler.unix_us, abs=SECOND_US)


def test_an_unknown_driver_and_one_of_another_unit_are_refused(post):
    with pytest.raises(ValueError, match="no simulated chip for sodium_lamp; there are sx1262, pwm_dimmer"):
        post.fit(dimmer={"driver": "sodium_lamp"})
    canopy = {"unit": "canopy", "fitted": {"clock": {"driver": "ds3231", "bus": "i2c0"}}}
    with pytest.raises(ValueError, match="canopy-01: a part of a lamp post on a canopy"):
        fit(post.board, canopy, Furniture("canopy-01", HERE), post.around)


@pytest.fixture
def canopy(bench):
    """The whole canopy, as its board's definition has it."""
    made = bench("")
    it = Bench(made.board, made.scheduler)
    it.it = Furniture("canopy-01", HERE)
    it.definition = tomllib.loads((BOARDS / "canopy-s3" / "board.toml").read_text())
    return it


def fit_canopy(on, **changes):
    parts = on.definition["fitted"] | changes
    on.definition["fitted"] = {name: part for name, part in parts.items() if part}
    fit(on.board, on.definition, on.it, on.around)
    on.wait(1)
    return on.it


def test_every_part_of_a_canopy_is_fitted(canopy):
    it = fit_canopy(canopy)
    assert None not in (it.air, it.wind, it.leak, it.presence, it.soil, it.tension, it.tank, it.tank_level)
    assert None not in (it.valve, it.drip, it.meter, it.mist_valve, it.purge_valve, it.mist, it.mist_meter)
    assert it.thermometers.keys() == {"soil_temperature", "water_temperature"}
    assert it.power_meters.keys() == {"battery", "panel"} and it.battery.has_power
    assert it.converters.keys() == {("i2c0", 0x48), ("i2c0", 0x49)}
    assert it.soil_adc is it.converters["i2c0", 0x48], "the tensiometer is at the probes' converter"
    assert it.drip.tank is it.tank and it.mist.tank is None


def test_any_subset_of_a_canopys_parts_will_do(canopy):
    names = list(canopy.definition["fitted"])
    alone = {"flow": "valve", "mist_flow": "mist_valve"}
    for name in names:
        canopy.it = Furniture("canopy-01", HERE)
        canopy.definition = tomllib.loads((BOARDS / "canopy-s3" / "board.toml").read_text())
        fit_canopy(canopy, **{other: None for other in names if other not in (name, alone.get(name))})


def test_a_solenoid_of_no_line_and_a_meter_without_a_valve_are_refused(canopy):
    with pytest.raises(ValueError, match="fountain is neither valve, mist_valve nor purge_valve"):
        fit_canopy(canopy, fountain={"driver": "solenoid", "pin": 38})
    del canopy.definition["fitted"]["fountain"]
    canopy.it = Furniture("canopy-01", HERE)
    with pytest.raises(ValueError, match="a flow_meter needs a valve behind it"):
        fit_canopy(canopy, mist_valve=None, purge_valve=None)


def test_nozzles_and_purge_hang_behind_one_meter(canopy):
    it = fit_canopy(canopy)
    canopy.drive(4, 1)
    canopy.wait(59)
    assert it.nozzles.litres == pytest.approx(40 / 60, abs=0.01) and it.purge.litres == 0
    canopy.drive(4, 0)
    canopy.drive(5, 1)
    assert it.purge.flow_l_s > it.nozzles.flow_l_s == 0
    assert it.mist_meter.pulses == pytest.approx(it.mist.litres / 0.01, abs=1)
    assert it.meter.pulses == 0


def test_a_leak_closes_the_contact_or_opens_the_one_that_stands_for_it(canopy):
    it = fit_canopy(canopy)
    wire = canopy.board.line(1)
    wire.output(None, pull=1)
    assert wire.level == 1
    it.mist.leak_l_s = 0.01
    assert wire.level == 0
    it.mist.leak_l_s = 0.0
    assert wire.level == 1


def test_a_contact_that_opens_for_water_is_closed_while_it_is_dry(canopy):
    it = fit_canopy(canopy, leak={"driver": "contact", "pin": 1, "closed_is": 0})
    assert it.leak.closed
    it.drip.leak_l_s = 0.01
    assert not it.leak.closed


def test_the_battery_feeds_the_coils(canopy):
    it = fit_canopy(canopy)
    rest_a = it.battery.reading()[1]
    canopy.drive(4, 1)
    assert it.battery.reading()[1] == pytest.approx(rest_a - 6.5 / 13.2, abs=0.01)
    assert it.battery.panel_reading()[1] == 0.0, "no sun"


def test_tank_and_tension_are_told_as_voltages(canopy):
    it = fit_canopy(canopy)
    assert it.tank_level() == pytest.approx(2.0), "20 mA over 100 ohm: full"
    it.tank.draw(0.075)
    canopy.wait(3600)
    assert it.tank_level() == pytest.approx(1.2, abs=0.001)
    assert it.tension() == pytest.approx(0.5 + 0.025 * 52.8, abs=0.02), "10 kPa * (0.36 / 0.25)^4.56"


@pytest.fixture
def unit(forks, share, tmp_path):
    """A lamp whose program does nothing but wait, switched on."""
    install(forks, tmp_path, {"/main.py": b"import time\nprint('up')\ntime.sleep(100000)"})
    scheduler = Scheduler()
    plan = UnitPlan("lamp-01", "lamp", HERE, {"unit": "lamp", "fitted": {}})
    unit = VirtualUnit(plan, around(scheduler), forks, tmp_path, 96 * 1024 + share, lambda record: None)
    unit.power_on()
    scheduler.run(SECOND_US)
    yield unit, scheduler
    unit.board.close()


def test_a_board_goes_off_with_its_mains_and_comes_back_with_them(unit):
    it, scheduler = unit
    assert it.board.running and it.snapshot()["level_pct"] == 100
    it.furniture.post.mains.cut(2 * SECOND_US)
    scheduler.run(scheduler.now_us + 29_000)
    assert it.board.running and it.snapshot()["level_pct"] == 0
    scheduler.run(scheduler.now_us + 2_000)
    assert not it.board.running
    scheduler.run(scheduler.now_us + 3 * SECOND_US)
    assert it.board.running and it.snapshot()["level_pct"] == 100
    assert it.board.resets == {1: 2}


@pytest.mark.parametrize(("voltage_v", "duration_us"), [(0.0, 25_000), (90.0, 10 * SECOND_US)])
def test_a_board_lives_through_what_its_supply_can_bridge(unit, voltage_v, duration_us):
    it, scheduler = unit
    it.furniture.post.mains.dip(voltage_v, duration_us)
    scheduler.run(scheduler.now_us + 20 * SECOND_US)
    assert it.board.running and it.board.resets == {1: 1}


def test_nobody_has_switched_it_on_yet(forks, share, tmp_path):
    scheduler = Scheduler()
    plan = UnitPlan("lamp-01", "lamp", HERE, {"unit": "lamp", "fitted": {}})
    it = VirtualUnit(plan, around(scheduler), forks, tmp_path, 96 * 1024 + share, lambda record: None)
    assert it.furniture.post
    it.furniture.post.mains.cut(SECOND_US)
    scheduler.run(5 * SECOND_US)
    assert not it.board.running
    it.board.close()


@pytest.fixture
def sunless(forks, share, tmp_path):
    """A canopy on a battery that is nearly empty, switched on; no sun shines."""
    install(forks, tmp_path, {"/main.py": b"import time\ntime.sleep(1000000)"})
    scheduler = Scheduler()
    parts = {"battery": {"driver": "ina226", "bus": "i2c0", "address": 0x40, "shunt_uohm": 10_000}}
    definition = {"unit": "canopy", "buses": {"i2c0": {"id": 0}}, "fitted": parts}
    plan = UnitPlan("canopy-01", "canopy", HERE, definition)
    unit = VirtualUnit(plan, around(scheduler), forks, tmp_path, 96 * 1024 + share, lambda record: None)
    assert unit.furniture.battery
    unit.furniture.battery.charge = 0.012
    unit.power_on()
    yield unit, scheduler
    unit.board.close()


def test_a_board_goes_off_with_its_battery_and_comes_back_with_the_sun(sunless):
    it, scheduler = sunless
    scheduler.run(600 * SECOND_US)
    assert it.board.running
    scheduler.run(3 * 3600 * SECOND_US)
    assert not it.board.running and not it.furniture.battery.has_power
    it.furniture.battery.charge = 0.2
    scheduler.run(4 * 3600 * SECOND_US)
    assert it.board.running and it.board.resets == {1: 2}

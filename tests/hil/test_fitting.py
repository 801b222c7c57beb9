"""From a board's definition to chips, and a unit whose mains come and go."""

import tomllib

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

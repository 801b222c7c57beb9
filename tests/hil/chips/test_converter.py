"""The 0-10 V converter and the dimming input behind it."""

from math import exp

import pytest
from corolle_hil.chips.converter import Converter
from corolle_hil.ports import Line
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.mains import Mains

TAU_US = 50_000


class Bench:
    """A luminaire that has started, behind a converter."""

    def __init__(self, scheduler, **calibration):
        self.scheduler = scheduler
        self.line = Line(4)
        self.luminaire = Luminaire(scheduler, Mains(scheduler))
        self.converter = Converter(scheduler, self.line, self.luminaire, **calibration)
        self.wait(1_000_000)

    def wait(self, us):
        self.scheduler.run(self.scheduler.now_us + us)

    def pwm(self, duty, settle_us=1_000_000):
        self.line.modulate(1000, duty)
        self.wait(settle_us)


@pytest.fixture
def bench(scheduler):
    return Bench(scheduler)


def test_an_undriven_lamp_is_at_full_light(bench):
    assert (bench.luminaire.level, bench.luminaire.power_w) == (1.0, 40.0)


@pytest.mark.parametrize(("duty", "level"), [(65535, 1.0), (32768, 0.5), (6554, 0.1), (5243, 0.1), (0, 0.0)])
def test_level_follows_the_duty_down_to_ten_percent_and_then_off(bench, duty, level):
    """1 V is the minimum level (IEC 60929, annex E); below it a driver with dim-to-off goes out."""
    bench.pwm(duty)
    assert bench.luminaire.level == pytest.approx(level, abs=0.001)
    assert bench.luminaire.power_w == pytest.approx(1.6 + 38.4 * level if level else 0.4, abs=0.05)


def test_between_off_and_on_lies_a_hysteresis(bench):
    bench.pwm(5243)
    assert bench.luminaire.level == 0.1, "0.8 V from above is still on"
    bench.pwm(0)
    bench.pwm(5243)
    assert bench.luminaire.level == 0.0, "0.8 V from below is still off"
    bench.pwm(6225)
    assert bench.luminaire.level == 0.1


def test_the_light_follows_as_a_low_pass_does(bench):
    bench.pwm(32768)
    for us in (10_000, 50_000, 150_000):
        begun_us = bench.scheduler.now_us
        bench.pwm(65535, us)
        gone = exp(-(bench.scheduler.now_us - begun_us) / TAU_US)
        assert bench.luminaire.level == pytest.approx(1 - 0.5 * gone, abs=0.0001)
        bench.pwm(32768)


def test_energy_of_a_ramp_is_right_within_a_thousandth(bench):
    """Steps as a fade makes them, each before the last one has settled, against a sum over milliseconds."""
    summed_wus = 0.0
    begun_wh = bench.luminaire.energy_wh
    for duty in [*range(6554, 65535, 2000), *range(65535, 0, -3000), 0]:
        bench.line.modulate(1000, duty)
        for _ in range(30):
            before_w = bench.luminaire.power_w
            bench.wait(1000)
            summed_wus += 500 * (before_w + bench.luminaire.power_w)
    drawn_wh = bench.luminaire.energy_wh - begun_wh
    assert drawn_wh == pytest.approx(summed_wus / 3.6e9, rel=0.001)


def test_nothing_happens_between_two_commands(bench):
    bench.pwm(32768)
    now_us = bench.scheduler.now_us
    bench.scheduler.run()  # for as long as anything is going to happen
    assert bench.scheduler.now_us == now_us


def test_a_reset_of_the_controller_leaves_the_lamp_bright(bench):
    bench.pwm(6554)
    bench.line.output(None)
    bench.wait(1_000_000)
    assert bench.luminaire.level == pytest.approx(1.0)


def test_the_converters_offset_shifts_the_level(bench):
    bench.converter.offset_v = -0.3
    bench.pwm(32768)
    assert bench.luminaire.level == pytest.approx(0.47, abs=0.001)


def test_a_broken_converter_gives_its_own_voltage(bench):
    bench.pwm(32768)
    bench.converter.converter_v = 2.0
    bench.wait(1_000_000)
    assert bench.converter.input_v == pytest.approx(2.0)
    assert bench.luminaire.level == pytest.approx(0.2)


def test_a_converter_gives_what_it_was_calibrated_to(scheduler):
    bench = Bench(scheduler, zero_v=0.5, full_v=9.5)
    bench.pwm(32768)
    assert bench.converter.input_v == pytest.approx(5.0, abs=0.001)
    bench.pwm(0)
    assert bench.luminaire.level == 0.0

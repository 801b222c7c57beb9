"""Simulated parts of a canopy: solenoid, contact, anemometer, current loop, tensiometer."""

import pytest
from corolle_hil.chips.anemometer import Anemometer
from corolle_hil.chips.contact import Contact
from corolle_hil.chips.current_loop import CurrentLoop
from corolle_hil.chips.solenoid import Solenoid
from corolle_hil.chips.tensiometer import Tensiometer
from corolle_hil.ports import Line

SECOND_US = 1_000_000


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


@pytest.fixture
def line():
    return Line(4)


def test_a_solenoid_takes_its_time_and_draws_power_while_its_pin_is_high(scheduler, line):
    valve = Solenoid(scheduler, line, opening_us=40_000, closing_us=60_000, coil_w=6.5)
    told = []
    valve.watch(lambda: told.append((valve.is_open, valve.power_w)))
    line.output(1)
    later(scheduler, 39_999)
    assert not valve.is_open and valve.power_w == 6.5
    later(scheduler, 1)
    assert valve.is_open
    line.output(None)
    later(scheduler, 59_999)
    assert valve.is_open and valve.power_w == 0.0
    later(scheduler, 1)
    assert not valve.is_open and valve.moves == 2
    assert told == [(False, 6.5), (True, 6.5), (True, 0.0), (False, 0.0)]


def test_a_pulse_too_short_moves_no_solenoid(scheduler, line):
    valve = Solenoid(scheduler, line)
    line.output(1)
    later(scheduler, 20_000)
    line.output(0)
    later(scheduler, SECOND_US)
    assert not valve.is_open and valve.moves == 0


def test_faults_of_a_solenoid(scheduler, line):
    valve = Solenoid(scheduler, line)
    valve.stuck_shut = True
    line.output(1)
    later(scheduler, SECOND_US)
    assert not valve.is_open and valve.power_w > 0
    valve.stuck_shut = False
    assert valve.is_open
    valve.stuck_open = True
    line.output(0)
    later(scheduler, SECOND_US)
    assert valve.is_open and valve.power_w == 0
    valve.stuck_open = False
    assert not valve.is_open


def test_a_contact_pulls_its_wire_low(line):
    line.output(None, pull=1)
    contact = Contact(line)
    assert line.level == 1
    contact.closed = True
    assert line.level == 0
    contact.broken = True
    assert line.level == 1
    contact.closed, contact.shorted = False, True
    assert line.level == 0


def listen(line):
    """What a controller does that counts falling edges; returns them."""
    edges = []
    line.on_edge = lambda line, before, after: edges.append(1) if before > after else None
    line.output(None, pull=1)
    edges.clear()
    return edges


def test_an_anemometer_turns_with_the_wind(scheduler, line):
    wind = [3.0]
    meter = Anemometer(scheduler, line, 0.667, lambda: wind[0])
    edges = listen(line)
    later(scheduler, 100 * SECOND_US)
    assert len(edges) == pytest.approx(100 * 3 / 0.667, abs=2)
    edges.clear()
    meter.stuck = True
    later(scheduler, 100 * SECOND_US)
    assert len(edges) <= 1
    meter.stuck, wind[0] = False, 0.0
    later(scheduler, 100 * SECOND_US)
    assert len(edges) <= 1
    wind[0] = 10.0
    later(scheduler, 40 * SECOND_US)
    assert len(edges) > 100, "the wind came back, and it stood still"


def test_an_anemometer_on_a_wire_without_a_pull_up_has_no_edges(scheduler, line):
    asked = []
    meter = Anemometer(scheduler, line, 0.667, lambda: asked.append(1) or 5.0)
    meter.bounces = 2
    edges = listen(line)
    later(scheduler, 10 * SECOND_US)
    assert len(edges) == pytest.approx(3 * 75, abs=3)
    line.output(None, pull=0)
    edges.clear()
    asked.clear()
    later(scheduler, 100 * SECOND_US)
    assert not edges and not asked


def test_a_current_loop_and_its_faults():
    share = [0.5]
    loop = CurrentLoop(lambda: share[0], shunt_ohm=100)
    assert loop() == pytest.approx(1.2) and loop.current_ma == pytest.approx(12.0)
    share[0] = -0.1
    assert loop.current_ma == 3.8, "NAMUR NE 43: a transmitter that works says no less"
    loop.stuck_ma = 9.0
    assert loop() == pytest.approx(0.9)
    loop.failed = True
    assert loop.current_ma == 3.5
    loop.shorted = True
    assert loop.current_ma > 21
    loop.broken = True
    assert loop() == 0.0


def test_a_tensiometer_and_its_faults():
    pull = [30.0]
    sensor = Tensiometer(lambda: pull[0], zero_mv=500, mv_per_kpa=25)
    assert sensor() == pytest.approx(1.25)
    pull[0] = 900.0
    assert sensor() == pytest.approx(2.625), "its water breaks at 85 kPa"
    sensor.dry_cup = True
    assert sensor() == pytest.approx(0.5)
    sensor.stuck_v = 1.7
    assert sensor() == 1.7
    sensor.unplugged = True
    assert sensor() == 0.0


def test_an_anemometer_without_a_scale_is_refused(scheduler, line):
    with pytest.raises(ValueError, match="m_s_per_hz"):
        Anemometer(scheduler, line, 0, lambda: 0.0)

"""Lines of water: branches, what a meter before them sees, tanks that run dry, pipes that warm up."""

import pytest
from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.chips.solenoid import Solenoid
from corolle_hil.ports import Line
from corolle_hil.world.climate import Weather
from corolle_hil.world.pipe import Pipe, mains_c
from corolle_hil.world.tank import Tank
from corolle_hil.world.water import DripLine, WaterLine

MINUTE_US = 60_000_000
HOUR_US = 3_600_000_000
JULY, FEBRUARY = 1_783_900_800, 1_770_000_000


def raining(mm_h):
    return lambda unix_s: Weather(15.0, 90.0, 1.0, mm_h, 0.0)


@pytest.fixture
def opening():
    return Line(6)


@pytest.fixture
def valve(scheduler, opening):
    return LatchingValve(scheduler, opening, Line(7))


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


def open_it(scheduler, opening):
    opening.output(1)
    later(scheduler, 50_000)
    opening.output(0)


def test_litres_flow_while_the_valve_is_open(scheduler, valve, opening):
    line = DripLine(scheduler, valve, flow_l_h=60.0)
    later(scheduler, MINUTE_US)
    assert line.litres == 0.0
    open_it(scheduler, opening)
    scheduler.run(MINUTE_US + 20_000 + MINUTE_US)
    assert line.litres == line.drippers.litres == pytest.approx(1.0, abs=1e-6)


def test_a_tank_runs_dry(scheduler, valve, opening):
    tank = Tank(scheduler, 300.0, litres=5.0)
    line = DripLine(scheduler, valve, 60.0, tank)
    flows = []
    line.watch(lambda: flows.append(line.flow_l_s))
    open_it(scheduler, opening)
    later(scheduler, HOUR_US)
    assert line.litres == pytest.approx(5.0, abs=1e-3)
    assert (tank.litres, line.flow_l_s) == (0.0, 0.0)
    assert flows[0] == pytest.approx(1 / 60) and flows[-1] == 0.0, "a meter would turn on and on"


def test_water_that_is_brought_flows_again(scheduler, valve, opening):
    tank = Tank(scheduler, 300.0, litres=0.0)
    line = DripLine(scheduler, valve, 60.0, tank)
    open_it(scheduler, opening)
    later(scheduler, HOUR_US)
    assert line.litres == 0.0
    tank.fill(2.0)
    later(scheduler, HOUR_US)
    assert line.litres == pytest.approx(2.0, abs=1e-3)


def test_rain_fills_a_tank_and_runs_over(scheduler):
    tank = Tank(scheduler, 100.0, litres=20.0, climate=raining(5.0), catchment_m2=4.0)
    later(scheduler, 2 * HOUR_US)
    assert tank.litres == pytest.approx(60.0) and tank.share == pytest.approx(0.6)
    later(scheduler, 4 * HOUR_US)
    assert tank.litres == 100.0


def test_rain_feeds_a_line_that_waits_at_an_empty_tank(scheduler, valve, opening):
    tank = Tank(scheduler, 100.0, litres=0.0, climate=raining(5.0), catchment_m2=4.0)
    line = DripLine(scheduler, valve, 60.0, tank)
    open_it(scheduler, opening)
    later(scheduler, 6 * HOUR_US)
    assert line.litres == pytest.approx(120.0, abs=5.0), "20 L/h come in, and never more goes out"


def test_faults_of_a_drip_line(scheduler, valve, opening):
    line = DripLine(scheduler, valve, flow_l_h=60.0)
    line.leak_l_s = 0.001
    assert line.flow_l_s == 0.001
    open_it(scheduler, opening)
    assert line.flow_l_s == pytest.approx(1 / 60 + 0.001)
    line.drippers.burst = 4.0
    assert line.flow_l_s == pytest.approx(4 / 60 + 0.001)
    line.drippers.burst, line.drippers.blocked = 1.0, 0.0
    assert line.flow_l_s == 0.001
    line.shut_off = True
    assert line.flow_l_s == 0.0
    scheduler.run(10 * MINUTE_US)
    assert line.leaked_l == pytest.approx(5e-5) and line.litres == pytest.approx(5.5e-4), (
        "50 ms before it was shut off"
    )


def test_two_branches_behind_one_meter(scheduler):
    mist_wire, purge_wire = Line(4), Line(5)
    line = WaterLine(scheduler)
    nozzles = line.add(Solenoid(scheduler, mist_wire), 36.0)
    purge = line.add(Solenoid(scheduler, purge_wire), 360.0)
    mist_wire.output(1)
    later(scheduler, MINUTE_US)
    assert line.flow_l_s == nozzles.flow_l_s == pytest.approx(0.01)
    mist_wire.output(0)
    purge_wire.output(1)
    later(scheduler, MINUTE_US)
    assert line.flow_l_s == purge.flow_l_s == pytest.approx(0.1)
    assert nozzles.litres == pytest.approx(0.6, abs=0.001) and purge.litres == pytest.approx(6.0, abs=0.01)
    assert line.litres == nozzles.litres + purge.litres
    line.shut_off = True
    assert line.flow_l_s == 0.0


def test_the_mains_are_warmest_at_the_end_of_summer_and_never_hot():
    assert 19 < mains_c(JULY) < 20.5 and 8 < mains_c(FEBRUARY) < 10
    assert all(8 < mains_c(JULY + day * 86_400) < 21 for day in range(366))


def test_water_in_a_standing_pipe_warms_in_the_sun_and_flow_cools_it(scheduler):
    litres = [0.0]
    noon = Weather(33.0, 40.0, 1.0, 0.0, 800.0)
    pipe = Pipe(
        scheduler, lambda unix_s: noon if scheduler.now_us else Weather(20, 50, 1, 0, 0), lambda: litres[0]
    )
    assert pipe.temperature_c == 20.0
    later(scheduler, 45 * MINUTE_US)
    assert pipe.temperature_c == pytest.approx(42.6 - 22.6 * 0.368, abs=0.1), "a time constant later"
    later(scheduler, 12 * HOUR_US)
    assert pipe.temperature_c == pytest.approx(42.6, abs=0.1)
    litres[0] += 6.0
    later(scheduler, 2 * MINUTE_US)
    assert pipe.temperature_c < 21, "four times its volume has passed"


def test_a_pipe_is_the_same_however_often_one_looks(scheduler):
    litres = [0.0]
    pipes = [Pipe(scheduler, raining(0.0), lambda: litres[0], lambda _: 5.0) for _ in range(2)]
    for _ in range(40):
        later(scheduler, 3 * MINUTE_US)
        litres[0] += 0.2
        assert pipes[0].temperature_c < 15
    assert pipes[1].temperature_c == pytest.approx(pipes[0].temperature_c, abs=0.01)


def test_impossible_parts_are_refused(scheduler, valve):
    with pytest.raises(ValueError, match="flow_l_h = 0"):
        DripLine(scheduler, valve, 0)
    with pytest.raises(ValueError, match="capacity_l = -1"):
        Tank(scheduler, -1)

"""Simulated actuators and sensors at pins."""

import pytest
from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.chips.pir import Pir
from corolle_hil.ports import Line


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


def pulse(scheduler, line, us):
    line.output(1)
    later(scheduler, us)
    line.output(0)


@pytest.fixture
def line():
    return Line(4)


@pytest.fixture
def valve(scheduler):
    opening, closing = Line(6), Line(7)
    opening.output(0)
    closing.output(0)
    valve = LatchingValve(scheduler, opening, closing)
    return valve, opening, closing


def test_pir_holds_after_the_last_movement(scheduler, line):
    pir = Pir(scheduler, line, hold_us=2_000_000)
    pir.enter()
    later(scheduler, 5_000_000)
    assert line.level == 1
    pir.leave()
    later(scheduler, 1_999_999)
    assert line.level == 1
    later(scheduler, 1)
    assert line.level == 0


def test_pir_is_retriggered_by_the_next_passer(scheduler, line):
    pir = Pir(scheduler, line, hold_us=2_000_000)
    pir.enter()
    pir.leave()
    later(scheduler, 1_500_000)
    pir.enter()
    pir.leave()
    later(scheduler, 1_500_000)
    assert line.level == 1


def test_a_pir_without_retriggering_falls_while_somebody_is_there_and_looks_again(scheduler, line):
    pir = Pir(scheduler, line, hold_us=2_000_000, block_us=500_000, retriggering=False)
    pir.enter()
    later(scheduler, 2_000_000)
    assert line.level == 0
    later(scheduler, 500_000)
    assert line.level == 1


def test_faults_of_a_pir(scheduler, line):
    pir = Pir(scheduler, line)
    pir.stuck = 1
    later(scheduler, 10_000_000)
    assert line.level == 1
    pir.dead = True
    assert line.level is None


def test_a_pulse_long_enough_moves_the_valve_and_it_stays(scheduler, valve):
    it, opening, closing = valve
    pulse(scheduler, opening, 50_000)
    later(scheduler, 10_000_000)
    assert it.is_open
    pulse(scheduler, closing, 50_000)
    assert not it.is_open
    assert not it.mistakes


def test_a_short_pulse_does_not_move_it(scheduler, valve):
    it, opening, _ = valve
    pulse(scheduler, opening, 19_000)
    assert not it.is_open
    assert it.mistakes == {"pulse too short": 1}


def test_both_inputs_high_is_a_fault(scheduler, valve):
    it, opening, closing = valve
    opening.output(1)
    later(scheduler, 50_000)
    closing.output(1)
    assert it.mistakes == {"both inputs high": 1}


def test_a_coil_held_too_long_is_a_fault_and_a_reset_in_mid_pulse_is_none(scheduler, valve):
    it, opening, _ = valve
    opening.output(1)
    later(scheduler, 600_000)
    assert it.mistakes == {"coil held too long": 1}
    opening.output(0)
    opening.output(1)
    later(scheduler, 1000)
    opening.output(None)
    assert it.mistakes == {"coil held too long": 1}


def test_a_jammed_valve_does_not_move(scheduler, valve):
    it, opening, _ = valve
    it.jammed = True
    pulse(scheduler, opening, 50_000)
    assert not it.is_open


def falling_edges(line):
    edges = []
    line.on_edge = lambda line, before, after: edges.append(1) if before > after else None
    return edges


def test_flow_meter_gives_one_falling_edge_a_portion(scheduler, line):
    flow = [0.0]
    meter = FlowMeter(scheduler, line, 0.01, lambda: flow[0])
    edges = falling_edges(line)
    flow[0] = 1 / 60  # a litre a minute
    meter.update()
    later(scheduler, 60_300_000)
    assert len(edges) == meter.pulses == 100


def test_a_stopped_flow_keeps_its_place_in_the_turn(scheduler, line):
    flow = [0.006]
    meter = FlowMeter(scheduler, line, 0.01, lambda: flow[0])
    edges = falling_edges(line)
    meter.update()
    later(scheduler, 1_000_000)
    flow[0] = 0.0
    meter.update()
    later(scheduler, 60_000_000)
    assert not edges
    flow[0] = 0.006
    meter.update()
    later(scheduler, 700_000)
    assert len(edges) == 1


def test_faults_of_a_flow_meter(scheduler, line):
    meter = FlowMeter(scheduler, line, 0.01, lambda: 0.02)
    edges = falling_edges(line)
    meter.dead = True
    meter.update()
    later(scheduler, 5_000_000)
    assert not edges
    meter.dead = False
    meter.bounces = 2
    later(scheduler, 500_000)
    assert len(edges) == 3
    with pytest.raises(ValueError, match="litres_per_pulse"):
        FlowMeter(scheduler, line, 0.0, lambda: 0.0)

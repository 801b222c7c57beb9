"""A whole canopy node that hangs with its valve open: the guard below it shuts the valve all the same."""

import pytest
from corolle_hil.board import WATCHDOG_RESET

_STEP_MIN = 1 / 60

# Soil is never wet enough, so it waters from the boot on; 40 s later nothing else runs any more.
_HANGS = b"""
import asyncio, time
from corolle.start import assemble

async def hog(alive):
    alive(120)
    await asyncio.sleep(40)
    while True:
        time.sleep(1)

supervisor = assemble()
supervisor.spawn("hog", hog)
asyncio.run(supervisor.run())
"""


@pytest.mark.parametrize(
    ("settings", "longest_s", "most_l"),
    [
        ({"start_vwc_pct": 60, "guard_on_s": 70, "dose_dl": 500}, 71, 1.3),
        ({"start_vwc_pct": 60, "guard_dose_dl": 15, "dose_dl": 500}, 95, 1.6),
    ],
)
def test_a_hung_node_shuts_its_valve_by_time_and_by_litres(live, settings, longest_s, most_l):
    life = live("canopy", {"/main.py": _HANGS}, **settings)
    valve, drip = life.unit.furniture.valve, life.unit.furniture.drip
    open_s = 0
    for _ in range(130):
        life.run(_STEP_MIN)
        open_s += valve.is_open
    assert 45 < open_s <= longest_s, "it did not water, or for too long"
    assert 0.7 < drip.litres <= most_l
    assert not valve.is_open and not valve.mistakes
    assert WATCHDOG_RESET not in life.unit.board.resets, "the watchdog, not the guard"


def test_a_meter_that_dies_under_a_hung_node_is_no_flow(live):
    life = live("canopy", {"/main.py": _HANGS}, start_vwc_pct=60, dose_dl=500)
    life.run(1)
    furniture = life.unit.furniture
    assert furniture.valve.is_open
    furniture.meter.dead = True
    life.run(62 / 60)
    assert not furniture.valve.is_open
    assert WATCHDOG_RESET not in life.unit.board.resets


def test_a_valve_that_does_not_shut_is_unexplained_flow_and_is_pulsed_again(live):
    life = live("canopy", {"/main.py": _HANGS}, start_vwc_pct=60, guard_on_s=70, dose_dl=500)
    life.run(1)
    valve = life.unit.furniture.valve
    assert valve.is_open
    valve.jammed = True
    life.run(15 / 60)
    valve.jammed = False
    assert valve.is_open
    life.run(20 / 60)
    assert not valve.is_open, "it was not pulsed once more"


def test_water_in_the_tray_shuts_a_hung_node_s_valve_at_once(live):
    life = live("canopy", {"/main.py": _HANGS}, start_vwc_pct=60, dose_dl=500)
    life.run(1)
    furniture = life.unit.furniture
    assert furniture.valve.is_open
    furniture.leak.closed = True
    life.run(_STEP_MIN / 10)  # the pulse alone takes half of it; the guard's timer looks once a second
    assert not furniture.valve.is_open
    furniture.leak.closed = False
    life.run(0.5)
    assert not furniture.valve.is_open, "an hour's rest"
    assert WATCHDOG_RESET not in life.unit.board.resets

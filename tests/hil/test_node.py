"""Whole nodes on the virtual board: with broken files, without parts, hung and crashed."""

import json
import re
from typing import Any

import pytest
from corolle_hil.board import HARD_RESET, WATCHDOG_RESET
from corolle_tools.firmware import FIRMWARE, board_definition
from corolle_tools.street.plan import BOARDS

_HOG = b"""
import asyncio, time
from corolle.start import assemble

async def hog(alive):
    while True:
        time.sleep(1)

supervisor = assemble()
supervisor.spawn("hog", hog)
asyncio.run(supervisor.run())
"""
_ONCE = b"""
import asyncio, os
from corolle.start import run

loop = asyncio.run

def once(task):
    try:
        os.stat("/crashed")
    except OSError:
        open("/crashed", "w").close()
        raise KeyError("a bug")
    loop(task)

asyncio.run = once
run()
"""


def _board(kind: str, **parts: Any) -> bytes:
    """The board's definition with other parts; None takes one away."""
    definition = board_definition(BOARDS[kind])
    fitted = definition["fitted"] | parts
    return json.dumps(definition | {"fitted": {k: v for k, v in fitted.items() if v}}).encode()


def test_a_lamp_is_off_by_day_asks_to_join_and_stays_up(live):
    life = live("lamp", thrifty=True)
    life.run(60)
    assert life.level_pct == 0
    assert life.said(type="decision", output="light", value=0, reason="day")
    assert life.said(event="join_request")
    assert life.unit.board.resets == {1: 1}


@pytest.mark.parametrize("content", [None, b"", b"{", b"[1, 2]", b"\xff\xfe", b"null"])
def test_a_lamp_with_a_garbled_board_definition_is_lit_and_says_so(live, content):
    life = live("lamp", {"/board.json": content})
    life.run(20)
    assert life.level_pct == 100
    assert life.said(event="file", path="/board.json")
    assert life.said(type="decision", value=100, reason="safe mode")
    assert life.unit.board.resets == {1: 1}


@pytest.mark.parametrize("content", [None, b"{", b'{"name": "lamp-01"}'])
def test_a_lamp_that_does_not_know_where_it_stands_is_lit(live, content):
    life = live("lamp", {"/unit.json": content})
    life.run(20)
    assert life.level_pct == 100
    assert life.said(type="decision", value=100, reason="safe mode")
    assert life.unit.board.resets == {1: 1}


def test_a_node_of_no_kind_lives_and_leaves_the_light_on(live):
    life = live("lamp", {"/unit.json": None, "/board.json": None})
    life.run(20)
    assert life.level_pct == 100 and life.unit.board.resets == {1: 1}
    assert life.said(event="file", level="error")


@pytest.mark.parametrize("content", [None, b"{}", b'{"app_key": "short"}', b"garbage"])
def test_without_a_key_the_lamp_works_on(live, content):
    life = live("lamp", {"/keys.json": content})
    life.run(20)
    assert life.level_pct == 0
    assert life.said(event="restart", task="link")
    assert life.unit.board.resets == {1: 1}
    assert not any("short" in str(record) for record in life.records)


@pytest.mark.parametrize(
    "radio",
    [
        None,
        {"driver": "sx1276"},
        {"driver": "sx1262"},
        {"driver": "sx1262", "bus": "spi9", "cs": 8, "busy": 13, "dio1": 14, "reset": 12},
        {"driver": "sx1262", "bus": "spi1", "cs": 21, "busy": 13, "dio1": 14, "reset": 12},
    ],
)
def test_without_a_radio_the_lamp_works_on(live, radio):
    life = live("lamp", {"/board.json": _board("lamp", radio=radio)})
    life.run(20)
    assert life.level_pct == 0
    assert not life.said(event="join_request")
    assert life.unit.board.resets == {1: 1}


def test_without_a_presence_sensor_or_with_a_wrong_entry_the_lamp_works_on(live):
    for presence in (None, {"driver": "pir"}, {"driver": "radar", "pin": 5}):
        life = live("lamp", {"/board.json": _board("lamp", presence=presence)})
        life.run(10)
        assert life.level_pct == 0
        assert bool(life.said(event="fault", name="sensorFault")) == (presence is not None)


def test_a_lamp_with_an_impossible_dimmer_is_lit(live):
    life = live("lamp", {"/board.json": _board("lamp", dimmer={"driver": "pwm_dimmer"})})
    life.run(10)
    assert life.level_pct == 100
    assert life.said(event="fault", name="dimmingFailure", state="raised")


def test_a_garbled_settings_record_is_told_and_the_defaults_rule(live):
    life = live("lamp", {"/data/settings.a": b"noise", "/data/settings.b": b""})
    life.run(10)
    assert life.level_pct == 0
    assert life.said(event="store", record="settings", restored=0)


def test_a_record_that_is_damaged_is_named_whenever_it_is_read(live):
    broken = {f"/data/{record}.{copy}": b"noise" for record in ("ledger", "curve") for copy in "ab"}
    life = live("lamp", broken)
    life.run(10)
    for record in ("ledger", "curve"):
        assert life.said(event="store", record=record, restored=0)


def test_an_open_valve_is_shut_within_a_second_of_the_boot(live):
    life = live("canopy")
    valve = life.unit.furniture.valve
    valve.is_open = True
    life.run(2 / 60)
    assert not valve.is_open and not valve.mistakes
    life.run(30)
    assert life.said(type="decision", output="valve", value=0, reason="closed at boot")
    assert life.unit.board.resets == {1: 1}


def test_a_canopy_without_its_sensors_waters_nothing_and_stays_up(live):
    life = live("canopy", thrifty=True, files={"/board.json": _board("canopy", air=None, soil=None)})
    life.run(60)
    assert life.said(type="decision", output="valve", value=0, reason="probe stale")
    assert life.unit.board.resets == {1: 1}


def test_a_canopy_whose_bus_hangs_stays_up_and_comes_back(live):
    life = live("canopy")
    life.run(30)
    chip = life.unit.furniture.soil_adc
    chip.faults.bus_stuck = True
    life.run(120)
    assert life.said(type="decision", reason="sensor lost")
    chip.faults.bus_stuck = False
    life.run(60)
    assert life.said(event="fault", name="airSensorFault", state="cleared")
    assert life.unit.board.resets == {1: 1}


def test_a_hung_event_loop_is_reset_and_three_in_a_row_lead_to_safe_mode(live):
    life = live("lamp", {"/main.py": _HOG})
    life.run(6)
    assert life.unit.board.resets[WATCHDOG_RESET] >= 1
    life.run(10)
    assert life.level_pct == 100
    boots = life.said(event="boot")
    assert [boot["cause"] for boot in boots[:5]] == ["power", *["watchdog"] * 4]
    assert [boot["safe_mode"] for boot in boots[:5]] == [0, 0, 0, 1, 1]


def test_a_crash_is_told_at_the_next_boot(live):
    life = live("lamp", {"/main.py": _ONCE})
    life.run(10)
    assert life.unit.board.resets == {1: 1, HARD_RESET: 1}
    crash = life.said(event="crash")[0]["text"]
    assert "KeyError: a bug" in crash
    written = (FIRMWARE / "corolle" / "start.py").read_text().splitlines()
    lines = [int(line) for line in re.findall(r'"corolle.start", line (\d+), in', crash)]
    assert any("asyncio.run(" in written[line - 1] for line in lines), "the traceback leads to the sources"
    assert life.level_pct == 0, "the next boot is an ordinary one"

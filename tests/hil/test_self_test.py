"""A node tests its parts: what is broken in the world is found, and nothing else."""

from collections.abc import Callable, Iterator

import pytest
from console_node import ConsoleNode

_NOON_H, _NIGHT_H = 12, 23


@pytest.fixture
def node() -> Iterator[Callable[..., ConsoleNode]]:
    made: list[ConsoleNode] = []

    def make(board: str, hour: int, **world: float) -> ConsoleNode:
        made.append(ConsoleNode(board, hour, **world))
        made[-1].run(70)
        return made[-1]

    yield make
    for each in made:
        each.close()


def _bad(verdict: dict[str, str]) -> dict[str, str]:
    return {part: found for part, found in verdict.items() if found.startswith("bad")}


def test_a_sound_lamp_is_found_sound_and_its_verdict_outlives_a_reset(node):
    lamp = node("lamp-s3", _NIGHT_H)
    verdict = lamp.test()
    assert not _bad(verdict), verdict
    assert "100 % 40.0 W" in verdict["dimmer"]
    assert verdict["relay"] == "good: closes"
    assert verdict["bus i2c0"] == "good: 4 of 4 answer"
    assert verdict["rtc"].startswith("good: runs, crystal")
    assert verdict["radar"].startswith("good: version")
    assert verdict["presence"].startswith("untested")
    assert verdict["self-test"].startswith("good: 2026-")
    lamp.ask("restart")
    lamp.run(20)
    assert lamp.facts("verdict") == verdict
    assert lamp.facts("show")["self-test"] == verdict["self-test"]
    assert lamp.unit.snapshot()["level_pct"] == 10


def test_by_day_the_relay_is_seen_to_open(node):
    verdict = node("lamp-s3", _NOON_H).test()
    assert verdict["relay"] == "good: closes and opens", verdict


def test_a_sound_canopy_waters_for_a_moment_and_mists_nobody(node):
    canopy = node("canopy-s3", _NOON_H)
    canopy.ask("command close for 1s")  # whatever it did
    canopy.run(120)
    verdict = canopy.test()
    assert not _bad(verdict), verdict
    assert verdict["flow"].startswith("good") and verdict["valve"].startswith("good")
    assert verdict["mist_valve"].startswith("untested")
    assert not canopy.said(type="decision", output="mist", value=1)
    assert not canopy.said(type="decision", output="purge", value=1)


def test_what_is_broken_in_a_lamp_is_found_by_its_name(node):
    lamp = node("lamp-s3", _NIGHT_H)
    it = lamp.unit.furniture
    it.lux.faults.dead = it.energy_meter.faults.dead = it.radio.dead = True
    verdict = lamp.test()
    bad = _bad(verdict)
    assert set(bad) >= {"self-test", "lux", "meter", "radio", "bus uart1"}, verdict
    assert verdict["dimmer"] == "untested: the meter is silent"
    assert verdict["temperature"].startswith("good") and verdict["bus i2c0"] == "good: 3 of 4 answer"
    (told,) = lamp.said(event="self_test", state="ends")
    assert told["bad"] == len(bad) - 1


def test_a_bus_that_is_held_is_told_as_one(node):
    lamp = node("lamp-s3", _NIGHT_H)
    lamp.unit.furniture.lux.faults.bus_stuck = True
    verdict = lamp.test()
    assert verdict["bus i2c0"].startswith("bad: nothing on it answers")
    assert verdict["dimmer"].startswith("good")


def test_light_that_does_not_follow_is_found(node):
    lamp = node("lamp-s3", _NIGHT_H)
    lamp.unit.furniture.converter.converter_v = 6.0
    verdict = lamp.test()
    assert verdict["dimmer"].startswith("bad: power does not follow"), verdict


def test_a_reset_in_the_middle_of_a_test_is_kept_as_bad(node):
    lamp = node("lamp-s3", _NIGHT_H)
    lamp.ask("self-test")
    lamp.run(2)
    lamp.unit.board.reset(2)
    lamp.run(20)
    assert lamp.ask("verdict") == ["self-test=bad: broken off by a reset"]


def test_a_meter_that_does_not_turn_and_a_wet_tray(node):
    canopy = node("canopy-s3", _NOON_H)
    canopy.unit.furniture.meter.dead = True
    verdict = canopy.test()
    assert verdict["flow"].startswith("bad: no pulse"), verdict
    assert verdict["valve"].startswith("bad: open, and no water")


def test_nothing_is_opened_against_a_leak_or_somebody_s_order(node):
    canopy = node("canopy-s3", _NOON_H)
    canopy.ask("command close for 1h")
    assert canopy.test()["valve"] == "untested: somebody's order is in force"
    canopy.ask("command auto")
    canopy.records.clear()
    canopy.unit.furniture.leak.closed = True
    canopy.run(5)
    verdict = canopy.test()
    assert verdict["valve"] == "untested: leak" and verdict["leak"] == "bad: it is wet", verdict
    assert not canopy.said(type="decision", output="valve", value=1)

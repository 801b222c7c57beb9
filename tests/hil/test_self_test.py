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


_ORDER = "command self-test"  # as anybody orders it who is not there
_THEIRS = "untested: somebody is there, who needs the light"


def _trials(lamp: ConsoleNode) -> list[int]:
    """The levels that were tried."""
    moves = lamp.said(type="decision", output="light")
    return [move["value"] for move in moves if move["reason"] == "self-test"]


def test_a_test_that_is_ordered_is_the_same_where_nobody_is(node):
    lamp = node("lamp-s3", _NIGHT_H)
    verdict = lamp.test(_ORDER)
    assert not _bad(verdict), verdict
    assert "100 % 40.0 W" in verdict["dimmer"] and verdict["relay"] == "good: closes"
    assert _trials(lamp) == [100, 60, 20]
    assert lamp.unit.snapshot()["level_pct"] == 10


def test_who_is_there_keeps_the_light_unless_it_is_tested_at_the_cable(node):
    lamp = node("lamp-s3", _NIGHT_H)
    lamp.unit.furniture.presence.enter()
    lamp.run(5)
    verdict = lamp.test(_ORDER)
    assert not _bad(verdict), verdict
    assert verdict["dimmer"] == verdict["relay"] == _THEIRS
    assert _trials(lamp) == [] and lamp.unit.snapshot()["level_pct"] == 100
    lamp.records.clear()
    assert lamp.test()["dimmer"].startswith("good") and _trials(lamp) == [100, 60, 20]


def test_who_comes_in_the_middle_of_it_has_light_at_once(node):
    lamp = node("lamp-s3", _NIGHT_H)
    lamp.ask(_ORDER)
    for _ in range(300):
        lamp.run(0.1)
        if _trials(lamp)[-1:] == [20]:
            break
    lamp.unit.furniture.presence.enter()
    lamp.run(0.5)
    assert lamp.said(type="decision", output="light")[-1]["reason"] == "presence"
    lamp.run(60)
    assert lamp.facts("verdict")["dimmer"] == _THEIRS
    assert _trials(lamp) == [100, 60, 20]


def test_nothing_is_opened_from_afar_where_somebody_is(node):
    canopy = node("canopy-s3", _NOON_H)
    canopy.ask("command close for 1s")
    canopy.run(120)
    canopy.unit.furniture.presence.enter()
    canopy.records.clear()
    verdict = canopy.test(_ORDER)
    assert verdict["valve"] == verdict["flow"] == "untested: somebody there"
    for output in ("valve", "mist", "purge"):
        assert not canopy.said(type="decision", output=output, value=1)


def test_an_order_that_comes_while_it_tests_changes_nothing(node):
    lamp = node("lamp-s3", _NIGHT_H)
    lamp.ask("self-test")
    assert lamp.ask(_ORDER)[0].startswith("accepted")
    lamp.run(90)
    assert len(lamp.said(event="self_test", state="ends")) == 1


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

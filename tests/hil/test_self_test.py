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

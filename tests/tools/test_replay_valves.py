"""Runs of a canopy's valves: the same for the same seeds, and judged by somebody whom nothing escapes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from corolle_hil.ports import Line
from corolle_hil.replay.valves import Runs, parts, replay_runs, summary
from corolle_hil.replay.valves_site import Site
from corolle_tools.replay.valves import equip

_COROLLE = Path(sys.executable).parent / "corolle"
_SEEDS = range(1, 13)


def _rules(told: list[dict]) -> set[str]:
    return {violation["rule"] for run in told for violation in run["violations"]}


def _replay(*options: str) -> tuple[list[dict], str]:
    line = [_COROLLE, "replay", "valves", "--json", *options]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> list[dict]:
    return replay_runs(Runs(_SEEDS), equip, tmp_path_factory.mktemp("runs"))


def test_no_valve_breaks_a_rule_and_each_of_them_really_opens(told):
    total = summary(1, told)
    assert (total["runs"], total["violations"], total["violating_seeds"]) == (len(_SEEDS), 0, [])
    assert all(total["openings"][output] >= 3 for output in ("valve", "mist", "purge")), total["openings"]
    assert all(litres > 0 for litres in total["litres"].values())
    assert {"accepted", "refused", "out of range", "expired"} <= total["verdicts"].keys()
    assert {"power", "reset", "hang", "leak", "meter"} <= total["faults"].keys()
    assert total["boots"] > 2 * len(_SEEDS)


def test_a_run_is_the_same_alone_and_on_another_process(told):
    (alone, total), progress = _replay("--seed", "3", "--runs", "1")
    assert alone == told[2]
    assert total["type"] == "summary" and (total["runs"], total["violations"]) == (1, 0)
    assert progress.splitlines()[-1] == "1 of 1 runs, 0 with violations"


@pytest.mark.parametrize(("runs", "seed"), [(1, 7), (25, 1), (26, 100), (1000, 1)])
def test_the_parts_have_each_seed_once(runs: int, seed: int):
    seeds = [run for part in parts(runs, seed) for run in part.seeds]
    assert seeds == list(range(seed, seed + runs))


def test_bounds_that_are_half_of_what_is_set_are_found_to_be_exceeded(tmp_path):
    half = replay_runs(Runs(_SEEDS, share=0.5), equip, tmp_path)
    assert {"on-time", "litres an opening", "litres an hour", "litres a day"} <= _rules(half)
    total = summary(1, half)
    assert total["violations"] >= len(total["violating_seeds"]) > 3
    assert sum(total["by_rule"].values()) == total["violations"]


def _stick(site: Site) -> None:
    for valve in (site.it.mist_valve, site.it.purge_valve):
        assert valve
        valve.stuck_open = True


def _jam(site: Site) -> None:
    """It opens, and then no pulse moves it."""
    valve = site.it.valve
    assert valve
    valve.watch(lambda: setattr(valve, "jammed", True))


def test_a_grain_in_the_seats_is_found(tmp_path):
    stuck = replay_runs(Runs(range(1, 4)), equip, tmp_path, _stick)
    assert {"no decision", "both open", "on-time", "after a reset"} <= _rules(stuck)


def test_a_latching_valve_that_stays_open_is_found(tmp_path):
    jammed = replay_runs(Runs(range(1, 4)), equip, tmp_path, _jam)
    assert {"no decision", "on-time", "after a reset"} & _rules(jammed)


def _crowd(site: Site) -> None:
    """The sensor tells of somebody, and the wire to the board is off: it purges on whoever is there."""
    site.presence_wire = Line(gpio=99)
    site.presence_wire.drive(1)


def test_a_purge_on_somebody_is_found(tmp_path):
    assert "somebody there" in _rules(replay_runs(Runs(range(1, 5)), equip, tmp_path, _crowd))

"""Nights of one lamp post: fast, and the same ones each time."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

_COROLLE = Path(sys.executable).parent / "corolle"


def _replay(*options: str) -> str:
    line = [_COROLLE, "replay", "lamp", *options]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=True).stdout


def _records(*options: str) -> list[dict]:
    return [json.loads(line) for line in _replay("--json", *options).splitlines()]


def test_the_same_seed_gives_the_same_bytes():
    assert _replay("--json", "--seed", "7") == _replay("--json", "--seed", "7")


def test_another_seed_sends_other_people_past():
    assert _replay("--json", "--seed", "7") != _replay("--json", "--seed", "8")


def test_nobody_passes_at_a_flow_of_0_and_everybody_is_lit_at_one_of_20():
    quiet, busy = (_records("--flow", flow)[-1] for flow in ("0", "20"))
    assert (quiet["passages"], quiet["lit_in_time"]) == (0, 0)
    assert 100 < busy["passages"] == busy["lit_in_time"]
    assert quiet["saving"] > busy["saving"]


def test_the_sum_follows_the_decisions():
    records = _records("--nights", "2", "--flow", "5")
    values = [record["value"] for record in records if record["type"] == "decision"]
    summary = records[-1]
    assert (summary["type"], summary["nights"]) == ("summary", 2)
    changes = sum(before != after for before, after in pairwise([0, *values]))
    assert summary["switches"] == changes
    assert 2 * 8 < summary["hours_on"] < 2 * 9, "a July night in Toulouse"


def test_people_read_the_night_in_lines():
    lines = _replay("--flow", "5").splitlines()
    assert any(line.endswith("light  10 %  schedule") for line in lines)
    assert any(line.endswith("light 100 %  presence") for line in lines)
    assert "lit in time" in lines[-1]

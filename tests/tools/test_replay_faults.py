"""Nights in which things break: the same ones on however many cores, and told rightly by the firmware."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from corolle_hil.replay.faults import streets, summary

_COROLLE = Path(sys.executable).parent / "corolle"
_KEYS = {"type", "lamp_nights", "false_faults", "seeded", "found", "late", "wrong", "by_fault"}


def _replay(*options: str) -> list[dict]:
    line = [_COROLLE, "replay", "faults", "--json", *options]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stderr
    assert not ran.stderr, "progress is for terminals"
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_night_of_five_lamps_is_judged():
    *records, total = _replay("--lamp-nights", "5")
    assert total.keys() >= _KEYS and total["type"] == "summary"
    assert (total["lamp_nights"], total["seeded"], total["restarts"]) == (5, 2, 0)
    seeds = [record for record in records if record["type"] == "seed"]
    assert {seed["unit"] for seed in seeds} == {"lamp-01", "lamp-05"}
    assert total["found"] == 2 and total["false_faults"] == total["wrong"] == total["uncleared"] == 0
    assert all(0 < seed["delay_s"] <= 900 for seed in seeds)


@pytest.mark.parametrize("lamp_nights", [1, 10, 12, 100, 137, 1000])
def test_the_streets_have_as_many_lamp_nights_as_asked_for(lamp_nights: int):
    parts = streets(lamp_nights, 1)
    assert sum(part.lamps * part.nights for part in parts) == lamp_nights
    assert [part.number for part in parts] == list(range(len(parts)))
    assert max(part.lamps for part in parts) <= 10 >= max(part.nights for part in parts)


def test_streets_have_summer_and_winter_by_turns():
    begins = [part.begin_s for part in streets(400, 1)]
    assert begins[0] == begins[2] != begins[1] == begins[3]


def test_a_sum_counts_each_verdict_once():
    def seed(name: str, verdict: str, delay_s: int | None, cleared: bool = True) -> dict:
        return {"type": "seed", "name": name, "verdict": verdict, "delay_s": delay_s, "cleared": cleared}

    told = [
        seed("tilt", "found", 30),
        seed("tilt", "late", 1000, cleared=False),
        seed("lampFailure", "wrong", None),
        seed("lampFailure", "missed", None),
        {"type": "false_fault", "name": "tilt"},
        {"type": "restart"},
    ]
    total = summary(8, told)
    assert [total[key] for key in ("seeded", "found", "late", "wrong", "missed")] == [4, 1, 1, 1, 1]
    assert (total["false_faults"], total["restarts"], total["uncleared"], total["longest_s"]) == (
        1,
        1,
        1,
        1000,
    )
    assert total["by_fault"]["tilt"]["seeded"] == 2 and total["by_fault"]["supplyLoss"]["seeded"] == 0

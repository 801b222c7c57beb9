"""Nights of one lamp post: fast, the same ones each time, and as good as their settings allow."""

import json
import re
import subprocess
import sys
from itertools import pairwise
from math import exp
from pathlib import Path

import pytest
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle_tools.app import app
from typer.testing import CliRunner, Result

_COROLLE = Path(sys.executable).parent / "corolle"


def _run(*options: str) -> Result:
    """In this process: to start another one takes as long as half a night."""
    return CliRunner().invoke(app, ["replay", "lamp", *options])


def _replay(*options: str) -> str:
    ran = _run(*options)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def _records(*options: str) -> list[dict]:
    return [json.loads(line) for line in _replay("--json", *options).splitlines()]


def _decisions(records: list[dict]) -> list[dict]:
    """What the lamp decided for the street's sake: not its measuring of the luminaire, the first noon."""
    return [record for record in records if record["type"] == "decision" and record["reason"] != "learning"]


def test_a_seed_gives_the_same_bytes_and_another_one_other_people():
    first, other = (_replay("--json", "--seed", seed) for seed in "78")
    line = [_COROLLE, "replay", "lamp", "--json", "--seed", "7"]
    same = subprocess.run(line, capture_output=True, text=True, timeout=60, check=True).stdout
    assert first == same != other


def test_nobody_passes_at_a_flow_of_0_and_what_is_saved_is_the_base():
    quiet = _records("--flow", "0")[-1]
    assert (quiet["passages"], quiet["lit_in_time"]) == (0, 0)
    assert quiet["saving"] == pytest.approx(0.9, abs=0.001)


def test_everybody_is_lit_and_the_saving_is_near_its_bound():
    """By the flow that came in these nights: how many come is chance, and not the lamp's doing."""
    busy = _records("--flow", "27", "--nights", "4")[-1]
    assert busy["saving"] == pytest.approx(0.9 * exp(-busy["passages_per_h"] * 60 / 3600), abs=0.02)
    assert 800 < busy["passages"] == busy["lit_in_time"]


def test_base_and_hold_reach_the_firmware():
    records = _records("--base", "30", "--hold", "5", "--flow", "20")
    values = {record["value"] for record in _decisions(records)}
    assert values == {0, 30, 100}
    assert records[-1]["saving"] == pytest.approx(0.7 * exp(-20 * 5 / 3600), abs=0.02)
    assert (records[-1]["base_pct"], records[-1]["hold_s"]) == (30, 5)


def test_a_post_as_they_are_sold_saves_less():
    sold = _records("--flow", "27", "--view", "8", "--sensor-hold", "2.5", "--losses", "1.6")[-1]
    assert 0.40 < sold["saving"] < 0.55


@pytest.mark.parametrize(("option", "setting"), [("--base", "base_pct"), ("--hold", "hold_s")])
def test_what_the_firmware_would_not_take_is_refused_with_its_range(option: str, setting: str):
    row = re.search(rf"^{setting} .*", LAMP_SETTINGS, re.MULTILINE)
    assert row
    low, high = row[0].split()[2:4]
    for value in (int(low) - 1, int(high) + 1):
        ran = _run(option, str(value))
        assert ran.exit_code == 2
        assert f"{option} {value}: the firmware takes {low} to {high}" in ran.stderr


def test_flow_and_counts_exclude_each_other(tmp_path: Path):
    ran = _run("--flow", "3", "--counts", str(tmp_path / "counts.csv"))
    assert ran.exit_code == 2
    assert "--flow and --counts" in ran.stderr


def test_the_sum_follows_the_decisions():
    records = _records("--nights", "2", "--flow", "5")
    values = [record["value"] for record in _decisions(records)]
    summary = records[-1]
    assert (summary["type"], summary["nights"]) == ("summary", 2)
    changes = sum(before != after for before, after in pairwise([0, *values]))
    assert summary["switches"] == changes
    assert 2 * 8 < summary["hours_on"] < 2 * 9, "a July night in Toulouse"
    assert summary["energy_full_wh"] == pytest.approx(40 * summary["hours_on"], rel=0.001)
    assert summary["saving"] == pytest.approx(1 - summary["energy_wh"] / summary["energy_full_wh"], abs=1e-4)


def test_a_december_night_is_long_and_the_north_has_none_in_june():
    winter = _records("--start", "2026-12-21", "--flow", "1")[-1]
    assert 14.5 < winter["hours_on"] < 15.5
    north = _records("--start", "2026-06-21", "--flow", "1", "--lat", "70", "--lon", "25")[-1]
    assert north["hours_on"] < 0.1
    assert (north["lat_deg"], north["lon_deg"]) == (70.0, 25.0)


def test_a_counters_file_sends_its_people_in_its_hours(tmp_path: Path):
    """As a spreadsheet writes it: a byte order mark, semicolons, one more column."""
    path = tmp_path / "counts.csv"
    counted = {0: 60, 13: 500}
    rows = [f"{counted.get(hour, 0)};2026-07-13T{hour:02d}:00;quay" for hour in range(24)]
    path.write_text("\n".join(["Count;Time;Where", *rows]), encoding="utf-8-sig")
    records = _records("--counts", str(path))
    assert records[-1]["counts"] == str(path) and "flow_per_h" not in records[-1]
    assert 30 < records[-1]["passages"] < 95
    lit = {record["time"][11:13] for record in _decisions(records) if record["value"] == 100}
    assert lit <= {"22", "23"}, "midnight in France is 22 h UTC in July"


def test_quarter_hours_of_two_directions_add_up(tmp_path: Path):
    path = tmp_path / "counts.csv"
    quarters = [f"2026-07-13T{h:02d}:{m:02d}:00+02:00" for h in range(24) for m in (0, 15, 30, 45)]
    rows = [f"{side};{time};{7 if time[11:13] == '01' else 0}" for time in quarters for side in ("in", "out")]
    path.write_text("\n".join(["direction;time;count", *rows]))
    assert 30 < _records("--counts", str(path))[-1]["passages"] < 90, "56 are expected"


def test_a_start_that_a_node_takes_for_a_wrong_clock_is_refused():
    ran = _run("--start", "2012-10-08")
    assert ran.exit_code == 2
    assert "--start 2012-10-08: a node takes a clock before 2026-01-01" in ran.stderr


def test_a_counters_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path):
    path = tmp_path / "counts.csv"
    path.write_text("jour,pietons\n2026-07-13,5\n")
    ran = _run("--counts", str(path))
    assert ran.exit_code == 2
    assert "none of the columns jour, pietons is a time" in ran.stderr


def test_a_picture_is_saved(tmp_path: Path):
    path = tmp_path / "night.png"
    _replay("--png", str(path))
    picture = path.read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 20_000
    ran = _run("--png", str(path), "--png-night", "3")
    assert ran.exit_code == 2 and "--png-night 3: there is 1 night" in ran.stderr


def test_a_picture_that_cannot_be_saved_is_said_before_the_nights_are_lived(tmp_path: Path):
    for path in (tmp_path / "nowhere" / "night.png", tmp_path / "night.tree"):
        ran = _run("--nights", "1000", "--png", str(path))
        assert ran.exit_code == 2 and path.name in ran.stderr


def test_people_read_the_night_in_lines():
    lines = _replay("--flow", "5").splitlines()
    assert any(line.endswith("light  10 %  schedule") for line in lines)
    assert any(line.endswith("light 100 %  presence") for line in lines)
    assert "lit in time" in lines[-1] and "saved (half power 23-06 h: 42%" in lines[-1]

"""Seasons of one canopy next to an irrigation clock: fast, the same ones each time, and a third cheaper."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from seasons import DRY, WET, write_season

_COROLLE = Path(sys.executable).parent / "corolle"
# What a planter of the replay wants: its plants suffer where the soil holds less than 25 to 30 %.
_SET = [
    option for pair in ("start_vwc_pct=30", "band_vwc_pct=3", "soak_min=120") for option in ("--set", pair)
]


def _run(*options: str) -> subprocess.CompletedProcess[str]:
    line = [_COROLLE, "replay", "canopy", *options]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)


def _replay(*options: str) -> str:
    ran = _run(*options)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _summary(*options: str) -> dict:
    return json.loads(_replay("--json", *options).splitlines()[-1])


@pytest.fixture(scope="module")
def dry(tmp_path_factory):
    """A file of three dry weeks, and the options that replay them."""
    path = tmp_path_factory.mktemp("weather") / "dry.epw"
    write_season(path, DRY, 1, datetime(2026, 7, 1), 20)
    return ["--weather", str(path), "--start", "2026-07-01"]


def test_a_dry_summer_takes_a_third_less_water_and_no_stress(dry):
    season = _summary(*dry, "--days", "20", *_SET)
    assert season["saving"] >= 0.30
    assert season["stress_hours"] <= season["timer_stress_hours"]
    assert season["timer_litres"] == pytest.approx(20 * season["timer_litres_a_day"])
    assert season["doses"] > 10 and season["refusals"] == {}
    assert season["lat_deg"] == 43.604, "the place is that of the weather file"


def test_a_wet_month_takes_half_the_water(tmp_path):
    path = write_season(tmp_path / "wet.epw", WET, 1, datetime(2026, 5, 1), 16)
    month = _summary("--weather", str(path), "--start", "2026-05-01", "--days", "16", *_SET)
    assert month["saving"] >= 0.50 and month["rain_mm"] > 30
    assert month["stress_hours"] <= month["timer_stress_hours"]


def test_the_last_line_says_all_that_was_asked_for(dry):
    lines = [json.loads(line) for line in _replay("--json", "--days", "3", *dry).splitlines()]
    assert lines[-1]["type"] == "summary"
    assert lines[-1].keys() >= {
        "litres",
        "timer_litres",
        "saving",
        "stress_hours",
        "timer_stress_hours",
        "mist_hours",
        "cooling_kh",
        "refusals",
        "doses",
        "days",
    }
    assert 0 < lines[-1]["nozzle_hours"] < lines[-1]["mist_hours"] < 3 * 11, "hot days, and people who pass"
    assert lines[-1]["cooling_kh"] > 4 * lines[-1]["nozzle_hours"], "8 to 10 K where it is hot and dry"
    accepted = [line for line in lines if line.get("event") == "command" and line["verdict"] == "accepted"]
    assert accepted[0]["author"] == "keeper", "nobody is misted before a person has cleaned the line"
    decided = [line for line in lines if line["type"] == "decision"]
    assert decided[0]["reason"] == "closed at boot"


def test_a_seed_gives_the_same_bytes_and_another_one_another_season():
    first = _replay("--json", "--days", "2", "--seed", "7")
    assert first == _replay("--json", "--days", "2", "--seed", "7")
    assert first != _replay("--json", "--days", "2", "--seed", "8")


def test_settings_reach_the_firmware_and_frost_is_counted_as_a_refusal():
    """Below 15 C, as every May night is in Toulouse, watering is refused until the morning."""
    options = ["--days", "3", "--start", "2026-05-01", "--set", "start_vwc_pct=35", "--set", "band_vwc_pct=1"]
    watered = _summary(*options)
    refused = _summary(*options, "--set", "frost_c=15")
    assert watered["doses"] > 0 and not watered["refusals"].get("frost guard")
    assert refused["refusals"]["frost guard"] >= 2
    assert refused["settings"] == {"start_vwc_pct": 35, "band_vwc_pct": 1, "frost_c": 15}


def test_a_crop_changes_what_the_planter_wants(dry):
    kiwi, grapes = (_summary(*dry, "--days", "5", *_SET, "--crop", crop) for crop in ("kiwi", "grapes"))
    assert kiwi["timer_litres"] > 1.1 * grapes["timer_litres"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--crop", "baobab"], "no crop 'baobab': there are hops, kiwi, grapes"),
        (["--set", "start_vwc_pct=99"], "start_vwc_pct"),
        (["--set", "start_vwc_pct"], "--set start_vwc_pct: NAME=VALUE"),
        (["--weather", "/nowhere.epw"], "/nowhere.epw"),
        (["--png", "season.tree"], "season.tree: a picture's name ends with .png"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(options, told):
    ran = _run(*options)
    assert ran.returncode == 2
    assert told in ran.stderr and "Traceback" not in ran.stderr


def test_a_file_without_rain_is_told_of(tmp_path):
    dry = DRY.__class__(17.5, 31.0, 58, 0.1, 0.05, 300, 3.3)
    path = write_season(tmp_path / "never.epw", dry, 1, datetime(2026, 7, 1), 3)
    ran = _run("--weather", str(path), "--start", "2026-07-01", "--days", "2")
    assert ran.returncode == 0, ran.stderr
    assert "has no rain" in ran.stderr


def test_a_picture_is_saved_and_people_read_sentences(tmp_path: Path):
    path = tmp_path / "season.png"
    lines = _replay(
        "--days", "3", "--set", "start_vwc_pct=35", "--set", "band_vwc_pct=1", "--png", str(path)
    ).splitlines()
    picture = path.read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 20_000
    assert any(line.endswith("drip on   dry soil") for line in lines)
    assert any("l in" in line and "h of stress" in line for line in lines)

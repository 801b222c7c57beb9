"""Seasons of one canopy next to an irrigation clock: fast, the same ones each time, and a third cheaper."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from corolle_tools.app import app
from seasons import DRY, WET, write_season
from typer.testing import CliRunner, Result

_COROLLE = Path(sys.executable).parent / "corolle"
_DRY_DAYS, _HOT_DAYS = 24, 3


def _run(*options: str) -> Result:
    """In this process: to start another one takes as long as a day."""
    return CliRunner().invoke(app, ["replay", "canopy", *options])


def _replay(*options: str) -> str:
    ran = _run(*options)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def _summary(*options: str) -> dict:
    return json.loads(_replay("--json", *options).splitlines()[-1])


@pytest.fixture(scope="module")
def dry(tmp_path_factory):
    """The weather file of a dry and hot July."""
    path = tmp_path_factory.mktemp("weather") / "dry.epw"
    return write_season(path, DRY, 1, datetime(2026, 7, 1), _DRY_DAYS)


def test_a_dry_summer_takes_a_third_less_water_and_no_stress(dry):
    """Few days save less: the clock is set for the driest of them, and they are all like it."""
    options = "--weather", str(dry), "--start", "2026-07-01", "--days", str(_DRY_DAYS), "--passers", "0"
    season = _summary(*options)
    assert season["saving"] >= 0.30 and season["rain_mm"] < 5
    assert season["stored_litres"] > -8, "it is not the soil's water that it spares the tank"
    assert season["stress_hours"] <= season["timer_stress_hours"]
    assert season["timer_litres"] == pytest.approx(_DRY_DAYS * season["timer_litres_a_day"])
    assert season["doses"] > 3 and season["refusals"] == {}
    assert season["lat_deg"] == 43.604, "the place is that of the weather file"


def test_a_wet_month_takes_half_the_water(tmp_path):
    path = write_season(tmp_path / "wet.epw", WET, 1, datetime(2026, 5, 1), 6)
    month = _summary("--weather", str(path), "--start", "2026-05-01", "--days", "6")
    assert month["saving"] >= 0.50 and month["rain_mm"] > 20
    assert month["stored_litres"] > 0, "it is not the soil's water that it spares the tank"
    assert month["stress_hours"] <= month["timer_stress_hours"]


def test_the_last_line_says_all_that_was_asked_for(dry):
    options = "--json", "--weather", str(dry), "--start", "2026-07-01", "--days", str(_HOT_DAYS)
    *lines, last = [json.loads(line) for line in _replay(*options).splitlines()]
    assert last["type"] == "summary"
    assert last.keys() >= {
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
    assert 0 < last["nozzle_hours"] < last["mist_hours"] < 11 * _HOT_DAYS, "hot days, and people who pass"
    assert last["cooling_kh"] > 4 * last["nozzle_hours"], "8 to 10 K where it is hot and dry"
    accepted = [line for line in lines if line.get("event") == "command" and line["verdict"] == "accepted"]
    assert accepted[0]["author"] == "keeper", "nobody is misted before a person has cleaned the line"
    decided = [line for line in lines if line["type"] == "decision"]
    assert decided[0]["reason"] == "closed at boot"


def test_a_seed_gives_the_same_bytes_and_another_one_another_season():
    first, other = (_replay("--json", "--days", "1", "--seed", seed) for seed in "78")
    line = [_COROLLE, "replay", "canopy", "--json", "--days", "1", "--seed", "7"]
    same = subprocess.run(line, capture_output=True, text=True, timeout=120, check=True).stdout
    assert first == same != other


def test_a_crop_changes_what_the_planter_wants_and_a_file_without_rain_is_told_of(tmp_path):
    never = DRY.__class__(17.5, 31.0, 58, 0.1, 0.05, 300, 3.3)
    path = write_season(tmp_path / "never.epw", never, 1, datetime(2026, 7, 1), 1)
    options = "--json", "--weather", str(path), "--start", "2026-07-01", "--days", "1", "--crop"
    kiwi, grapes = (_run(*options, crop) for crop in ("kiwi", "grapes"))
    litres = [json.loads(ran.stdout.splitlines()[-1])["timer_litres"] for ran in (kiwi, grapes)]
    assert litres[0] > 1.1 * litres[1]
    assert "has no rain" in kiwi.stderr


def test_a_file_that_says_nothing_of_rain_is_refused_until_somebody_says_how_much(tmp_path):
    path = write_season(tmp_path / "unknown.epw", DRY, 1, datetime(2026, 7, 1), 30)
    lines = [line.split(",") for line in path.read_text().splitlines()]
    path.write_text("\n".join(",".join([*fields[:33], "999.0", *fields[34:]]) for fields in lines))
    options = "--weather", str(path), "--start", "2026-07-01", "--days", "1", "--json"
    refused = _run(*options)
    assert refused.exit_code == 2 and "column 34 (liquid precipitation depth) is missing" in refused.stderr
    season = _summary(*options, "--rain-mm-month", "70")
    assert season["rain_mm_month"] == 70.0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--crop", "baobab"], "no crop 'baobab': there are hops, kiwi, grapes"),
        (["--set", "start_vwc_pct=99"], "start_vwc_pct"),
        (["--set", "start_vwc_pct"], "--set start_vwc_pct: NAME=VALUE"),
        (["--weather", "/nowhere.epw"], "/nowhere.epw"),
        (["--rain-mm-month", "20"], "--rain-mm-month is for a --weather file"),
        (["--png", "season.tree"], "season.tree: a picture's name ends with .png"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(options, told):
    ran = _run(*options)
    assert ran.exit_code == 2
    assert told in ran.stderr


def test_people_read_sentences_and_see_a_picture_and_frost_is_counted_as_a_refusal(tmp_path: Path):
    """Below 15 C, as every May night is in Toulouse, it is told to refuse water until the morning."""
    path = tmp_path / "season.png"
    settings = "--set", "start_vwc_pct=35", "--set", "band_vwc_pct=1", "--set", "frost_c=15"
    lines = _replay("--days", "3", "--start", "2026-05-01", *settings, "--png", str(path)).splitlines()
    picture = path.read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 20_000
    assert any(line.endswith("drip on   dry soil") for line in lines)
    assert any("l in" in line and "h of stress" in line for line in lines)
    refused = [line for line in lines if line.startswith("refused") and line.endswith("frost guard")]
    assert int(refused[0].split()[1]) >= 2

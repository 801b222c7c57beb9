"""A walk along lamps that tell each other: everybody has light in time, unless too many adverts are lost."""

import json
from pathlib import Path

import pytest
from corolle_tools.app import app
from typer.testing import CliRunner, Result


def _run(*options: str) -> Result:
    return CliRunner().invoke(app, ["replay", "wave", *options])


def test_a_cyclist_has_light_in_time_at_every_post_and_is_drawn(tmp_path: Path):
    picture = tmp_path / "walk.png"
    ran = _run("--lamps", "5", "--speed", "7", "--loss", "0.2", "--png", str(picture), "--json")
    assert (ran.exit_code, ran.stderr) == (0, "")
    summary = json.loads(ran.stdout.splitlines()[-1])
    assert (summary["posts"], summary["in_time"]) == (4, 4)
    assert 0 < summary["hop_ms"]["median"] < 300 and summary["hop_ms"]["p99"] < 500
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_where_most_adverts_are_lost_light_comes_too_late():
    """What the replay finds is not built into it."""
    summary = json.loads(_run("--lamps", "4", "--speed", "14", "--loss", "0.95", "--json").stdout)
    assert summary["in_time"] < summary["posts"] == 3


@pytest.mark.parametrize("option", [("--lamps", "1"), ("--loss", "1"), ("--png", "walk.txt")])
def test_what_cannot_be_is_refused(option: tuple[str, str]):
    ran = _run(*option)
    assert ran.exit_code == 2
    assert option[0].strip("-") in ran.stderr or option[1] in ran.stderr

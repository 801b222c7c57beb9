"""`corolle settings` against a street of genuine nodes."""

import json
from collections.abc import Iterator

import pytest
from street_process import StreetProcess
from typer.testing import Result


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreetProcess]:
    """Two lamps and a canopy, all joined, two minutes of theirs in a second."""
    state = tmp_path_factory.mktemp("settings") / "street"
    running = StreetProcess(state, "--lamps", "2", "--canopies", "1", "--speed", "120", "--no-ble")
    running.wait_for(lambda record: record["type"] == "report", count=3)
    yield running
    running.end()


def _settings(street: StreetProcess, *words: str) -> Result:
    return street.corolle("settings", *words)


def test_a_lamp_runs_it_within_seconds(street: StreetProcess):
    told = _settings(street, "lamp-01", "base_pct=20", "hold_s=90", "--wait", "40s", "--json")
    assert (told.exit_code, told.stderr) == (0, "")
    (standing,) = map(json.loads, told.stdout.splitlines())
    assert (standing["unit"], standing["agreed"], standing["drift"]) == ("lamp-01", True, {})
    assert standing["reported"]["base_pct"] == 20 and standing["reported"]["hold_s"] == 90
    street.wait_for(lambda record: "by=city" in record.get("text", "") or record.get("by") == "city")


def test_a_whole_site_runs_it_after_its_next_reports(street: StreetProcess):
    told = _settings(street, "toulouse", "report_min=5", "--wait", "60s")
    assert (told.exit_code, told.stderr) == (0, "")
    rows = [line.split() for line in told.stdout.splitlines()]
    assert [row for row in rows if row[1] == "report_min"] == [
        [name, "report_min", "5", "5"] for name in ("canopy-01", "lamp-01", "lamp-02")
    ]


def test_what_cannot_be_is_refused_with_the_range(street: StreetProcess):
    told = _settings(street, "lamp-01", "hold_s=4")
    assert (told.exit_code, told.stderr) == (2, "hold_s = 4 is outside 5..900 s of a lamp\n")
    told = _settings(street, "lamp-01", "hold_s=soon")
    assert (told.exit_code, told.stderr) == (2, "'hold_s=soon' is not SETTING=VALUE with a whole number\n")
    told = _settings(street, "nobody", "hold_s=5")
    assert (told.exit_code, told.stderr) == (2, "nobody of that name is registered here\n")

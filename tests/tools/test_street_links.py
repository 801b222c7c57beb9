"""A street without one of its radios: it lives, and lights."""

from pathlib import Path

import pytest
from street_process import StreetProcess, is_event


@pytest.mark.parametrize(("option", "joins"), [("--no-lora", False), ("--no-ble", True)])
def test_a_street_lives_without_one_of_its_radios(tmp_path: Path, option: str, joins: bool):
    running = StreetProcess(
        tmp_path / "state", "--lamps", "2", "--canopies", "0", "--speed", "60", "--seconds", "6", option
    )
    running.wait_for(lambda record: record["type"] == "decision" and record["reason"] == "schedule", count=2)
    status, summary = running.end(by=None)
    assert (status, summary["boards"]) == (0, 2)
    assert bool([record for record in running.records if is_event("joined")(record)]) == joins
    errors = [record for record in running.records if record.get("level") == "error"]
    assert not errors, errors[:3]

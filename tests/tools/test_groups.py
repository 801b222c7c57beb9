"""Orders to a whole street of genuine nodes: one by one at first, then by one frame that all of them hear."""

from collections.abc import Iterator

import pytest
from street_process import Record, StreetProcess

_LAMPS = ("lamp-01", "lamp-02", "lamp-03")


@pytest.fixture
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreetProcess]:
    """Three lamps, all joined, four minutes of theirs in a second, without Bluetooth."""
    state = tmp_path_factory.mktemp("groups") / "street"
    running = StreetProcess(state, "--lamps", "3", "--canopies", "0", "--speed", "240", "--no-ble")
    running.wait_for(lambda record: record["type"] == "report", count=3)
    yield running
    running.end()


def _counter(name: str, least: int):
    """Whether the gateway has counted so many."""
    return lambda record: record["type"] == "status" and record["counters"].get(name, 0) >= least


def test_a_site_dims_together(street: StreetProcess):
    told = street.command("toulouse", "level", "40", "--group", "--for", "2h")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.splitlines()[-1].endswith("acknowledged, 3 of 3 units")
    street.wait_for(_counter("group_answers", 3))  # each has the key now
    before = len(street.records)
    told = street.command("toulouse", "level", "70", "--group", "--for", "2h", "--author", "tester")
    assert (told.exit_code, told.stderr) == (0, "")
    street.wait_for(_counter("multicasts", 1))

    def is_dimmed(record: Record) -> bool:
        return record["type"] == "decision" and record.get("value") == 70 and "tester" in record["reason"]

    assert {record["unit"] for record in street.wait_for(is_dimmed, count=3)} == set(_LAMPS)
    ends = [
        record for record in street.records[before:] if record["type"] == "ack" and record["unit"] in _LAMPS
    ]
    assert {(record["unit"], record["status"]) for record in ends} == {
        (name, "acknowledged") for name in _LAMPS
    }

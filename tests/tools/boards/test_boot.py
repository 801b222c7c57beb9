"""Each board boots: its firmware on genuine MicroPython, with every part that it lists simulated."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from corolle_hil.heap import NODE_BYTES
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world.place import ORIGIN_DEG, lay_out
from corolle_hil.world.scenario import WEEKS, ScenarioClimate
from corolle_tools.firmware import BOARDS, board_definition, board_names, modules, node_files
from corolle_tools.identity import Identity

_NIGHT_US = (WEEKS["summer"] + 23 * 3600) * 1_000_000
_FOR_US = 120_000_000
_PROGRAM = "/corolle/"

Files = Callable[[str, Identity], dict[str, bytes]]


def _lives(
    board: str, folder: Path, files: Files = node_files, heap_bytes: int = NODE_BYTES
) -> tuple[list[dict[str, Any]], dict[str, Any], dict[int, int]]:
    """What a unit of this board says in its first minutes, how it really is then, and its resets by cause."""
    records: list[dict[str, Any]] = []
    definition = board_definition(board)
    kind, scheduler = definition["unit"], Scheduler(_NIGHT_US, 1)
    identity = Identity.make(f"{kind}-01", kind, "test", *ORIGIN_DEG)
    equipment = Equipment(definition, lambda: files(board, identity))
    lamps = int(kind == "lamp")
    place, climate = lay_out(lamps, 1 - lamps, 0, scheduler.rng("place")), ScenarioClimate(scheduler.rng)
    with Street(
        scheduler, place, lambda _: equipment, folder, climate, records.append, heap_bytes=heap_bytes
    ) as street:
        unit = street.units[identity.name]
        scheduler.at(100_000, unit.board.set_clock, _NIGHT_US + 100_000)
        street.run(_FOR_US)
        return records, unit.snapshot(), unit.board.resets


@pytest.mark.parametrize("board", board_names())
def test_a_board_boots_with_all_that_is_fitted_to_it(board: str, tmp_path: Path):
    records, snapshot, resets = _lives(board, tmp_path)
    assert resets == {1: 1}, "one start, by the switch"
    assert [r["cause"] for r in records if r.get("event") == "boot"] == ["power"]
    assert not [r for r in records if r.get("level") in ("warn", "error") and not _at_first_boot(r)]
    assert not [r for r in records if "Error" in str(r.get("text", ""))]
    fitted = board_definition(board)["fitted"]
    assert any(r.get("event") == "join_request" for r in records) == ("radio" in fitted)
    output = "light" if "level_pct" in snapshot else "valve"
    told = [(r["reason"], r["value"]) for r in records if r.get("output") == output]
    if output == "light":
        assert ("learning", 50) in told, "dimmer and meter together"
        assert told[-1] == ("schedule", snapshot["level_pct"])
    else:
        assert told == [("closed at boot", 0), ("dry soil", 1)], "probes and valve"
        assert snapshot["valve_open"] and snapshot["litres"] > 0.5


def _at_first_boot(record: dict[str, Any]) -> bool:
    """A new node's counter of adverts begins, and its mist waits for its first purge."""
    return record["event"] == "counter" or record.get("name") == "mistLocked"


def _frozen(board: str, identity: Identity) -> dict[str, bytes]:
    """The firmware as a manifest freezes it: each module by itself, where a node else has them linked."""
    linked = node_files(board, identity)
    return {path: data for path, data in linked.items() if not path.startswith(_PROGRAM)} | modules()


@pytest.mark.parametrize(("board", "heap_kb"), [("lamp-s3", 160), ("canopy-s3", 192)])
def test_what_is_frozen_runs_in_a_larger_heap(board: str, heap_kb: int, tmp_path: Path):
    """boards/README.md tells these figures."""
    records, _, resets = _lives(board, tmp_path, _frozen, heap_kb * 1024)
    assert resets == {1: 1}
    assert not [r for r in records if "Error" in str(r)]
    assert [r for r in records if r.get("type") == "decision"]
    assert f"{heap_kb} KB" in " ".join((BOARDS / "README.md").read_text().split())

"""Long files begin first: whichever stood at the end would run alone, with all other cores idle.

pytest-xdist hands a file to each worker that has nothing left to do, in this order if it is run with
`--dist loadfile --no-loadscope-reorder`; by itself it begins with the files of most tests.
"""

from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
# Ten seconds and more, the longest first; those that mostly wait in turn with those that mostly compute.
_LONG = (
    "tools/test_street.py",
    "tools/test_street_links.py",
    "hil/test_lamp_failures.py",
    "hil/test_heap.py",
    "gateway/test_disasters.py",
    "test_docs.py",
    "tools/test_settings.py",
    "tools/test_replay_canopy.py",
    "gateway/test_chirpstack.py",
    "hil/test_node.py",
    "gateway/test_sanitary.py",
    "tools/test_replay.py",
    "gateway/test_bad_brokers.py",
    "hil/ble/test_whole_lamps.py",
    "tools/ble/test_node.py",
    "tools/test_replay_valves.py",
    "gateway/test_network_server.py",
    "tools/test_replay_wave.py",
    "tools/test_groups.py",
    "tools/test_bench.py",
    "hil/ble/test_gateway_link.py",
    "hil/test_canopy_dark_days.py",
    "hil/ble/test_gateway_day.py",
    "gateway/test_northbound.py",
    "hil/test_canopy_power_cuts.py",
    "gateway/test_groups.py",
    "hil/replay/test_replay_parts.py",
    "gateway/test_flashed_board.py",
    "hil/bench/test_real_rig.py",
    "tools/flash/test_flash.py",
    "tools/test_street_hour.py",
)
_PLACES = {_TESTS / name: place for place, name in enumerate(_LONG)}


def pytest_configure() -> None:
    """A file that was renamed is to be renamed here."""
    gone = [str(path.relative_to(_TESTS)) for path in _PLACES if not path.exists()]
    if gone:
        raise pytest.UsageError(f"tests/conftest.py: no such test file: {', '.join(gone)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort files, and leave the order within each, and of the short ones, as it is."""
    items.sort(key=lambda item: _PLACES.get(item.path, len(_PLACES)))

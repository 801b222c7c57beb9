"""Long files begin first: whichever stood at the end would run alone, with all other cores idle.

pytest-xdist hands a file to each worker that has nothing left to do, in this order if it is run with
`--dist loadfile --no-loadscope-reorder`; by itself it begins with the files of most tests. Of long files the
tests of which share nothing that takes long to make, it hands out the tests.
"""

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_TESTS = Path(__file__).parent
# Ten seconds and more, the longest first; those that mostly wait in turn with those that mostly compute.
_LONG = (
    "tools/test_street.py",
    "tools/flash/test_flash.py",
    "hil/test_heap.py",
    "tools/test_street_links.py",
    "tools/test_console_night.py",
    "tools/test_replay_canopy.py",
    "tools/test_settings.py",
    "hil/ble/test_whole_lamps.py",
    "gateway/test_flashed_board.py",
    "gateway/test_disasters.py",
    "test_docs.py",
    "tools/test_street_hour.py",
    "hil/test_lamp_failures.py",
    "gateway/test_chirpstack.py",
    "tools/test_bench.py",
    "hil/test_node.py",
    "gateway/test_bad_brokers.py",
    "tools/test_replay_valves.py",
    "tools/test_groups.py",
    "tools/ble/test_node.py",
    "tools/test_replay.py",
    "gateway/alarms/test_on_the_street.py",
    "hil/bench/test_plugin.py",
    "gateway/northbound/test_mutual_tls.py",
    "hil/test_canopy_dark_days.py",
    "gateway/console/test_cable.py",
    "hil/ble/test_gateway_link.py",
    "gateway/test_sanitary.py",
    "hil/ble/test_gateway_day.py",
    "gateway/test_commands.py",
    "gateway/test_network_server.py",
    "hil/test_canopy_power_cuts.py",
    "gateway/logs/test_gateway_log.py",
    "hil/bench/test_real_rig.py",
    "gateway/service/test_metrics.py",
    "tools/flash/test_image.py",
    "tools/test_replay_faults.py",
    "gateway/console/test_both_languages.py",
    "gateway/console/test_login.py",
    "gateway/northbound/test_home_assistant.py",
    "gateway/test_northbound.py",
    "gateway/test_groups.py",
    "tools/test_replay_wave.py",
    "hil/replay/test_replay_parts.py",
)
# Of these the tests are handed out one by one.
_APART = frozenset(
    (
        "gateway/test_bad_brokers.py",
        "gateway/test_disasters.py",
        "hil/ble/test_whole_lamps.py",
        "hil/test_heap.py",
        "hil/test_node.py",
        "test_docs.py",
        "tools/test_bench.py",
        "tools/test_replay.py",
        "tools/test_street_links.py",
    )
)
_PLACES = {_TESTS / name: place for place, name in enumerate(_LONG)}


def pytest_configure() -> None:
    """A file that was renamed is to be renamed here."""
    gone = [name for name in {*_LONG, *_APART} if not (_TESTS / name).exists()]
    if gone:
        raise pytest.UsageError(f"tests/conftest.py: no such test file: {', '.join(gone)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort files, and leave the order within each, and of the short ones, as it is."""
    items.sort(key=lambda item: _PLACES.get(item.path, len(_PLACES)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Ours where files are to be handed out."""
    return _Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


class _Scheduling(LoadFileScheduling):
    """Files, but of some the tests."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return nodeid if file.removeprefix(f"{_TESTS.name}/") in _APART else file

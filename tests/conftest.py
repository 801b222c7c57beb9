"""Long files begin first: whichever stood at the end would run alone, with all other cores idle.

pytest-xdist hands a file to each worker that has nothing left to do, in this order if it is run with
`--dist loadfile --no-loadscope-reorder`; by itself it begins with the files of most tests. Of long files the
tests of which share nothing that takes long to make, it hands out the tests.
"""

import gc
from collections.abc import Generator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_ROOT = Path(__file__).parents[1]
# Ten seconds and more, the longest first; those that mostly wait in turn with those that mostly compute.
_LONG = (
    "tests/tools/test_street.py",
    "tests/tools/flash/test_flash.py",
    "tests/hil/test_heap.py",
    "tests/tools/test_street_links.py",
    "tests/tools/test_console_night.py",
    "tests/tools/test_replay_canopy.py",
    "tests/tools/test_settings.py",
    "tests/hil/ble/test_whole_lamps.py",
    "tests/gateway/test_flashed_board.py",
    "tests/gateway/test_disasters.py",
    "tests/test_docs.py",
    "tests/tools/test_street_hour.py",
    "tests/hil/test_lamp_failures.py",
    "tests/gateway/test_chirpstack.py",
    "tests/tools/test_bench.py",
    "tests/hil/test_node.py",
    "tests/gateway/test_bad_brokers.py",
    "tests/tools/test_replay_valves.py",
    "tests/tools/test_groups.py",
    "tests/tools/ble/test_node.py",
    "tests/tools/test_replay.py",
    "tests/gateway/alarms/test_on_the_street.py",
    "tests/hil/bench/test_plugin.py",
    "tests/gateway/northbound/test_mutual_tls.py",
    "tests/hil/test_canopy_dark_days.py",
    "tests/gateway/console/test_cable.py",
    "tests/hil/ble/test_gateway_link.py",
    "tests/gateway/test_sanitary.py",
    "tests/hil/ble/test_gateway_day.py",
    "tests/gateway/test_commands.py",
    "tests/gateway/test_network_server.py",
    "tests/hil/test_canopy_power_cuts.py",
    "tests/gateway/logs/test_gateway_log.py",
    "tests/hil/bench/test_real_rig.py",
    "tests/gateway/service/test_metrics.py",
    "tests/tools/flash/test_image.py",
    "tests/tools/test_replay_faults.py",
    "tests/gateway/console/test_both_languages.py",
    "tests/gateway/console/test_login.py",
    "tests/gateway/northbound/test_home_assistant.py",
    "tests/gateway/test_northbound.py",
    "tests/gateway/test_groups.py",
    "tests/tools/test_replay_wave.py",
    "hil/tests/test_flashing.py",
    "tests/tools/serial/test_shell_and_logs.py",
    "tests/tools/test_link.py",
    "tests/hil/replay/test_replay_parts.py",
)
# Of these the tests are handed out one by one.
_APART = frozenset(
    (
        "tests/gateway/test_bad_brokers.py",
        "tests/gateway/test_disasters.py",
        "tests/hil/ble/test_whole_lamps.py",
        "tests/hil/test_heap.py",
        "tests/hil/test_node.py",
        "tests/test_docs.py",
        "tests/tools/test_bench.py",
        "tests/tools/test_replay.py",
        "tests/tools/test_street_links.py",
    )
)
_PLACES = {_ROOT / name: place for place, name in enumerate(_LONG)}


def pytest_configure() -> None:
    """A file that was renamed is to be renamed here."""
    gone = [name for name in {*_LONG, *_APART} if not (_ROOT / name).exists()]
    if gone:
        raise pytest.UsageError(f"tests/conftest.py: no such test file: {', '.join(gone)}")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is read here stays: to look for garbage in it takes a fifth of the time, and later more again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


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
        return nodeid if file in _APART else file

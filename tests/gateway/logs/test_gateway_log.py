"""The log of a real gateway: the same lines in both places, and a full disk that stops one of them alone."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corolle_gateway.logs import reader
from disks import SmallDisk
from gateway_street import Street, join
from radio_device import Device


def _kept(folder: Path) -> str:
    return "".join(f"{line}\n" for line in reader.lines(folder) if line)


def test_what_is_on_stderr_is_in_the_file_from_the_first_line_to_the_last(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    join(lamp, street.forwarder(gateway))
    assert gateway.stop() == 0
    text = gateway.log.read_text()
    assert _kept(gateway.database.parent / "log") == text
    assert "event=started" in text and "event=join unit=lamp-1" in text and text.endswith("event=stopped\n")
    assert all(
        re.match(r"t=\d{4}-\d\d-\d\dT[\d:.]{12}Z level=\w+ event=\w+", line) for line in text.splitlines()
    )


def test_a_gateway_goes_on_behind_what_an_earlier_run_wrote(street: Street):
    gateway = street.gateway(Device("lamp-1"))
    gateway.wait_log("event=started", 15)
    gateway.kill()
    gateway.start()
    street.forwarder(gateway)
    assert gateway.stop() == 0
    kept = _kept(gateway.database.parent / "log")
    assert kept.count("event=stopped") == 1 and kept.splitlines()[-1].endswith("event=stopped")


def test_a_stderr_that_takes_nothing_stops_nobody_and_its_lines_are_counted(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WATCHDOG_USEC", "600000")  # as often as that it looks
    (street.folder / "log").symlink_to("/dev/full")
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city = street.city(gateway).ready()
    join(lamp, street.forwarder(gateway))
    city.wait("lamp-1/report")
    city.wait_rejected("log_line_lost")
    assert gateway.stop() == 0
    assert "event=join unit=lamp-1" in _kept(gateway.database.parent / "log"), "who else takes lines has them"


@pytest.fixture
def small_disk(street: Street) -> Iterator[SmallDisk]:
    """A disk of its own for the log."""
    if os.geteuid():
        pytest.skip("mounts need root")
    (street.folder / "data").mkdir(mode=0o700)
    disk = SmallDisk(street.folder / "data" / "log", 1)
    yield disk
    street.end()  # nobody may have it open when it is taken away
    disk.close()


def test_a_full_disk_stops_the_file_and_the_gateway_says_so_and_counts(
    street: Street, small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WATCHDOG_USEC", "600000")  # as often as that it looks
    small_disk.fill()
    lamp, stranger = Device("lamp-1"), Device("stranger", number=9)
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    assert forwarder.push(stranger.join_request())
    said = gateway.wait_log("event=log_file_failed", 20)
    assert 'error="No space left on device"' in said
    city.wait_rejected("log_line_lost", 1, 20)
    join(lamp, forwarder)
    city.wait("lamp-1/report", wait_s=20)
    small_disk.empty()
    end = time.monotonic() + 30  # it is tried again after ten seconds, when there is something to write
    while "event=log_file_mended" not in gateway.log.read_text():
        assert time.monotonic() < end
        assert forwarder.push(stranger.join_request())
        time.sleep(0.1)
    assert gateway.stop() == 0
    assert "event=stopped" in _kept(gateway.database.parent / "log")

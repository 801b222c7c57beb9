"""The log in files: bounded, compressed, spared, and of no harm to anybody when the disk fails."""

import gzip
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from corolle_gateway.log import ERROR, INFO
from corolle_gateway.logs import file as log_file
from corolle_gateway.logs import reader, segments
from corolle_gateway.logs.file import LogFile
from disks import SmallDisk

_MAX_BYTES = 80_000


def _line(number: int) -> str:
    return f't=2026-07-14T19:40:{number % 60:02}.000Z level=info event=line n={number} pad="{"x" * 70} "\n'


def _until(condition: Callable[[], object], wait_s: float = 15.0) -> None:
    end = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


def _filled(folder: Path, numbers: range) -> None:
    """So many lines, written in batches as a busy gateway's are."""
    file = LogFile(folder, _MAX_BYTES)
    for number in numbers:
        file.take(ERROR if number % 40 == 39 else INFO, _line(number))
        if number % 40 == 39:
            _until(lambda: not file._lines)
    file.close()


def _numbers(folder: Path) -> list[int]:
    return [int(line.partition(" n=")[2].partition(" ")[0]) for line in reader.lines(folder) if line]


def test_lines_wait_for_company_but_a_grave_one_takes_all_along(tmp_path: Path):
    file = LogFile(tmp_path, _MAX_BYTES)
    live = tmp_path / segments.LIVE_NAME
    file.take(INFO, _line(1))
    time.sleep(0.2)
    assert not live.exists()
    file.take(ERROR, _line(2))
    _until(lambda: live.exists() and live.read_text() == _line(1) + _line(2))
    file.take(INFO, _line(3))
    file.close()
    assert live.read_text() == _line(1) + _line(2) + _line(3)
    assert live.stat().st_mode & 0o777 == 0o600


def test_a_line_waits_for_no_longer_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log_file, "_PATIENCE_S", 0.2)
    file = LogFile(tmp_path, _MAX_BYTES)
    begun_s = time.monotonic()
    file.take(INFO, _line(1))
    _until((tmp_path / segments.LIVE_NAME).exists)
    assert time.monotonic() - begun_s >= 0.2
    file.close()


def test_a_folder_is_bounded_its_old_files_compressed_and_its_last_lines_all_there(tmp_path: Path):
    _filled(tmp_path, range(4000))  # some 500 KB
    kept = [path.stat().st_size for path in tmp_path.iterdir()]
    assert sum(kept) <= _MAX_BYTES
    packed = segments.full(tmp_path)
    assert len(packed) > 5 and all(segment.is_compressed for segment in packed)
    assert gzip.decompress(packed[-1].path.read_bytes()).endswith(b'"\n')
    numbers = _numbers(tmp_path)
    assert numbers == list(range(numbers[0], 4000))
    assert len(numbers) > 1000


def test_a_new_run_goes_on_behind_a_line_that_was_torn(tmp_path: Path):
    live = tmp_path / segments.LIVE_NAME
    live.write_text(_line(1) + "t=2026-07-14T19:4")
    _filled(tmp_path, range(2, 3))
    assert live.read_text() == _line(1) + "t=2026-07-14T19:4\n" + _line(2)


def test_what_a_power_cut_left_half_compressed_is_compressed_again(tmp_path: Path):
    segments.uncompressed(tmp_path, 1).write_text(_line(0))
    (tmp_path / "gateway-000001.log.gz.part").write_bytes(b"\x1f\x8b")
    segments.uncompressed(tmp_path, 2).write_text(_line(1))
    segments.compressed(tmp_path, 2).write_bytes(gzip.compress(_line(1).encode()))
    assert _numbers(tmp_path) == [0, 1]
    _filled(tmp_path, range(2, 200))
    assert not list(tmp_path.glob("*.part"))
    assert not segments.uncompressed(tmp_path, 1).exists() and not segments.uncompressed(tmp_path, 2).exists()
    assert _numbers(tmp_path) == list(range(200))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if os.geteuid():
        pytest.skip("mounts need root")
    disk = SmallDisk(tmp_path / "disk", 1)
    yield disk
    disk.close()


def test_a_full_disk_stops_the_file_and_is_told_and_it_goes_on_when_there_is_room(
    tmp_path: Path, small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(log_file, "_AGAIN_S", 0.1)
    folder = tmp_path / "disk" / "log"
    file = LogFile(folder, _MAX_BYTES)
    file.take(ERROR, _line(0))
    _until((folder / segments.LIVE_NAME).exists)
    small_disk.fill()
    for number in range(1, 100):  # more than what is left of the last block
        file.take(ERROR, _line(number))
    _until(lambda: file.failure)
    assert file.failure == "No space left on device" and file.lost > 0
    small_disk.empty()
    file.take(ERROR, _line(100))
    _until(lambda: file.failure is None)
    file.close()
    numbers = _numbers(folder)
    assert numbers[0] == 0 and numbers[-1] == 100 and len(numbers) + file.lost == 101
    assert (folder / segments.LIVE_NAME).read_bytes().endswith(b"\n")


def test_a_disk_that_hangs_makes_nobody_wait_and_takes_no_memory_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    os.mkfifo(
        tmp_path / segments.LIVE_NAME
    )  # to open it for reading and writing succeeds, to fill it does not
    monkeypatch.setattr(log_file, "_CLOSING_S", 0.1)
    file = LogFile(tmp_path, _MAX_BYTES)
    begun_s = time.monotonic()
    for number in range(6000):
        file.take(ERROR, _line(number))
    assert time.monotonic() - begun_s < 2.0
    assert file.lost > 1000 and file._bytes <= 262_144
    file.close()
    assert time.monotonic() - begun_s < 5.0
    drain = os.open(tmp_path / segments.LIVE_NAME, os.O_RDONLY | os.O_NONBLOCK)
    while file._thread.is_alive():
        try:
            os.read(drain, 65_536)
        except BlockingIOError:
            time.sleep(0.01)
    os.close(drain)

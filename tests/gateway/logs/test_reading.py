"""The log read back by `corolle-gateway log`, as somebody with a copied SD card does."""

import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import ran_here
from corolle_gateway.log import Log, quoted
from corolle_gateway.logs import segments
from corolle_gateway.logs.logfmt import parse
from corolle_gateway.logs.sieve import moment
from hypothesis import given
from hypothesis import strategies as st

_COMMAND = [sys.executable, "-m", "corolle_gateway.app", "log"]


class _Lines:
    """A sink that keeps what it takes."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


@given(st.text(min_size=1))
def test_whatever_is_logged_is_read_back_from_one_line(value: str):
    line = f"t=2026-07-14T19:40:03.120Z level=info event=said value={quoted(value)} unit=lamp-1"
    assert len(line.splitlines()) == 1
    assert (parse(line) or {}) == {
        "t": "2026-07-14T19:40:03.120Z",
        "level": "info",
        "event": "said",
        "value": value,
        "unit": "lamp-1",
    }


def test_a_line_the_log_writes_is_one_the_reader_knows():
    lines = _Lines()
    log = Log(lambda: 1_784_058_000.0, "debug", lines)  # type: ignore[arg-type]
    log.warning("rejected", cause="bad_mic", reason='he said "no" \\ twice', empty="")
    assert parse(lines.text.removesuffix("\n")) == {
        "t": "2026-07-14T19:40:00.000Z",
        "level": "warning",
        "event": "rejected",
        "cause": "bad_mic",
        "reason": 'he said "no" \\ twice',
        "empty": "",
    }


@pytest.mark.parametrize(
    "torn", ["", "t=2026-07-14T19:4", "\0\0\0", "event=x", 't=1 level=info event="x', "t=1 level=info"]
)
def test_what_is_torn_is_no_line(torn: str):
    assert parse(torn) is None


def _line(minute: int, level: str, rest: str) -> str:
    return f"t=2026-07-14T19:{minute:02}:00.000Z level={level} {rest}\n"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A copied data_dir: a compressed file, one that is not yet, and the live one, torn by the power cut."""
    folder = tmp_path / "log"
    folder.mkdir()
    old = _line(1, "info", "event=started site=quai") + _line(2, "info", "event=join unit=lamp-1")
    segments.compressed(folder, 9).write_bytes(gzip.compress(old.encode()))
    segments.uncompressed(folder, 10).write_text(_line(3, "warning", "event=rejected cause=bad_mic count=1"))
    live = _line(4, "info", "event=join unit=lamp-2") + _line(5, "error", 'event=failed why="Disk Full"')
    (folder / segments.LIVE_NAME).write_text(live + "t=2026-07-14T19:06:00.000Z level=info ev")
    return tmp_path


def _read(card: Path, *options: str) -> tuple[list[str], str]:
    status, said, complaint = ran_here("log", "--data-dir", card, *options)
    assert status == 0, complaint
    return [line[16:18] for line in said.splitlines()], complaint


def test_a_whole_card_is_read_in_order_and_what_is_torn_is_told(card: Path):
    minutes, said = _read(card)
    assert minutes == ["01", "02", "03", "04", "05"]
    assert "torn: 1 lines" in said
    assert _read(card / "log")[0] == minutes


@pytest.mark.parametrize(
    ("options", "minutes"),
    [
        (["--unit", "lamp-1"], ["02"]),
        (["--level", "warning"], ["03", "05"]),
        (["--since", "2026-07-14T19:02", "--until", "2026-07-14T19:04"], ["02", "03"]),
        (["--since", "2026-07-14T21:05+02:00"], ["05"]),
        (["--text", "disk full"], ["05"]),
        (["--unit", "lamp-1", "--level", "error"], []),
    ],
)
def test_each_filter_lets_through_what_is_asked_for(card: Path, options: list[str], minutes: list[str]):
    assert _read(card, *options)[0] == minutes


def test_a_compressed_file_that_is_cut_short_is_read_up_to_there(card: Path):
    whole = "".join(_line(1, "info", f"event=line n={number * 7919 % 10_007}") for number in range(4000))
    packed = gzip.compress(whole.encode())
    segments.compressed(card / "log", 8).write_bytes(packed[: len(packed) // 2])
    minutes, _ = _read(card)
    assert 1000 < minutes.count("01") < 3000 and minutes[-1] == "05"


def test_times_are_iso_or_so_long_ago():
    assert moment("2026-07-14", 0.0) == "2026-07-14T00:00:00.000Z"
    assert moment("90s", 1_784_058_000.0) == "2026-07-14T19:38:30.000Z"
    assert moment("2h", 1_784_058_000.0) == "2026-07-14T17:40:00.000Z"
    with pytest.raises(ValueError):
        moment("yesterday", 0.0)


def test_no_log_at_all_is_told_in_a_sentence(tmp_path: Path):
    status, said, complaint = ran_here("log", "--data-dir", tmp_path)
    assert (status, said) == (2, "")
    assert complaint.startswith(f"corolle-gateway: {tmp_path}: there is no log here")


def test_follow_goes_on_with_what_is_written_also_into_the_next_file(card: Path):
    live = card / "log" / segments.LIVE_NAME
    live.write_text(_line(4, "info", "event=join unit=lamp-2"))
    with subprocess.Popen(
        [*_COMMAND, "--data-dir", str(card), "--follow", "--unit", "lamp-2"],
        stdout=subprocess.PIPE,
        text=True,
    ) as reading:
        assert reading.stdout
        try:
            assert "19:04" in reading.stdout.readline()
            with live.open("a") as file:
                file.write(_line(7, "info", "event=join unit=lamp-3"))
                file.write("t=2026-07-14T19:08:00.000Z level=info event=join")
                file.flush()
                time.sleep(0.3)  # it has seen the half of a line
                file.write(" unit=lamp-2\n")
            assert reading.stdout.readline() == _line(8, "info", "event=join unit=lamp-2")
            live.rename(segments.uncompressed(card / "log", 11))
            live.write_text(_line(9, "info", "event=join unit=lamp-2"))
            assert reading.stdout.readline() == _line(9, "info", "event=join unit=lamp-2")
        finally:
            reading.terminate()

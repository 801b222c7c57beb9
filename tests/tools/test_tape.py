"""Every datagram, written down as it passed."""

import json
import stat
from pathlib import Path

from corolle_tools.street.tape import Tape

_EUI = bytes.fromhex("0102030405060708")


def _taped(tmp_path: Path, *datagrams: tuple[str, bytes]) -> list[dict]:
    tape = Tape(tmp_path / "datagrams.jsonl")
    for direction, data in datagrams:
        tape(direction, 1_784_059_260_000_001, data)
    tape.close()
    return [json.loads(line) for line in (tmp_path / "datagrams.jsonl").read_text().splitlines()]


def test_the_raw_bytes_stand_beside_what_they_say(tmp_path: Path):
    push = b"\x02\x12\x34\x00" + _EUI + b'{"rxpk":[]}'
    (line,) = _taped(tmp_path, ("up", push))
    assert line == {
        "time": "2026-07-14T20:01:00.000001Z",
        "direction": "up",
        "hex": push.hex(),
        "kind": "PUSH_DATA",
        "body": {"rxpk": []},
    }


def test_what_cannot_be_read_is_kept_as_it_was(tmp_path: Path):
    lines = _taped(
        tmp_path, ("down", b"\x02\x12\x34\x03{garbled"), ("up", b"\xff"), ("up", b"\x02\x00\x00\xff")
    )
    assert [line["hex"] for line in lines] == ["02123403" + b"{garbled".hex(), "ff", "020000ff"]
    assert [line.get("kind") for line in lines] == ["PULL_RESP", None, None]


def test_a_later_run_goes_on_in_the_same_file_for_its_owner_only(tmp_path: Path):
    _taped(tmp_path, ("up", b"\x01"))
    assert len(_taped(tmp_path, ("up", b"\x02"))) == 2
    assert stat.S_IMODE((tmp_path / "datagrams.jsonl").stat().st_mode) == 0o600

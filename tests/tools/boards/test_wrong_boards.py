"""Wrong board files, each an edit away from a right one: refused, with the sentence that helps."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from corolle_tools.app import app
from corolle_tools.firmware import BOARDS
from typer.testing import CliRunner, Result

Edits = list[list[str]]

_WRONG: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("wrong_boards.toml").read_text())


def _edited(folder: Path, board: str, edits: Edits) -> Path:
    text = (BOARDS / board / "board.toml").read_text()
    for old, new in edits:
        assert old in text, f"{board} has changed: it has no {old!r}"
        text = text.replace(old, new, 1)
    path = folder / board / "board.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def _check(path: Path) -> Result:
    return CliRunner().invoke(app, ["boards", "check", str(path)])


def test_there_are_enough_of_them():
    assert len(_WRONG) >= 30
    assert len({case["says"] for case in _WRONG.values()}) == len(_WRONG)


@pytest.mark.parametrize("name", _WRONG)
def test_a_wrong_board_is_refused_with_the_right_sentence(name: str, tmp_path: Path):
    case = _WRONG[name]
    result = _check(_edited(tmp_path, case["board"], case["edits"]))
    assert result.exit_code == 1
    assert f"  {case['says']}" in result.output.splitlines()


@pytest.mark.parametrize("board", sorted({case["board"] for case in _WRONG.values()}))
def test_what_they_are_made_from_is_right(board: str, tmp_path: Path):
    assert _check(_edited(tmp_path, board, [])).exit_code == 0


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ([['name = "lamp-s3"', "name = lamp"]], "is not TOML: Invalid value (at line 2, column 8)"),
        (
            [["[fitted.lux]", '[fitted]\nlight = "veml7700"\n[fitted.lux]']],
            "fitted.light = 'veml7700' is no table. Right would be [fitted.light] and its keys below",
        ),
    ],
)
def test_a_file_that_is_no_board_at_all_is_told(edits: Edits, sentence: str, tmp_path: Path):
    result = _check(_edited(tmp_path, "lamp-s3", edits))
    assert result.exit_code == 2
    assert sentence in result.stderr


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (None, 2, "board.toml: No such file or directory"),
        (b"\x00\xff\xfe", 2, "board.toml is no text: byte 1 is not UTF-8"),
        (
            b"",
            1,
            "name, unit, mcu, module, flash_mb, psram_mb, micropython, buses and fitted are missing: "
            "boards/README.md.",
        ),
    ],
)
def test_a_file_that_is_away_binary_or_empty_is_told(
    content: bytes | None, status: int, sentence: str, tmp_path: Path
):
    if content is not None:
        (tmp_path / "board.toml").write_bytes(content)
    result = _check(tmp_path / "board.toml")
    assert result.exit_code == status
    assert sentence in result.output
    assert "Errno" not in result.output and "codec" not in result.output


def test_the_path_of_a_folder_means_the_board_in_it():
    assert _check(BOARDS / "lamp-s3").exit_code == 0


def test_one_cause_is_told_once(tmp_path: Path):
    """A reader mends one thing at a time: most of these files are wrong in one way, and are told one."""
    alone = 0
    for number, case in enumerate(_WRONG.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        result = _check(_edited(folder, case["board"], case["edits"]))
        alone += "refused, 1 wrong" in result.output
    assert alone >= 0.8 * len(_WRONG)

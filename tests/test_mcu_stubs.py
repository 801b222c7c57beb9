"""The firmware is read against the stubs of each MCU that a board has."""

import re
import tomllib

import pytest
from source_tree import ROOT

_BOARDS = [tomllib.loads(path.read_text()) for path in (ROOT / "boards").glob("*/board.toml")]
_MCUS: set[str] = {board["mcu"] for board in _BOARDS if "mcu" in board}
_CONFIGURATIONS = {"esp32": "firmware", "esp32s3": "firmware/esp32s3.json"}
_MAKEFILE = (ROOT / "Makefile").read_text()
_S3 = ROOT / ".venv/stubs/esp32s3"


def test_every_mcu_of_a_board_is_read_against():
    assert _MCUS
    for mcu in _MCUS:
        assert re.search(rf"--project {_CONFIGURATIONS[mcu]}( |$)", _MAKEFILE, re.MULTILINE), mcu


def test_the_stubs_of_all_are_of_one_release():
    pins = [(ROOT / name).read_text() for name in ("pyproject.toml", "tools/bootstrap.sh")]
    told = {found for text in pins for found in re.findall(r"esp32[\w-]*-stubs==([\w.]+)", text)}
    assert len(told) == 1


@pytest.mark.skipif(not _S3.exists(), reason="`make check` has not prepared this .venv")
def test_each_mcu_has_what_the_other_has_not():
    assert "def mcu_temperature" in (_S3 / "esp32.pyi").read_text()
    assert "def raw_temperature" not in (_S3 / "esp32.pyi").read_text()

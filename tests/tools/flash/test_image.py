"""Images of MicroPython, and esptool as it is against a ROM bootloader on a pseudo-terminal."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import made_image
import pytest
from corolle_tools.app import app
from corolle_tools.firmware import board_definition
from corolle_tools.flash import esp, image, session
from corolle_tools.flash.errors import FlashError, Refused
from corolle_tools.flash.flashing import Wish, flash
from corolle_tools.identity import Identity
from corolle_tools.private_file import write_private
from typer.testing import CliRunner

_S3 = board_definition("lamp-s3")
_NAME = "ESP32_GENERIC_S3-20260406-v1.28.0.bin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / _NAME).write_bytes(made_image.image())
    (tmp_path / "ESP32_GENERIC-20260406-v1.28.0.bin").write_bytes(made_image.image(chip=0))
    return tmp_path


def test_the_image_of_a_folder_is_the_one_the_board_wants(folder: Path):
    chosen = image.choose(folder, _S3)
    assert (chosen.path.name, chosen.offset, chosen.version) == (_NAME, 0, "1.28.0")
    assert image.choose(folder, board_definition("lamp-esp32")).offset == 0x1000


def test_a_folder_with_none_says_which_is_wanted(tmp_path: Path):
    with pytest.raises(Refused, match=r"one image of ESP32_GENERIC_S3 1\.28\.0 is wanted, there is none"):
        image.choose(tmp_path, _S3)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x7fELF" * 10, "is no image for an ESP32: it begins with 7f"),
        (b"", "begins with nothing"),
        (made_image.image(chip=0), "is for esp32; lamp-s3 is built on esp32s3"),
        (made_image.image(chip=5), "is for another chip"),
        (made_image.image(version="1.27.0"), "is MicroPython 1.27.0; lamp-s3 wants 1.28.0"),
    ],
)
def test_another_image_is_refused(tmp_path: Path, content: bytes, why: str):
    (tmp_path / "image.bin").write_bytes(content)
    with pytest.raises(Refused, match=why):
        image.choose(tmp_path / "image.bin", _S3)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            made_image.image()[:-1000],
            "is cut off or damaged: what stands at 0x10000 does not end as it should",
        ),
        (made_image.image(chip=0)[:-1], "is cut off or damaged: what stands at 0x10000"),
        (made_image.image()[:0x8000] + made_image.image()[0x8001:], "has no partition table at 0x8000"),
        (b"\xe9\x01\x00" + made_image.image()[3:60] + bytes(9) + made_image.image()[69:], "stands at 0x0"),
        (
            made_image.program(b"MicroPython v1.28.0 on 2026-04-06; ESP32S3"),
            "a program alone, as for updates",
        ),
    ],
    ids=["cut off", "a byte short, for an ESP32", "a byte lost", "bootloader damaged", "program alone"],
)
def test_an_image_that_is_not_whole_is_refused(tmp_path: Path, content: bytes, why: str):
    """It would be written and read back well, and the board would never start."""
    definition = board_definition("lamp-esp32") if content[12] == 0 else _S3
    (tmp_path / "image.bin").write_bytes(content)
    with pytest.raises(Refused, match=why):
        image.choose(tmp_path / "image.bin", definition)


def test_one_that_is_cut_off_before_its_version_is_said_to_be_cut_off(tmp_path: Path):
    (tmp_path / "image.bin").write_bytes(made_image.image()[:0x10010])
    with pytest.raises(Refused, match="is cut off or damaged"):
        image.choose(tmp_path / "image.bin", _S3)


def test_a_chip_without_micropython_is_told_what_it_wants(
    bootloader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for wait in ("_SILENCE_S", "_ENTER_S"):  # a ROM says nothing however long it is waited for
        monkeypatch.setattr(session, wait, 0.2)
    unit = Identity.make("lamp-01", "lamp", "test", 43.6, 1.44)
    write_private(tmp_path / "units.json", {"units": [unit.registry_entry()]})
    words = ["--board", "lamp-s3", "--unit", "lamp-01", "--units", str(tmp_path / "units.json")]
    done = CliRunner().invoke(app, ["flash", "--port", bootloader, *words])
    assert (done.exit_code, "finds out why; a bare chip wants --image and --erase" in done.stderr) == (
        1,
        True,
    )


def test_the_images_of_these_tests_are_what_esptool_calls_valid(tmp_path: Path):
    (tmp_path / "program.bin").write_bytes(made_image.program(b"MicroPython" * 100))
    words = [sys.executable, "-m", "esptool", "image-info", str(tmp_path / "program.bin")]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "(valid)" in told and "(invalid" not in told


def test_a_hash_that_the_board_gives_has_to_be_the_files(folder: Path):
    wanted = {**_S3, "micropython": {**_S3["micropython"], "sha256": "0" * 64}}
    with pytest.raises(Refused, match=r"has SHA-256 [0-9a-f]{64}; lamp-s3 wants 0000"):
        image.choose(folder / _NAME, wanted)


@pytest.fixture(scope="module")
def bootloader() -> Iterator[str]:
    """An ESP32-S3 in its bootloader; a program of its own, as esptool is."""
    command = [sys.executable, "-m", "esp32_mock_bootloader.cli", "run", "--pty", "--chip", "esp32s3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as mock:
        assert mock.stdout
        yield mock.stdout.readline().strip()
        mock.terminate()


def test_esptool_recognises_the_chip_and_writes_what_it_reads_back(bootloader: str, folder: Path):
    chip = esp.recognise(bootloader)
    assert chip.mcu == "esp32s3"
    assert len(bytes.fromhex(chip.id)) == 6
    shares: list[float] = []
    esp.write(bootloader, image.choose(folder, _S3), chip, erase=True, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_an_image_for_another_chip_is_not_written(bootloader: str, folder: Path):
    other = image.choose(folder, board_definition("lamp-esp32"))
    with pytest.raises(Refused, match="the image is for esp32, the chip is esp32s3"):
        esp.write(bootloader, other, esp.Chip("esp32s3", ""), erase=False, progress=lambda share: None)


def test_a_chip_of_which_nobody_can_tell_whose_it_is_is_not_erased_unasked(bootloader: str, folder: Path):
    unit = Identity.make("lamp-01", "lamp", "test", 43.6, 1.44)
    with pytest.raises(Refused, match="nobody can tell whose board it is: --erase"):
        flash(bootloader, Wish("lamp-s3", unit, image=folder), lambda step, share: None)


def test_a_port_that_is_none_is_said_in_esptools_own_words(tmp_path: Path):
    with pytest.raises(FlashError, match="esptool: "):
        esp.recognise(str(tmp_path / "none"))

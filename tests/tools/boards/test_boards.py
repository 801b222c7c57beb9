"""Every board in boards/: right by the checks, shown, drawn, told pin by pin, frozen whole."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from corolle_tools.app import app
from corolle_tools.boards.check import check, refused
from corolle_tools.boards.definition import read_definition
from corolle_tools.boards.drivers import DRIVERS
from corolle_tools.boards.module import module_names, read_module
from corolle_tools.boards.parts import UNITS
from corolle_tools.firmware import BOARDS, FIRMWARE, board_names
from typer.testing import CliRunner

_BROADEST = 0.68  # of its height, a letter of the fonts that stand in for Helvetica; bold ones included
_SVG = "{http://www.w3.org/2000/svg}"
_BOUGHT = ("heltec-v3", "lilygo-t3-s3", "devkitc-s3")


def _run(*words: str):
    return CliRunner().invoke(app, ["boards", *words])


def _drawn(board: str, folder: Path) -> ElementTree.Element:
    path = folder / f"{board}.svg"
    result = _run("wiring", board, "--svg", str(path))
    assert result.exit_code == 0, result.output
    return ElementTree.parse(path).getroot()


def test_all_boards_are_right_and_listed():
    assert {*_BOUGHT, "lamp-s3", "lamp-esp32", "canopy-s3", "canopy-drip-s3", "virtual"} <= set(board_names())
    result = _run("check")
    assert result.exit_code == 0
    told = _run("list").output
    for board in board_names():
        assert f"{board}: good" in result.output
        assert re.search(rf"^{board} ", told, re.MULTILINE)


@pytest.mark.parametrize("board", board_names())
def test_a_board_is_shown_with_each_of_its_pins(board: str):
    shown = _run("show", board).output
    definition = read_definition(board)
    for end in definition.ends:
        assert re.search(rf"^{end.gpio} .* {re.escape(end.owner)}\.{end.key} ", shown, re.MULTILINE)
    free = shown.rpartition("free: ")[2]
    assert not [end for end in definition.ends if f"GPIO{end.gpio}," in free]


@pytest.mark.parametrize("board", board_names())
def test_the_picture_has_each_wire_once_and_fits_the_page(board: str, tmp_path: Path):
    root = _drawn(board, tmp_path)
    wires = [name for group in root.iter(f"{_SVG}g") if (name := group.get("id", "")).startswith("gpio-")]
    assert sorted(wires) == sorted(f"gpio-{end.gpio}" for end in read_definition(board).ends)
    assert root.get("viewBox") == "0 0 210 297", "A4"
    for shape in root.iter(f"{_SVG}rect"):
        x, y = float(shape.get("x", 0)), float(shape.get("y", 0))
        assert 0 <= x <= x + float(shape.get("width", 0)) <= 210
        assert 0 <= y <= y + float(shape.get("height", 0)) <= 297
    assert min(float(text.get("font-size", 0)) for text in root.iter(f"{_SVG}text")) >= 2, "5.7 pt"


def _texts(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{_SVG}text")]


def test_the_picture_has_what_feeds_a_sensor_at_a_converter_and_its_resistor(tmp_path: Path):
    """Neither is a pin of the module, and without them a probe stays dark and a loop has no current."""
    told = _texts(_drawn("canopy-s3", tmp_path))
    assert {"soil VCC", "soil GND", "tension VCC", "tension GND", "tank loop +", "12V"} <= set(told)
    assert "AIN0  (tank, 100 ohm ↓)" in told
    assert "middle  (10k ↑)" in _texts(_drawn("devkitc-s3", tmp_path)), "the upper half of the divider"


@pytest.mark.parametrize("board", board_names())
def test_no_words_in_the_module_run_into_each_other(board: str, tmp_path: Path):
    lines: dict[float, list[tuple[float, float, str]]] = {}
    for text in _drawn(board, tmp_path).iter(f"{_SVG}text"):
        x, size, words = float(text.get("x", 0)), float(text.get("font-size", 0)), text.text or ""
        width = _BROADEST * size * len(words)
        begin = x - width if text.get("text-anchor") == "end" else x
        if 75.5 <= begin <= 134.5 and text.get("text-anchor") != "middle":
            lines.setdefault(round(float(text.get("y", 0))), []).append((begin, begin + width, words))
    for spans in lines.values():
        for (_, end, words), (begin, _, other) in pairwise(sorted(spans)):
            assert end <= begin, f"{words!r} and {other!r}"


@pytest.mark.parametrize("board", board_names())
def test_no_two_wires_lie_on_each_other(board: str, tmp_path: Path):
    """They may cross; where two ran along one line, nobody could tell them apart."""
    stretches = []
    for group in _drawn(board, tmp_path).iter(f"{_SVG}g"):
        path = group.find(f"{_SVG}path")
        if path is not None:
            stretches += [(group.get("id"), *stretch) for stretch in _straight(path.get("d", ""))]
    for name, across, at, begin, end in stretches:
        for other, across_too, at_too, begin_too, end_too in stretches:
            if name != other and across == across_too and abs(at - at_too) < 0.6:
                assert min(end, end_too) <= max(begin, begin_too), f"{name} and {other} at {at}"


def _straight(path: str):
    """The stretches of a path: whether it goes across, at which height or depth, from where to where."""
    for stretch in path.split("M")[1:]:
        (x1, y1), (x2, y2) = ([float(n) for n in point.split()] for point in stretch.split("L"))
        yield (True, y1, *sorted((x1, x2))) if y1 == y2 else (False, x1, *sorted((y1, y2)))


@pytest.mark.parametrize("board", board_names())
def test_the_readme_tells_every_pin(board: str):
    table = "\n".join(re.findall(r"^\|.*", (BOARDS / board / "README.md").read_text(), re.MULTILINE))
    told = {int(n) for numbers in re.findall(r"GPIO ([\d, ]+)", table) for n in re.findall(r"\d+", numbers)}
    has = {end.gpio for end in read_definition(board).ends}
    assert told == has


@pytest.mark.parametrize("board", _BOUGHT)
def test_a_bought_board_says_by_which_document_it_is_wired(board: str):
    assert read_definition(board).module.document in (BOARDS / board / "README.md").read_text()


def test_every_driver_of_a_part_is_known_and_has_a_driver_in_the_firmware():
    named = {driver for parts in UNITS.values() for drivers in parts.values() for driver in drivers}
    assert named == DRIVERS.keys()
    files = {path.stem for path in (FIRMWARE / "corolle" / "drivers").glob("*.py")}
    assert named - files == {"bluetooth", "dali"}, "the one is the chip's own, the other is dali_gear"


@pytest.mark.parametrize("name", module_names())
def test_a_module_names_pins_that_its_chip_has(name: str):
    module = read_module(name)
    pins = module.reachable
    assert len(pins) == len(set(pins))
    wired = [pin for keys in module.onboard.values() for pin in _pins(keys)]
    mcu = read_definition(next(b for b in board_names() if read_definition(b).raw["module"] == name)).mcu
    assert {*pins, *module.taken, *wired} <= mcu.gpios
    assert not set(wired) & module.taken.keys()


def _pins(keys) -> list[int]:
    return [pin for key, pin in keys.items() if key not in ("driver", "tcxo_mv")]


class _Manifest:
    """What MicroPython's makemanifest.py gives a manifest: only that it finds files, and freezes none."""

    def __init__(self):
        self.files: set[Path] = set()
        self.foreign: list[str] = []

    def read(self, path: Path) -> None:
        def include(name: str) -> None:
            if name.startswith("$("):
                self.foreign.append(name)
            else:
                self.read((path.parent / name).resolve())

        def module(name: str, base_path: str) -> None:
            self.files.add((path.parent / base_path / name).resolve(strict=True))

        def package(name: str, base_path: str) -> None:
            found = (path.parent / base_path / name).resolve(strict=True).rglob("*.py")
            self.files |= {file for file in found if "__pycache__" not in file.parts}

        exec(path.read_text(), {"include": include, "module": module, "package": package})


@pytest.mark.parametrize("board", board_names())
def test_the_manifest_freezes_the_whole_firmware(board: str):
    manifest = _Manifest()
    manifest.read(BOARDS / board / "manifest.py")
    assert manifest.files == {*FIRMWARE.glob("*.py"), *(FIRMWARE / "corolle").rglob("*.py")}
    assert len(manifest.foreign) == 1, "what the port itself freezes"
    assert board in (BOARDS / board / "manifest.py").read_text()


def test_a_wrong_board_is_not_drawn_and_an_unknown_one_is_named(tmp_path: Path):
    folder = tmp_path / "lamp-s3"
    folder.mkdir()
    text = (BOARDS / "lamp-s3" / "board.toml").read_text()
    (folder / "board.toml").write_text(text.replace("pin = 5\n", "pin = 19\n"))
    result = _run("wiring", str(folder / "board.toml"), "--svg", str(tmp_path / "x.svg"))
    assert result.exit_code == 1 and "is D- of USB" in result.stderr
    assert not (tmp_path / "x.svg").exists()
    result = _run("show", "lamp-s9")
    assert result.exit_code == 2
    assert "no board 'lamp-s9': there are canopy-drip-s3, canopy-s3" in result.stderr


def test_notes_do_not_refuse():
    findings = check(read_definition("lilygo-t3-s3"))
    assert findings and not refused(findings)
    assert any("strapping pin (source of JTAG, floats)" in str(finding) for finding in findings)

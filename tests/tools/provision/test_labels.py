"""Labels: the code that was made is the code that is drawn, whatever draws it; and no key is on them."""

import re
import zlib
from pathlib import Path

import pytest
import segno
from corolle_tools.identity import Identity
from corolle_tools.provision import tr005
from corolle_tools.provision.label import HEIGHT_MM, WIDTH_MM, Label, grouped, label
from corolle_tools.provision.label_svg import drawn
from corolle_tools.provision.register import Wanted, provision
from corolle_tools.provision.units import changing
from laptop import Laptop

# TR005 1.0: mandatory fields in order, each of its length; what may follow begins with its letter.
_GRAMMAR = re.compile(r"LW:D0:[0-9A-F]{16}:[0-9A-F]{16}:[0-9A-F]{8}(:[OSPC][0-9A-Z$%*+./ -]*)*")
_UNIT = Identity("lamp-01", "lamp", "quai", 43.6, 1.4, "02c0ffee0000abcd", "ab" * 16, board="lamp-s3")
_SAID = "LW:D0:0000000000000000:02C0FFEE0000ABCD:FFFF0001"


def _matrix(said: str = _SAID) -> list[list[bool]]:
    return [
        [bool(module) for module in line] for line in segno.make_qr(said, error="q", boost_error=False).matrix
    ]


def _centres(made: Label) -> list[list[tuple[float, float]]]:
    """Of each module, in millimetres."""
    code, size = made.code, len(_matrix())
    at = [(number + 0.5) * code.module_mm for number in range(size)]
    return [[(code.x_mm + x, code.y_mm + y) for x in at] for y in at]


def test_the_code_says_what_tr005_wants():
    assert tr005.code("00" * 8, "02c0ffee0000abcd", "ffff0001") == _SAID
    assert _GRAMMAR.fullmatch(_SAID) and _GRAMMAR.fullmatch(
        tr005.code("70b3d57ed0000001", "0" * 16, "00420007")
    )
    for wrong in ("", "1", "FFFF00012", "FFFF000G"):
        with pytest.raises(ValueError, match="8 hexadecimal digits"):
            tr005.code("00" * 8, "00" * 8, wrong)


def test_capitals_make_it_alphanumeric_which_a_small_code_needs():
    assert segno.make_qr(_SAID).mode == "alphanumeric"
    assert int(segno.make_qr(_SAID, error="q", boost_error=False).version) <= 4


def test_the_runs_are_the_modules():
    made = label(_UNIT)
    size = len(_matrix())
    found = [[False] * size for _ in range(size)]
    for column, row, length in made.code.runs:
        found[row][column : column + length] = [True] * length
    assert found == _matrix()


def test_the_code_has_its_quiet_zone_and_no_text_in_it():
    made = label(_UNIT)
    quiet_mm = 4 * made.code.module_mm
    end_mm = made.code.x_mm + len(_matrix()) * made.code.module_mm + quiet_mm
    assert made.code.x_mm >= quiet_mm and made.code.y_mm >= quiet_mm
    assert all(end_mm <= text.x_mm for text in made.texts) and end_mm < HEIGHT_MM


def test_another_profile_is_in_the_code():
    assert label(_UNIT, "00420007").code.runs != label(_UNIT).code.runs


@pytest.mark.parametrize("name", ["l", "canopy-place-diebold-01", "W" * 64, "a.b-c_d" * 9])
def test_any_name_is_whole_and_fits(name: str):
    made = label(Identity(name, "lamp", "S" * 64, 43.6, 1.4, "02" * 8, "ab" * 16, board="lamp-s3"))
    bold = [text for text in made.texts[:-4] if text.is_bold]
    assert "".join(text.words for text in bold) == name
    for text in made.texts:
        assert 0 < text.y_mm - text.size_mm and text.y_mm < HEIGHT_MM
        assert text.x_mm + len(text.words) * text.size_mm * 0.6 < WIDTH_MM


def test_a_dev_eui_can_be_read_aloud():
    assert grouped("02c0ffee0000abcd") == "02C0 FFEE 0000 ABCD"


def test_svg_has_the_code_module_by_module():
    said = drawn(label(_UNIT))
    found = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", said)
    assert [tuple(map(int, run[:3])) for run in found] == list(label(_UNIT).code.runs)
    assert all(text in said for text in ("lamp-01", "lamp lamp-s3", "quai", "02C0 FFEE 0000 ABCD"))
    assert 'width="70mm" height="37mm"' in said


def test_png_has_the_code_module_by_module(laptop: Laptop):
    from matplotlib import image  # here: it takes most of a second, of each of pytest's processes

    made, path = _labelled(laptop, "--png")
    pixels = image.imread(path)
    dot = 300 / 25.4
    assert pixels.shape[:2] == (pytest.approx(HEIGHT_MM * dot, abs=1), pytest.approx(WIDTH_MM * dot, abs=1))
    found = [[bool(pixels[int(y * dot), int(x * dot)][0] < 0.5) for x, y in line] for line in _centres(made)]
    assert found == _matrix(_said_of(laptop))


def test_pdf_has_the_code_module_by_module(laptop: Laptop):
    made, path = _labelled(laptop, "--pdf")
    content = _streams(path)[0]
    boxes = re.findall(r"([\d.]+) ([\d.]+) m\n([\d.]+) [\d.]+ l\n[\d.]+ ([\d.]+) l\n", content)
    point = 72 / 25.4
    at = [tuple(float(number) / point for number in box) for box in boxes]
    dark = [
        (left, HEIGHT_MM - top, right, HEIGHT_MM - foot) for left, top, right, foot in at if right - left < 60
    ]
    found = [
        [any(left < x < right and top < y < foot for left, top, right, foot in dark) for x, y in line]
        for line in _centres(made)
    ]
    assert found == _matrix(_said_of(laptop))
    assert b"/Helvetica" in path.read_bytes() and "lamp-01" in content


def test_a_street_s_labels_fill_sheets_of_24(laptop: Laptop):
    with changing(laptop.units) as known:
        for number in range(26):
            provision(known, Wanted(f"lamp-{number:02}", "lamp", "quai", 43.6, 1.44))
    laptop("units", "revoke", "lamp-24")
    path = laptop.folder / "all.pdf"
    assert "25 labels" in laptop("label", "--all", "--pdf", path).out
    pages = [content for content in _streams(path) if "lamp-" in content]
    names = [re.findall(r"\((lamp-\d\d)\)", page) for page in pages]
    assert [len(each) for each in names] == [24, 1] and "lamp-24" not in names[0] + names[1]
    assert b"595.27" in path.read_bytes() and b"841.88" in path.read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("lamp-01",),
        ("--pdf", "a.pdf"),
        ("lamp-01", "--all", "--pdf", "a.pdf"),
        ("--all", "--svg", "a.svg"),
        ("lamp-07", "--svg", "a.svg"),
        ("lamp-01", "--svg", "a.svg", "--profile", "12"),
        ("lamp-01", "--svg", "missing/a.svg"),
    ],
)
def test_what_cannot_be_drawn_is_told(
    laptop: Laptop, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    laptop.lamp("lamp-01")
    monkeypatch.chdir(laptop.folder)
    ended = laptop("label", *words)
    assert ended.status == 2 and ended.err and not list(laptop.folder.glob("a.*"))
    assert "Errno" not in ended.err


def _labelled(laptop: Laptop, option: str) -> tuple[Label, Path]:
    made = laptop.lamp("lamp-01", "--board", "lamp-s3")
    path = laptop.folder / f"label.{option[2:]}"
    assert laptop("label", "lamp-01", option, path).status == 0
    assert made.app_key.encode() not in path.read_bytes()
    return label(made), path


def _said_of(laptop: Laptop) -> str:
    return f"LW:D0:{'0' * 16}:{laptop.known()['lamp-01'].dev_eui.upper()}:FFFF0001"


def _streams(path: Path) -> list[str]:
    """The contents of a PDF's pages, each as long as zlib says: its last byte may be that of a line's end."""
    begun = re.split(rb"/FlateDecode.*?stream\r?\n", path.read_bytes(), flags=re.DOTALL)[1:]
    return [zlib.decompressobj().decompress(each).decode("latin-1") for each in begun]

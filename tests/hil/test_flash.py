"""The simulated flash is NOR flash, and power may fail in the middle of any write."""

import pytest
from corolle_hil.installer import InstallError, install
from corolle_hil.memories import Flash, copy_flash

_WRITER = """
import os
def write(text):
    with open('state.new', 'w') as file:
        file.write(text)
    os.rename('state.new', 'state')
try:
    with open('state') as file: print(file.read())
except OSError: print('none')
try: write('new' * 50)
except OSError: print('cut')
"""


def test_programming_only_clears_bits_and_erasing_sets_them(tmp_path):
    flash = Flash(tmp_path / "flash", blocks=2)
    assert flash.read(0, 4) == (0, b"\xff\xff\xff\xff")
    assert flash.write(0, b"\xf0\x0f") == 0
    assert flash.write(0, b"\xff\x00") == 0
    assert flash.read(0, 3) == (0, b"\xf0\x00\xff")
    assert flash.erase(0) == 0
    assert flash.read(0, 2) == (0, b"\xff\xff")


def test_beyond_the_end_is_an_error(tmp_path):
    flash = Flash(tmp_path / "flash", blocks=2)
    assert flash.read(8190, 4) == (5, b"")
    assert flash.write(8190, b"1234") == 5
    assert flash.erase(2) == 5


def test_a_copy_has_the_same_content_and_its_holes(tmp_path):
    flash = Flash(tmp_path / "one", blocks=64)
    flash.write(5000, b"corolle")
    copy_flash(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes()
    assert (tmp_path / "two").stat().st_blocks * 512 < 64 * 4096 / 2


def test_a_power_cut_at_every_write_leaves_the_old_file_or_the_new_one(bench):
    board = bench(_WRITER, state="old" * 50)
    cut = -1
    for cut in range(100):
        board.board.flash.writes, board.board.flash.cut_at_write = 0, cut
        board.board.power_on()
        first = board.run(1)
        board.board.flash.cut_at_write = None
        board.board.power_on()
        assert board.run(1)[0] in ("old" * 50, "new" * 50)
        if first[-1] != "cut":
            break
        board.program(_WRITER, state="old" * 50)
    assert 2 < cut < 99, "no write was ever cut, or all were"


def test_installing_again_writes_only_what_differs(bench):
    board = bench("print(1)", other="x" * 5000)
    writes_before = (board.folder / "flash").read_bytes()
    board.program("print(1)", other="x" * 5000)
    assert (board.folder / "flash").read_bytes() == writes_before


def test_a_full_flash_says_so(bench):
    board = bench("print(1)")
    with pytest.raises(InstallError, match="28"):
        install(board.forks, board.folder, {f"/{n}": bytes(90_000) for n in range(13)})

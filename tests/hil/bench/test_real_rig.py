"""The rig of real boards, at one behind a pseudo-terminal: its console, prompt and files are as real ones."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corolle_hil.bench.description import read
from corolle_hil.bench.real.board_port import BoardPort
from corolle_hil.bench.real.loader import Loader
from corolle_hil.bench.real.rig import RealRig
from corolle_hil.bench.rig import NIGHT_S, Load, RigTrouble
from corolle_hil.bench.waiting import ask, await_said, said, until
from corolle_hil.desk.pty_board import PtyBoard
from corolle_hil.forkserver import ForkServer
from corolle_hil.installer import install
from corolle_hil.memories import copy_flash
from corolle_hil.mpy import shims_folder
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from source_tree import ROOT

_LEFT_OFF = ("ble", "radio", "radar")
_CRASHES = b"print('t=- level=info event=hello')\nraise KeyError('a bug')\n"
_IDENTITY = Identity("lamp-07", "lamp", "desk", 48.1, -1.6, "02c0ffee00000007", bytes(16).hex())


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    server = ForkServer(shims_folder())
    yield server
    server.close()


@pytest.fixture(scope="module")
def flashed(forks: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lamp's flash: all of it on the file system, as on a stock image of MicroPython."""
    folder = tmp_path_factory.mktemp("flashed")
    install(forks, folder, node_files("lamp-s3", _IDENTITY, _LEFT_OFF))
    return folder


@pytest.fixture
def desk(forks: ForkServer, flashed: Path, tmp_path: Path) -> Iterator[PtyBoard]:
    """A lamp on a desk."""
    board = board_definition("lamp-s3", _LEFT_OFF)
    (tmp_path / "board").mkdir()
    copy_flash(flashed / "flash", tmp_path / "board" / "flash")
    with PtyBoard(board, tmp_path / "port", tmp_path / "board", forks=forks) as made:
        yield made


@pytest.fixture
def desk_rig(desk: PtyBoard, tmp_path: Path) -> Iterator[RealRig]:
    (tmp_path / "bench.toml").write_text(
        f'[units.lamp-07]\nkind = "lamp"\nboard = "lamp-s3"\nport = "{desk.port}"\n'
    )
    made = RealRig(read(tmp_path / "bench.toml", ROOT / "boards"))
    yield made
    made.close()


def test_another_unit_than_the_files_is_not_touched(desk: PtyBoard, tmp_path: Path):
    (tmp_path / "bench.toml").write_text(
        f'[units.lamp-08]\nkind = "lamp"\nboard = "heltec-v3"\nport = "{desk.port}"\n'
    )
    rig = RealRig(read(tmp_path / "bench.toml", ROOT / "boards"))
    with pytest.raises(RigTrouble, match=r"is lamp-07, a lamp-s3, and .* has lamp-08, a heltec-v3$"):
        rig.dut("lamp", ())
    rig.close()


def test_a_load_that_joins_forgets_the_session_and_keeps_the_nonces(desk: PtyBoard):
    port, kept = BoardPort(str(desk.port)), ("/data/lorawan.a", "/data/lorawan_nonces.a")
    port.stop_program()
    port.run("import os\nif 'data' not in os.listdir('/'):\n os.mkdir('/data')")
    for path in kept:
        port.write_file(path, b"kept")
    loader = Loader(port)
    loader.put(Load())
    assert [port.read_file(path) for path in kept] == [b"kept", b"kept"]
    loader.put(Load(joins=True))
    loader.put_back()
    assert [port.read_file(path) for path in kept] == [None, b"kept"]
    port.close()


def test_a_unit_has_the_time_of_today_and_no_failed_boots_afterwards(desk_rig: RealRig, desk: PtyBoard):
    lamp = desk_rig.dut("lamp", ())
    lamp.start(NIGHT_S, Load())
    await_said(lamp, 20, event="boot")
    lamp.close()
    port = BoardPort(str(desk.port))
    boot = next(line for line in port.listen(20) if "event=boot" in line)
    assert "failed_boots=0" in boot
    port.stop_program()
    told_s = int(port.run("import time\nprint(time.time())")) + 946_684_800
    assert abs(told_s - time.time()) < 30
    port.close()


def test_what_a_rig_lacks_is_said(desk_rig: RealRig):
    assert desk_rig.lacks("canopy") == "rig bench: no unit is a canopy"
    assert desk_rig.lacks("lamp", "meter") == "rig bench: lamp-07 lacks a meter of the power it draws"
    assert desk_rig.lacks("lamp", "files") == ""


def test_a_lamp_is_loaded_started_asked_and_left_as_it_was(desk_rig: RealRig, desk: PtyBoard):
    lamp = desk_rig.dut("lamp", ())
    lamp.start(NIGHT_S, Load({"base_pct": 35}))
    light = await_said(lamp, 20, type="decision", output="light", reason="schedule")
    assert light.record["value"] == 35
    assert said(lamp, event="boot")[0].record["cause"] == "hard reset"
    shown = dict(line.split("=", 1) for line in ask(lamp, "show") if line.count("=") == 1)
    assert shown["level_pct"] == "35"
    until(lamp, "ramp's end", lambda: desk.snapshot()["level_pct"] == 35, 20)
    lamp.start(NIGHT_S, Load(main=_CRASHES))
    await_said(lamp, 20, event="hello")
    lamp.close()
    lamp = desk_rig.dut("lamp", ())
    assert not said(lamp, event="hello")
    lamp.start(NIGHT_S + 12 * 3600, Load())
    await_said(lamp, 20, type="decision", output="light", value=0, reason="day")
    assert said(lamp, event="boot", failed_boots=0), "resets of earlier tests count"
    lamp.close()

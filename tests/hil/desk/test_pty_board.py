"""A board on a pseudo-terminal, spoken to by mpremote as it comes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial
from corolle_hil.desk.pty_board import PtyBoard
from corolle_hil.forkserver import ForkServer
from corolle_hil.mpy import shims_folder
from corolle_tools.firmware import board_definition

_TICK = "import time\nwhile True:\n    print('tick', time.ticks_ms())\n    time.sleep_ms(50)\n"


def mpremote(port: Path, *words: str) -> str:
    """What mpremote prints."""
    command = [sys.executable, "-m", "mpremote", "connect", str(port), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    server = ForkServer(shims_folder())
    yield server
    server.close()


@pytest.fixture
def desk(forks: ForkServer, tmp_path: Path) -> Callable[[], PtyBoard]:
    """The same board, each time anew."""
    bare = board_definition("lamp-s3", left_off=("ble",))
    return lambda: PtyBoard(bare, tmp_path / "board", tmp_path / "state", forks=forks)


def test_mpremote_runs_copies_lists_and_mounts(desk, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "tune.py").write_text("print('from the laptop')\n")
    content = bytes(range(256)) * 20
    (tmp_path / "file").write_bytes(content)
    with desk() as board:
        assert mpremote(board.port, "exec", "print(6 * 7)") == "42\n"
        mpremote(board.port, "cp", str(tmp_path / "file"), ":file")
        assert mpremote(board.port, "resume", "ls").split()[-2:] == ["5120", "file"]
        mpremote(board.port, "resume", "cp", ":file", str(tmp_path / "back"))
        assert (tmp_path / "back").read_bytes() == content
        told = mpremote(board.port, "resume", "mount", str(tmp_path / "here"), "exec", "import tune")
        assert told.endswith("from the laptop\n")
        tune = str(tmp_path / "here" / "tune.py")
        assert mpremote(board.port, "resume", "run", tune) == "from the laptop\n"


def test_the_flash_is_there_in_the_next_run_as_it_was(desk):
    with desk() as board:
        mpremote(
            board.port, "exec", "f = open('kept', 'w'); f.write('1'); f.close(); open('half', 'w').write('2')"
        )
        address = mpremote(board.port, "resume", "exec", "import machine; print(machine.unique_id())")
    with desk() as board:
        assert mpremote(board.port, "exec", "print(open('kept').read(), open('half').read())") == "1 \n"
        assert mpremote(board.port, "exec", "import machine; print(machine.unique_id())") == address


def test_main_runs_after_a_reset_until_ctrl_c_and_time_goes_on_at_the_prompt(desk, tmp_path):
    (tmp_path / "main.py").write_text(_TICK)
    with desk() as board:
        mpremote(board.port, "cp", str(tmp_path / "main.py"), ":main.py", "+", "reset")
        with serial.Serial(str(board.port), timeout=20) as port:
            port.read_until(b"tick ")
            first = int(port.read_until(b"\r\n"))
        ticks = "import time; print(time.ticks_ms())"
        raw_first = int(mpremote(board.port, "exec", ticks))  # after a soft reset, with main.py left out
        later = int(mpremote(board.port, "resume", "exec", ticks))
        assert first > 0
        assert later > raw_first + 50
        slept = (
            "import time; t = time.ticks_us(); time.sleep(0.2); print(time.ticks_diff(time.ticks_us(), t))"
        )
        assert 200_000 <= int(mpremote(board.port, "resume", "exec", slept)) < 2_000_000


def test_ctrl_c_ends_a_loop_that_never_waits(desk):
    with desk() as board, serial.Serial(str(board.port), timeout=20) as port:
        port.write(b"\rif 1:\rprint('at' + ' it')\rwhile True: pass\r\r\r\r")
        assert port.read_until(b"at it\r\n").endswith(b"at it\r\n")  # before, ctrl-C would be a character
        port.write(b"\x03")
        assert b"KeyboardInterrupt" in port.read_until(b">>> ")
        port.write(b"2 + 40\r")
        assert port.read_until(b"42\r\n").endswith(b"\r\n42\r\n")


def test_ctrl_d_at_the_prompt_runs_main_again_and_the_cause_is_told(desk, tmp_path):
    (tmp_path / "main.py").write_text("import machine\nprint('cause', machine.reset_cause())\n")
    with desk() as board:
        mpremote(board.port, "cp", str(tmp_path / "main.py"), ":main.py")
        with serial.Serial(str(board.port), timeout=20) as port:
            port.write(b"\r\x02\r\x04")
            assert port.read_until(b"cause 5\r\n").endswith(b"MPY: soft reboot\r\ncause 5\r\n")


def test_a_cut_of_power_ends_it_and_a_free_port_is_not_taken_from_another(desk):
    with desk() as board:
        with pytest.raises(FileExistsError):
            desk()
        board.cut_power()
        with serial.Serial(str(board.port), timeout=0.3) as port:
            port.write(b"\r1 + 1\r")
            assert port.read(1) == b""
            board.switch_on()
            assert b"MicroPython" in port.read_until(b">>> ") or port.read_until(b">>> ")
    assert not board.port.is_symlink()

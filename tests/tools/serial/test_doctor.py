"""The doctor: each illness of a board on a cable is told from the others, with what to do."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from corolle_tools.app import app
from corolle_tools.serial import doctor
from corolle_tools.serial.holders import Holder, holders
from scripted_port import ScriptedPort
from typer.testing import CliRunner

_LISTEN_S = 0.5
_WELL = b": unit=lamp 02c0ffee00000001 firmware=0.1.0 uptime_s=8\r\n: output=10 schedule\r\n. done\r\n"
_ILL = (
    b": unit=lamp x\r\n: self-test=bad: 2026-11-22T18:30:00Z, 9 good, 1 bad\r\n: fault.tilt=present\r\n"
    b": output=100 safe mode\r\n. done\r\n"
)
_ROM = b"ESP-ROM:esp32s3-20210327\r\nrst:0x%s,boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n"
_BANNER = b"\r\nMicroPython v1.28.0 on 2026-06-01; ESP32S3 module with ESP32S3\r\n>>> "


def _prompt(data: bytes) -> bytes:
    return _BANNER if b"\x02" in data else b"\r\nNameError: name 'show' isn't defined\r\n>>> "


def _raw_prompt(data: bytes) -> bytes:
    return _BANNER if b"\x02" in data else b""


def _nothing(data: bytes) -> bytes:
    return b""


Answer = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("first", "answer", "again", "prompt", "found"),
    [
        (b"", lambda line: _WELL, False, False, ["port", "answers"]),
        (b"", lambda line: _ILL, False, False, ["port", "answers", "safe mode", "faults", "self-test"]),
        (_ROM % b"1 (POWERON)", lambda line: _WELL, False, False, ["port", "answers"]),
        (_ROM % b"c (RTC_SW_CPU_RST)", _nothing, True, False, ["port", "boot loop"]),
        (b"invalid header: 0xffffffff\r\n", _nothing, True, False, ["port", "no firmware"]),
        (b"waiting for download\r\n", _nothing, True, False, ["port", "download"]),
        (b"", _prompt, False, True, ["port", "prompt"]),
        (b"", _raw_prompt, False, True, ["port", "raw prompt"]),
        (b"", lambda line: b"\x01" * (len(line) // 4 + 1), False, False, ["port", "raw prompt"]),
        (b"t=- level=error event=file path=/unit.json\r\n", _nothing, True, False, ["port", "no console"]),
        (b"", lambda line: _WELL.removesuffix(b". done\r\n"), False, False, ["port", "no console"]),
        (b"", _nothing, False, False, ["port", "silent"]),
        (b"\xfe\x80\x00\xc0\xf8\x1f\x99\r\n" * 9, _nothing, True, False, ["port", "garbage"]),
        (
            b"AT version:2.4.0\r\nready\r\n",
            lambda line: b"ERROR\r\n",
            True,
            False,
            ["port", "another program"],
        ),
    ],
)
def test_each_illness_has_its_name(first: bytes, answer: Answer, again: bool, prompt: bool, found: list[str]):
    with ScriptedPort(first, answer, again, prompt) as port:
        findings = list(doctor.examine(port.path, _LISTEN_S))
    assert [finding.name for finding in findings] == found
    assert all(finding.advice for finding in findings if not finding.well)
    assert b"\x03" not in port.typed and b"\x04" not in port.typed, "the lamp would stop"


def test_a_port_that_is_not_there_and_a_file_that_is_none(tmp_path: Path):
    (finding,) = doctor.examine(str(tmp_path / "ttyACM9"), _LISTEN_S)
    assert finding.name == "no port" and "data wires" in finding.advice
    (tmp_path / "file").touch()
    (finding,) = doctor.examine(str(tmp_path / "file"), _LISTEN_S)
    assert "no serial port" in finding.told
    (finding,) = doctor.examine(None, _LISTEN_S)
    assert finding.name == "no port"


@pytest.mark.parametrize(
    ("mode", "group", "told", "advice"),
    [
        (0o660, 54321, "the group 54321", "sudo usermod -aG 54321 $USER"),  # a group without a name
        (0o660, 0, "root alone", "a udev rule"),  # nobody is to be of root's group
        (0o620, 54321, "root alone", "a udev rule"),  # the group may not do both
    ],
)
def test_a_port_that_may_not_be_used(
    mode: int, group: int, told: str, advice: str, monkeypatch: pytest.MonkeyPatch
):
    with ScriptedPort() as port:
        monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may do everything
        status = os.stat_result((stat.S_IFCHR | mode, 0, 0, 1, 0, group, 0, 0, 0, 0))
        monkeypatch.setattr(os, "stat", lambda *_, **__: status)
        (finding,) = doctor.examine(port.path, _LISTEN_S)
        monkeypatch.undo()
    assert finding.name == "permission" and finding.told.endswith(told) and finding.advice.startswith(advice)


def test_who_holds_a_port_is_told_by_name():
    with ScriptedPort() as port:
        command = "import sys; held = open(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
        pipe = subprocess.PIPE
        holding = [sys.executable, "-c", command, port.path]
        with subprocess.Popen(holding, stdin=pipe, stdout=pipe) as other:
            assert other.stdout and other.stdout.readline() == b"held\n"
            (finding,) = doctor.examine(port.path, _LISTEN_S)
            other.communicate()
    assert finding.name == "busy" and f"(process {other.pid})" in finding.told


def test_other_processes_are_looked_through_as_far_as_one_may(tmp_path: Path):
    for pid, name, target in ((11, "picocom", "/dev/ttyUSB7"), (12, "vi", "/etc/passwd"), (13, "gone", "")):
        process = tmp_path / str(pid)
        (process / "fd").mkdir(parents=True)
        (process / "comm").write_text(name + "\n")
        if target:
            (process / "fd" / "3").symlink_to(target)
    (tmp_path / "uptime").touch()
    assert holders("/dev/ttyUSB7", tmp_path) == [Holder(11, "picocom")]


def test_the_exit_status_tells_a_well_board_from_an_ill_one():
    run = CliRunner()
    with ScriptedPort(b"", lambda line: _WELL) as port:
        well = run.invoke(app, ["doctor", "--port", port.path, "--listen", "0.5"])
    assert well.exit_code == 0 and "ok    it answers: lamp" in well.stdout
    ill = run.invoke(app, ["doctor", "--port", "/dev/ttyACM99", "--listen", "0.5"])
    assert ill.exit_code == 1 and "HERE" in ill.stdout and "->" in ill.stdout

"""`corolle console` on a PTY: what it finds, passes on, keeps and says."""

import io
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_client import LEAVE, ConsoleClient
from corolle_tools.console import ports
from corolle_tools.console.ports import NoPort
from corolle_tools.console.transcript import Transcript
from serial_terminal import Terminal


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Terminal]:
    """A gateway's end of the cable."""
    end = Terminal(tmp_path / "port")
    yield end
    end.unplug()


def test_keys_go_through_as_they_are_and_control_bracket_leaves(far: Terminal, tmp_path: Path):
    client = ConsoleClient("--port", str(far.link), runtime=tmp_path)
    client.wait("ctrl-] leaves]")
    client.type("é\x03\x1b[A\t")
    far.wait("é\x03\t")
    assert b"\xc3\xa9\x03\x1b[A\t" in far.raw
    far.type("bonjour\r\n")
    client.wait("bonjour")
    client.type("last" + LEAVE + "never")
    assert client.end() == 0
    far.wait("last")
    assert "never" not in far.text and "[left]" in client.text


def test_a_cable_that_was_pulled_is_waited_for(far: Terminal, tmp_path: Path):
    client = ConsoleClient("--port", str(far.link), runtime=tmp_path)
    client.wait("ctrl-] leaves]")
    far.unplug()
    client.wait("the cable is gone; waiting for it")
    far.plug_in()
    client.wait("the cable is back")
    far.type("here again")
    client.wait("here again")
    client.type(LEAVE)
    assert client.end() == 0


def test_a_session_is_kept_as_it_was_seen_and_for_its_owner_only(far: Terminal, tmp_path: Path):
    kept = tmp_path / "session.txt"
    client = ConsoleClient("--port", str(far.link), "--save", str(kept), runtime=tmp_path)
    client.wait("ctrl-] leaves]")
    far.type("\rlogin: \x1b[K")
    client.wait("login:")
    client.type("anne\r")
    far.wait("anne\r")
    far.type("anne\r\n\rpassword: \x1b[K")
    client.wait("password:")
    client.type("vélo-bleu-42\r")
    far.wait("42\r")
    far.type("\r\n\rgw> \x1b[Kunist\x1b[2D\x1b[K\rgw> units\x1b[K\r\n-- more --\r\x1b[Klamp-01  10 %\r\n")
    client.wait("lamp-01")
    client.type(LEAVE)
    assert client.end() == 0
    text = kept.read_text()
    assert "login: anne\npassword:\ngw> units\nlamp-01  10 %\n" in text
    assert "vélo" not in text and "\x1b" not in text and "more" not in text
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_port_that_is_not_there_names_those_that_are(tmp_path: Path):
    street = {
        "pid": os.getpid(),
        "broker": "",
        "site": "",
        "gateway": "",
        "speed": 1,
        "clock": "",
        "units": {},
    }
    folder = tmp_path / f"corolle-{os.getuid()}"
    folder.mkdir(mode=0o700)
    (folder / "street.json").write_text(json.dumps(street | {"console": "/run/street/console"}))
    client = ConsoleClient("--port", "/dev/ttyNOPE0", runtime=tmp_path)
    assert client.end() == 2
    assert "/dev/ttyNOPE0: there is no such port; there are:" in client.text
    assert "--port /run/street/console  (the running street's gateway)" in client.text


def test_without_any_port_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(ports.list_ports, "comports", lambda: [])
    with pytest.raises(NoPort, match="is the cable plugged in"):
        ports.choose(None)


def test_a_port_that_somebody_else_has_is_busy(far: Terminal):
    held = ports.opened(str(far.link), 115200)
    try:
        with pytest.raises(NoPort, match="busy: another program has it open"):
            ports.opened(str(far.link), 115200)
    finally:
        held.close()


def test_a_file_is_no_port(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(NoPort, match="not a serial port"):
        ports.opened(str(tmp_path / "file"), 115200)


def test_a_port_that_is_not_permitted_says_how_it_will_be():
    error = ports.serial.SerialException(13, "could not open port")
    assert "usermod -aG dialout" in ports._why(error)


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        (["one\r\ntwo"], "one\ntwo\n"),
        (["a", "b\x08c\r", "\n"], "ac\n"),
        (["abc\rX\x1b[K\r\n"], "X\n"),
        (["abc\x1b[", "2DX\r\n"], "aXc\n"),
        (["caf\xc3", "\xa9\r\n"], "café\n"),
        (["old\x1b[2J\x1b[Hnew\r\n"], "new\n"),
    ],
)
def test_lines_are_as_a_screen_shows_them_however_they_come(shown: list[str], lines: str):
    file = io.StringIO()
    transcript = Transcript(file)
    for part in shown:
        transcript.take(part.encode("latin-1"))
    transcript.close()
    assert file.getvalue() == lines

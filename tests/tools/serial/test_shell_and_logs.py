"""`corolle shell` and `corolle logs`, at a scripted port and at a whole node behind a pseudo-terminal."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from corolle_hil.desk.pty_board import PtyBoard
from corolle_hil.forkserver import ForkServer
from corolle_hil.installer import install
from corolle_hil.mpy import shims_folder
from corolle_hil.world.place import ORIGIN_DEG
from corolle_tools.app import app
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.serial.node_line import NodeLine, Refused, Silent
from scripted_port import ScriptedPort
from typer.testing import CliRunner

_LOG = (
    b": t=2026-11-22T18:30:00Z level=info event=boot cause=power\r\n"
    b"t=2026-11-22T18:30:09Z level=info event=join_request\r\n"
    b": t=2026-11-22T18:30:01Z level=warn event=fault name=tilt\r\n. done\r\n"
)
_SPEED = 4


def _node(line: bytes) -> bytes:
    if line == b"log":
        return _LOG
    if line == b"crash":
        return b": Traceback:\r\n: \x1b[31mOSError: 5\r\n. done\r\n"
    return b"! 'sesame' is no verb here: see help\r\n" if line == b"sesame" else b""


def test_an_answer_is_told_from_what_is_logged_meanwhile():
    logged: list[str] = []
    with ScriptedPort(b"the end of a line\r\n", _node) as port, NodeLine(port.path, logged.append) as node:
        assert [line[:20] for line in node.ask("log")] == ["t=2026-11-22T18:30:0"] * 2
        with pytest.raises(Refused, match="no verb"):
            node.ask("sesame")
        with pytest.raises(Silent, match="corolle doctor"):
            node.ask("anybody", wait_s=0.3)
    assert logged[-1].endswith("event=join_request")


def test_logs_are_filtered_and_cannot_steer_the_terminal():
    with ScriptedPort(b"", _node) as port:
        parts = ["logs", "--port", port.path, "--no-follow"]
        everything = CliRunner().invoke(app, parts)
        grave = CliRunner().invoke(app, [*parts, "--level", "warn", "--no-crash"])
        about = CliRunner().invoke(app, [*parts, "--text", "cause=power", "--no-crash"])
        wrong = CliRunner().invoke(app, [*parts, "--level", "loud"])
    assert "--- last crash\nTraceback:\n[31mOSError: 5\n" in everything.stdout
    assert grave.stdout.splitlines() == ["t=2026-11-22T18:30:01Z level=warn event=fault name=tilt"]
    assert len(about.stdout.splitlines()) == 1
    assert wrong.exit_code == 2


@pytest.fixture
def lamp(tmp_path: Path) -> Iterator[Path]:
    """The port of a whole lamp."""
    definition, folder = board_definition("lamp-s3"), tmp_path / "state"
    identity = Identity("lamp-01", "lamp", "test", *ORIGIN_DEG, "02c0ffee00000001", "2b" * 16)
    with contextlib.closing(ForkServer(shims_folder())) as forks:
        install(forks, folder, node_files("lamp-s3", identity))
        with PtyBoard(definition, tmp_path / "port", folder, speed=_SPEED, forks=forks):
            yield tmp_path / "port"


def test_a_whole_node_is_spoken_with_while_it_works(lamp: Path):
    run, port = CliRunner(), ["--port", str(lamp)]
    shown = run.invoke(app, ["shell", "show", *port])
    assert shown.exit_code == 0 and "unit=lamp 02c0ffee00000001" in shown.stdout
    ordered = run.invoke(app, ["shell", "command level 30 for 10m", *port])
    assert (ordered.exit_code, ordered.stdout) == (0, "accepted, output=30 override\n")
    refused = run.invoke(app, ["shell", *port, "command", "level", "130"])
    assert refused.exit_code == 1 and "out of range" in refused.output
    typed = run.invoke(app, ["shell", *port], input="time\n\nsesame\nexit\n")
    assert typed.exit_code == 0 and "no verb here" in typed.stdout
    kept = run.invoke(app, ["logs", *port, "--no-follow"])
    assert "by serial" in kept.stdout and "--- no crash is kept" in kept.stdout
    assert kept.stdout.count("event=boot ") == 1, "nothing has reset it"
    seen = run.invoke(app, ["doctor", *port, "--listen", "1"])
    assert seen.exit_code == 0, seen.stdout

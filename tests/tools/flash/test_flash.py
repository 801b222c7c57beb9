"""The whole command, against boards on pseudo-terminals."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from corolle_hil.desk.pty_board import PtyBoard
from corolle_tools.app import app
from corolle_tools.firmware import board_definition
from corolle_tools.flash.flashing import Wish
from corolle_tools.flash.plan import digest
from corolle_tools.flash.session import Session
from corolle_tools.identity import Identity
from corolle_tools.private_file import write_private
from typer.testing import CliRunner

_UNITS = [Identity.make(f"lamp-{number:02}", "lamp", "test", 43.6, 1.44) for number in (1, 2, 3)]
_BOARD = "lamp-s3"
_COUNTED = "/data/counted"  # as a node keeps what it has counted


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("units") / "units.json"
    write_private(path, {"units": [unit.registry_entry() for unit in _UNITS]})
    return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], PtyBoard]]:
    """Boards that live as long as the tests; without Bluetooth, which takes a while to load."""
    folder, bare = tmp_path_factory.mktemp("desk"), board_definition(_BOARD, left_off=("ble",))
    with ExitStack() as stack:
        made: list[PtyBoard] = []

        def make() -> PtyBoard:
            name = f"board{len(made)}"
            board = PtyBoard(bare, folder / name, folder / f"{name}.state", speed=4)
            made.append(stack.enter_context(board))
            return board

        yield make


@pytest.fixture(scope="module")
def board(desk: Callable[[], PtyBoard]) -> PtyBoard:
    return desk()


def flash(units: Path, *options: str) -> tuple[int, list[dict], str]:
    """Status, what is told for programs, and what is said to people."""
    words = ["flash", "--board", _BOARD, "--units", str(units), "--json", "--no-test", *options]
    done = CliRunner().invoke(app, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_bare_board_becomes_a_unit_and_is_left_alone_the_second_time(board: PtyBoard, units: Path):
    status, told, said = flash(units, "--port", str(board.port), "--unit", "lamp-01")
    assert (status, said) == (0, "")
    assert told[0]["boot"] == "hard reset"
    assert told[0]["good"]
    assert told[0]["unchanged"] == 0
    options = "--unit", "lamp-01", "--chip", told[0]["chip"], "--test"
    status, again, _ = flash(units, "--port", str(board.port), *options)
    assert (again[0]["written"], again[0]["unchanged"]) == (0, told[0]["written"])
    assert again[0]["self_test"]["good"] > 5
    assert (status == 0) == (again[0]["self_test"]["bad"] == 0)
    with Session.open(str(board.port)) as session:
        assert json.loads(session.call("text", "/unit.json")) == _UNITS[0].unit_json()
        assert json.loads(session.call("text", "/keys.json")) == _UNITS[0].keys_json()


def test_another_units_board_is_refused_until_it_is_given_away(board: PtyBoard, units: Path):
    status, _, said = flash(units, "--port", str(board.port), "--unit", "lamp-02")
    assert status == 1
    assert f"this board is lamp-01, DevEUI {_UNITS[0].dev_eui}" in said
    with Session.open(str(board.port)) as session:
        assert json.loads(session.call("text", "/unit.json"))["name"] == "lamp-01"
        session.run([("begin", _COUNTED), ("more", b"MQ=="), ("end", _COUNTED, digest(b"1"))])
    flash(units, "--port", str(board.port), "--unit", "lamp-01")
    with Session.open(str(board.port)) as session:
        assert session.call("text", _COUNTED) == "1"
    status, told, _ = flash(units, "--port", str(board.port), "--unit", "lamp-02", "--replace", "lamp-01")
    assert (status, told[0]["unit"]) == (0, "lamp-02")
    assert told[0]["written"] == 4  # its name, its keys, main.py and the manifest
    with Session.open(str(board.port)) as session:
        assert session.call("text", _COUNTED) == ""


def test_a_unit_whose_file_is_lost_is_known_by_its_copy(board: PtyBoard, units: Path):
    with Session.open(str(board.port)) as session:
        session.run([("remove", "/unit.json")])
    status, _, said = flash(units, "--port", str(board.port), "--unit", "lamp-01")
    assert (status, "this board is lamp-02" in said) == (1, True)
    assert flash(units, "--port", str(board.port), "--unit", "lamp-02")[0] == 0


def test_a_cable_in_another_board_is_noticed_before_anything_is_written(board: PtyBoard, units: Path):
    status, _, said = flash(units, "--port", str(board.port), "--unit", "lamp-02", "--chip", "0123456789ab")
    assert status == 1
    assert "and not 0123456789ab" in said


def test_a_port_that_somebody_has_open_is_busy(board: PtyBoard, units: Path):
    with Session.open(str(board.port)):
        status, _, said = flash(units, "--port", str(board.port), "--unit", "lamp-02")
    assert (status, f"{board.port} is busy" in said) == (1, True)


def test_what_is_no_serial_port_is_said_to_be_none(units: Path):
    for place in (str(units), str(units.parent)):
        status, _, said = flash(units, "--port", place, "--unit", "lamp-02")
        assert (status, said) == (
            1,
            f"corolle flash: {place} is no serial port: give the device, as /dev/ttyACM0\n",
        )


def test_a_tray_is_flashed_at_once_and_each_stays_who_it_is(
    desk: Callable[[], PtyBoard], board: PtyBoard, units: Path, tmp_path: Path
):
    bare = desk()
    ports = ["--port", str(board.port), "--port", str(bare.port), "--port", str(tmp_path / "empty")]
    status, told, said = flash(units, "--all", *ports, "--unit", "lamp-02", "--unit", "lamp-03")
    assert (status, said) == (1, f"corolle flash: no port {tmp_path / 'empty'}\n"), (
        "a named port is asked for"
    )
    assert [(each["port"], each["unit"], each["good"]) for each in told] == [
        (str(board.port), "lamp-02", True),
        (str(bare.port), "lamp-03", True),
    ]
    assert told[0]["written"] == 0
    assert told[1]["written"] > 80


def test_a_wrong_command_says_what_is_wrong(units: Path):
    assert flash(units, "--port", "x")[0] == 2
    assert "no unit 'lamp-09'" in flash(units, "--port", "x", "--unit", "lamp-09")[2]
    status, _, said = flash(units, "--port", os.devnull + "x", "--unit", "lamp-01")
    assert (status, "no port" in said) == (1, True)


def test_a_file_of_this_machine_that_cannot_be_used_is_named(units: Path, monkeypatch: pytest.MonkeyPatch):
    def refused(_: Wish) -> dict[str, bytes]:
        raise PermissionError(13, "Permission denied", "/root/.cache/corolle")

    monkeypatch.setattr(Wish, "files", refused)
    status, _, said = flash(units, "--port", "x", "--unit", "lamp-01")
    assert (status, said) == (1, "corolle flash: /root/.cache/corolle: Permission denied\n")

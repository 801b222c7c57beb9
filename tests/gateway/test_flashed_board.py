"""From a bare board to a unit that the city hears: provisioned, flashed by the one command, joined."""

from pathlib import Path

import pytest
from corolle_hil.desk.pty_board import PtyBoard
from corolle_tools.app import app
from corolle_tools.firmware import board_definition
from gateway_street import Street
from radio_device import Device
from typer.testing import CliRunner

_BOARD = "lamp-s3"


@pytest.mark.timeout(240)
def test_a_bare_board_is_flashed_and_the_city_hears_the_unit(street: Street, tmp_path: Path):
    gateway = street.gateway(Device("lamp-01"))
    city = street.city(gateway).ready()
    definition = board_definition(_BOARD, left_off=("ble",))
    port = tmp_path / "board"
    bare = PtyBoard(definition, port, tmp_path / "state", gateway=("127.0.0.1", gateway.port))
    with bare:
        words = ["flash", "--port", str(port), "--board", _BOARD, "--unit", "lamp-01", "--no-test"]
        done = CliRunner().invoke(app, [*words, "--units", str(tmp_path / "units.json")])
        assert done.exit_code == 0, done.output
        report = city.wait("lamp-01/report", wait_s=90)
    assert report["reason"]

"""The gateway's console through a terminal program that knows nothing of it: pyserial's miniterm."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_client import LEAVE, TerminalProgram
from console_site import PASSWORD, USER
from corolle_gateway.console.users import Users
from corolle_tools.street.cable import Cable
from gateway_street import Street
from mqtt_broker import Broker
from radio_device import Device


@pytest.fixture
def cable(tmp_path: Path, shared_broker: Broker) -> Iterator[Cable]:
    """A French gateway of one lamp at the other end of it."""
    cable = Cable(tmp_path)
    street = Street(tmp_path, shared_broker.port)
    (tmp_path / "data").mkdir()
    Users(tmp_path / "data").put(USER, PASSWORD)
    street.gateway(Device("lamp-01"), more=f'[console]\ndevice = "{cable.gateway_end}"\nlanguage = "fr"\n')
    yield cable
    street.end()
    cable.close()


def test_a_crew_member_logs_in_asks_and_leaves(cable: Cable):
    port = str(cable.crew_end), "115200"
    miniterm = TerminalProgram(sys.executable, "-m", "serial.tools.miniterm", "--raw", *port)
    miniterm.wait("Ctrl+]")
    miniterm.type("\r")
    miniterm.wait("identifiant")
    miniterm.type(USER + "\r")
    miniterm.wait("mot de passe")
    miniterm.type(PASSWORD + "\r")
    miniterm.wait("> ")
    miniterm.type("units\r")
    miniterm.wait("jamais reçu")
    miniterm.wait("> ")
    miniterm.type("unit lamp-01\r")
    miniterm.wait("lampadaire")
    miniterm.wait("> ")
    miniterm.type("exit\r")
    miniterm.wait("identifiant")
    assert PASSWORD not in miniterm.text
    miniterm.type(LEAVE)
    assert miniterm.end() == 0

"""What a rig of real boards measures and switches with, as far as it goes without hardware."""

import itertools
import os
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from corolle_hil.bench.city import Broker, City
from corolle_hil.bench.description import read
from corolle_hil.bench.real.board_port import BoardPort
from corolle_hil.bench.real.jig import Jig
from corolle_hil.bench.real.meters import Bl0942Meter, JigMeter
from corolle_hil.bench.real.ports import find_port
from corolle_hil.bench.real.power import CommandSwitch, LabgridSwitch
from corolle_hil.bench.real.rig import RealRig
from corolle_hil.bench.rig import RigTrouble
from corolle_hil.chips.bl0942 import Bl0942
from corolle_hil.desk.pty_board import PtyBoard
from corolle_hil.scheduler import Scheduler
from corolle_tools.firmware import board_definition
from mpremote.transport import TransportError
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo
from source_tree import ROOT


@dataclass
class _Lamp:
    """A load of 35 W."""

    voltage_v: float = 230.0
    current_a: float = 0.16
    power_w: float = 35.0
    energy_wh: float = 0.0


_HELD = """
[labgrid]
client = "{client}"
coordinator = "lab:20408"
[units.lamp-01]
kind = "lamp"
board = "lamp-s3"
port = "no-such-port"
power = "labgrid:desk"
[units.lamp-01.meter]
driver = "bl0942"
port = "no-such-meter"
address = 0
shunt_uohm = 1000
divider = 3825
"""


@pytest.fixture
def answering() -> Iterator[Callable[[Callable[[bytes], bytes]], str]]:
    """A pseudo-terminal that answers each request of two bytes; its path."""
    ends: list[int] = []

    def make(answer: Callable[[bytes], bytes]) -> str:
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        ends.extend((ours, theirs))

        def serve() -> None:
            try:
                while request := os.read(ours, 2):
                    os.write(ours, answer(request))
            except OSError:
                return  # the test is over

        threading.Thread(target=serve, daemon=True).start()
        return os.ttyname(theirs)

    yield make
    for fd in ends:
        os.close(fd)


def _chip_answer(request: bytes) -> bytes:
    """What a simulated BL0942 says."""
    scheduler = Scheduler()
    chip = Bl0942(scheduler, _Lamp(), 2, noise=0.0)
    chip.received(request)
    scheduler.run(1_000_000)
    return chip.sent(1_000_000, 64)


def test_a_bl0942_is_read(answering):
    meter = Bl0942Meter(answering(_chip_answer), 2, 1000, 3825)
    assert meter.power_w() == pytest.approx(35.0, rel=0.002)
    meter.close()


def test_an_answer_with_a_wrong_checksum_counts_for_nothing(answering):
    meter = Bl0942Meter(answering(lambda request: _chip_answer(request)[:-1] + b"\0"), 2, 1000, 3825)
    with pytest.raises(OSError, match="no answer of a BL0942, but 55"):
        meter.power_w()
    meter.close()


def test_a_command_switches_and_one_that_fails_says_why(tmp_path: Path):
    switch = CommandSwitch(f"cp /dev/null '{tmp_path}/is {{state}}'")
    switch.turn(True)
    switch.turn(False)
    assert {path.name for path in tmp_path.iterdir()} == {"is on", "is off"}
    failing = f"""{sys.executable} -c 'import sys; sys.exit("hub not found: {{state}}")'"""
    with pytest.raises(OSError, match="hub not found: on"):
        CommandSwitch(failing).turn(True)


def test_labgrid_is_asked_for_its_place_and_given_it_back(tmp_path: Path):
    """Its client is one that writes down its words: a real one lives in an environment of its own."""
    client = tmp_path / "labgrid-client"
    client.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    client.chmod(0o755)
    switch = LabgridSwitch(str(client), "lab:20408", "desk")
    switch.turn(False)
    switch.turn(True)
    switch.close()
    asked = (tmp_path / "asked").read_text().splitlines()
    words = ("acquire", "power off", "power on", "release")
    assert asked == [f"-x lab:20408 -p desk {word}" for word in words]


def test_labgrid_reads_no_statement_in_a_comment_of_the_exporters_file():
    """To it the file is a Jinja template: one # begins a statement, two a comment."""
    text = (ROOT / "hil" / "labgrid" / "exporter.yaml").read_text()
    assert not [line for line in text.splitlines() if line.startswith("#") and not line.startswith("##")]
    assert set(yaml.safe_load(text)["canopy-desk"]["NetworkPowerPort"]) == {"model", "host", "index"}


def test_what_is_held_is_let_go_when_another_instrument_fails(tmp_path: Path):
    client = tmp_path / "labgrid-client"
    client.write_text(f'#!/bin/sh\necho "$5" >> {tmp_path}/asked\n')
    client.chmod(0o755)
    rig = tmp_path / "rig.toml"
    rig.write_text(_HELD.format(client=client))
    made = RealRig(read(rig, ROOT / "boards"))
    for _ in range(2):
        with pytest.raises(RigTrouble, match=r"rig rig, lamp-01: .*no-such-meter"):
            made.dut("lamp", ())
    assert (tmp_path / "asked").read_text().split() == ["acquire", "release"] * 2
    made.close()


def test_a_broker_that_is_not_there_is_named():
    with pytest.raises(ConnectionError, match=r"^the gateway's broker at 127.0.0.1:1: Connection refused$"):
        City(Broker("127.0.0.1", 1, "corolle/desk/gw-1"))


def test_two_usb_devices_with_one_serial_number_are_not_told_apart_by_it(monkeypatch: pytest.MonkeyPatch):
    ports = [ListPortInfo(f"/dev/ttyUSB{number}") for number in (0, 1)]
    for port in ports:
        port.serial_number = "0001"
    monkeypatch.setattr(list_ports, "comports", lambda: ports)
    with pytest.raises(LookupError, match="usb:0001 is /dev/ttyUSB0 and /dev/ttyUSB1: name one by its path"):
        find_port("usb:0001")
    monkeypatch.setattr(list_ports, "comports", lambda: ports[1:])
    assert find_port("usb:0001") == "/dev/ttyUSB1"


def test_a_usb_device_that_is_not_there_is_named():
    with pytest.raises(LookupError, match="usb:NOBODY is not there; USB devices with a serial port: "):
        find_port("usb:NOBODY")


def test_a_port_that_goes_with_its_board_is_found_again(tmp_path: Path):
    board = board_definition("canopy-s3") | {"fitted": {}}
    with PtyBoard(board, tmp_path / "port", tmp_path / "board"):
        port = BoardPort(str(tmp_path / "port"))
        port.stop_program()
        assert port.run("print(6 * 7)") == "42\r\n"
    assert list(port.listen(0.3)) == []
    with pytest.raises(TransportError, match="is not there"):
        port.stop_program()
    with PtyBoard(board, tmp_path / "port", tmp_path / "board"):
        port.stop_program()
        assert port.run("print(6 * 7)") == "42\r\n"
        port.close()


def test_a_port_that_went_unheard_is_found_again(tmp_path: Path):
    """As when its power is switched off and on, and nobody listens meanwhile."""
    board = board_definition("canopy-s3") | {"fitted": {}}
    with PtyBoard(board, tmp_path / "port", tmp_path / "board"):
        port = BoardPort(str(tmp_path / "port"))
        port.stop_program()
    port.forget_prompt()
    with PtyBoard(board, tmp_path / "port", tmp_path / "board"):
        with pytest.raises(OSError):
            port.stop_program()
        port.stop_program()
        assert port.run("print(6 * 7)") == "42\r\n"
        port.close()


def test_a_port_that_another_has_is_named(tmp_path: Path):
    with PtyBoard(board_definition("canopy-s3") | {"fitted": {}}, tmp_path / "port", tmp_path / "board"):
        first = BoardPort(str(tmp_path / "port"))
        with pytest.raises(TransportError, match="port does not open: another program has it"):
            BoardPort(str(tmp_path / "port"))
        first.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[PtyBoard]:
    """A bare board, that a jig's program runs on."""
    board = board_definition("canopy-s3") | {"fitted": {}}
    with PtyBoard(board, tmp_path / "port", tmp_path / "board") as made:
        yield made


def test_a_jig_drives_reads_and_plays_a_meter(desk: PtyBoard):
    jig, lines = Jig(str(desk.port)), desk._unit.board.line
    jig.drive(47, 1)
    assert desk.ask(lambda: lines(47).level) == 1
    desk.ask(lambda: setattr(lines(1), "adc_uv", lambda: 1_200_000 if lines(47).level else 200_000))
    assert jig.millivolts(1) == pytest.approx(1200, abs=5)
    jig.drive(47, 0)
    trace = jig.passage(47, 1, 0.1, 0.01)
    assert trace[-1][0] >= 0.1 and trace[-1][1] == pytest.approx(1200, abs=5)
    jig.make_tap("tap", 38, 39, 40, 20)
    assert jig.tap("tap") == (False, 0)
    desk.ask(lambda: (lines(38).drive(1), lines(38).drive(0)))
    opened = _pulses_after(jig, 3)
    desk.ask(lambda: (lines(39).drive(1), lines(39).drive(0)))
    is_open, pulses = jig.tap("tap")
    assert opened >= 3 and not is_open and pulses >= opened
    assert jig.tap("tap") == (False, pulses), "no water without an open valve"
    jig.close()


def test_a_jig_says_what_micropython_says(desk: PtyBoard):
    jig = Jig(str(desk.port))
    with pytest.raises(OSError, match=r"^the jig at .*port: nobody.tell\(\): NameError: "):
        jig.tap("nobody")
    jig.close()


def test_a_jig_takes_the_mean_of_light_that_flickers(desk: PtyBoard):
    jig, flicker_uv = Jig(str(desk.port)), itertools.cycle((0, 2_400_000))
    desk.ask(lambda: setattr(desk._unit.board.line(1), "adc_uv", lambda: next(flicker_uv)))
    assert jig.millivolts(1) == pytest.approx(1200, rel=0.2)
    jig.close()


def test_a_jig_reads_an_ina226(tmp_path: Path):
    """That of a canopy's battery."""
    definition = board_definition("canopy-s3")
    meter = definition["fitted"]["battery"]
    bus = definition["buses"][meter["bus"]]
    with PtyBoard(definition | {"fitted": {"battery": meter}}, tmp_path / "port", tmp_path / "board") as desk:
        jig = Jig(str(desk.port))
        found_w = JigMeter(jig, bus["sda"], bus["scl"], meter["address"], meter["shunt_uohm"]).power_w()
        battery = desk._unit.furniture.battery
        assert battery
        volts, amperes = desk.ask(battery.reading)
        assert found_w == pytest.approx(volts * amperes, abs=0.01) and abs(found_w) > 0.1
        with pytest.raises(OSError, match=r"^the jig at .*: print\(power_w\(.*Error"):
            JigMeter(jig, bus["sda"], bus["scl"], 0x4F, 1000).power_w()
        jig.close()


def _pulses_after(jig: Jig, wanted: int) -> int:
    deadline_s = time.monotonic() + 20
    while (tap := jig.tap("tap")) < (True, wanted):
        assert time.monotonic() < deadline_s, tap
    return tap[1]

"""What a rig of real boards measures and switches with, as far as it goes without hardware."""

import os
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from corolle_hil.bench.real.board_port import BoardPort
from corolle_hil.bench.real.jig import Jig
from corolle_hil.bench.real.meters import Bl0942Meter
from corolle_hil.bench.real.ports import find_port
from corolle_hil.bench.real.power import CommandSwitch, LabgridSwitch
from corolle_hil.chips.bl0942 import Bl0942
from corolle_hil.desk.pty_board import PtyBoard
from corolle_hil.scheduler import Scheduler
from corolle_tools.firmware import board_definition
from mpremote.transport import TransportError


@dataclass
class _Lamp:
    """A load of 35 W."""

    voltage_v: float = 230.0
    current_a: float = 0.16
    power_w: float = 35.0
    energy_wh: float = 0.0


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


def test_a_usb_device_that_is_not_there_is_named():
    with pytest.raises(LookupError, match="usb:NOBODY is not plugged in; USB devices with a serial port: "):
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


def _pulses_after(jig: Jig, wanted: int) -> int:
    deadline_s = time.monotonic() + 20
    while (tap := jig.tap("tap")) < (True, wanted):
        assert time.monotonic() < deadline_s, tap
    return tap[1]

"""What a street's console is made of: its cable, and what breaks on purpose."""

import os
import select
import tty
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from corolle_hil.scheduler import Scheduler
from corolle_tools.street.breakages import Breakage
from corolle_tools.street.cable import Cable

_WAIT_S = 10.0


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    """With nobody at either end."""
    with closing(Cable(tmp_path)) as made:
        yield made


def _plug(end: Path) -> int:
    descriptor = os.open(end, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(descriptor)
    return descriptor


def _heard(descriptor: int) -> bytes:
    return os.read(descriptor, 100) if select.select([descriptor], [], [], _WAIT_S)[0] else b""


def test_what_is_said_at_one_end_is_heard_at_the_other(cable: Cable):
    gateway, crew = _plug(cable.gateway_end), _plug(cable.crew_end)
    os.write(crew, b"units\r")
    assert _heard(gateway) == b"units\r"
    os.write(gateway, b"lamp-01\r\n")
    assert _heard(crew) == b"lamp-01\r\n"
    os.close(crew)
    os.close(gateway)


def test_what_nobody_reads_is_lost_and_keeps_nobody_waiting(cable: Cable):
    gateway = _plug(cable.gateway_end)
    os.set_blocking(gateway, False)
    left = 200_000  # more than all buffers on the way would hold
    while left > 0:
        assert select.select([], [gateway], [], _WAIT_S)[1], "nobody carries it away"
        left -= os.write(gateway, b"x" * 1000)
    crew = _plug(cable.crew_end)
    os.write(crew, b"?")
    assert _heard(gateway) == b"?"
    os.close(crew)
    os.close(gateway)


def test_the_names_are_gone_with_the_cable_and_who_is_there_is_hung_up_on(tmp_path: Path):
    cable = Cable(tmp_path)
    crew = _plug(cable.crew_end)
    cable.close()
    assert not list(tmp_path.iterdir())
    with pytest.raises(OSError):
        os.write(crew, b"?")
    os.close(crew)


def test_a_breakage_is_read_as_it_is_written():
    breakage = Breakage.parse("lamp-02:tilt:1h30m:90s")
    assert (breakage.unit, breakage.kind.name) == ("lamp-02", "tilt")
    assert (breakage.after_s, breakage.lasts_s) == (5400, 90)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lamp-02:tilt", "must be UNIT:FAULT:AFTER:FOR"),
        ("lamp-02:rust:10m:10m", "'rust' is none of lampFailure"),
        ("lamp-02:tilt:soon:10m", "'soon' is not a length of time"),
    ],
)
def test_a_breakage_that_cannot_be_says_what_can(text: str, said: str):
    with pytest.raises(ValueError, match=said):
        Breakage.parse(text)


def test_what_is_not_there_cannot_break():
    with pytest.raises(ValueError, match="no unit 'lamp-02'"):
        Breakage.parse("lamp-02:tilt:10m:10m").plan(Scheduler(0, 1), {})

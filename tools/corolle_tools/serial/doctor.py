"""`corolle doctor`: why a board does not answer, and what to do."""

import grp
import os
import pwd
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import typer

from corolle_tools.console.ports import NoPort
from corolle_tools.serial import symptoms
from corolle_tools.serial.choosing import Port, ports
from corolle_tools.serial.holders import holders
from corolle_tools.serial.node_line import NodeLine, Refused, Silent
from corolle_tools.serial.symptoms import Finding

_ILL = 1
_ANSWERS_WITHIN = (
    3  # times as long as we listen: a node is busy with its luminaire, its radio, its flash at times
)
_LEAVE_RAW = "\x02"  # ctrl-B: nothing to a program, and the way out of the raw prompt
_NO_PORT = (
    "the cable may have no data wires, as many chargers' have none: take another; else another socket; on "
    "macOS and Windows a board with a CP210x, CH340 or FTDI chip needs its driver; on Linux `dmesg -w` shows "
    "whether anything is seen when it is plugged in"
)


def doctor(
    port: Port = None,
    listen: Annotated[float, typer.Option(metavar="S", help="How long to listen at first.")] = 3.0,
) -> None:
    """Find out why a board does not answer at its serial port, and say what to do.

    Nothing is changed and nothing is stopped. Ends with 0 when all is well, with 1 when it is not.
    """
    ill = False
    for each in [port] if port else list(ports()) or [None]:
        for finding in examine(each, listen):
            ill = ill or not finding.well
            print(f"{'ok  ' if finding.well else 'HERE'}  {finding.told}")
            if finding.advice:
                print(f"      -> {finding.advice}")
    raise typer.Exit(_ILL if ill else 0)


def examine(port: str | None, listen_s: float) -> Iterator[Finding]:
    """From the cable to the program, up to the first thing that is wrong."""
    wrong = _seen(port) or _permitted(port or "") or _free(port or "")
    if wrong:
        yield wrong
        return
    yield Finding("port", f"{port} is there, ours to use, and free", "", True)
    try:
        with NodeLine(str(port)) as line:
            yield from _spoken_with(line, listen_s)
    except NoPort as error:
        yield Finding("port", str(error), "unplug the cable and plug it in again")


def _seen(port: str | None) -> Finding | None:
    if port is None:
        return Finding("no port", "there is no serial port with a board at its end", _NO_PORT)
    if not os.path.exists(port):
        there = ", ".join(ports()) or "none"
        return Finding("no port", f"{port} is not there (there are: {there})", _NO_PORT)
    if not stat.S_ISCHR(os.stat(port).st_mode):
        return Finding("no port", f"{port} is no serial port", "give the device, as /dev/ttyACM0")
    return None


def _permitted(port: str) -> Finding | None:
    if os.access(port, os.R_OK | os.W_OK):
        return None
    status = os.stat(port)
    if status.st_gid and status.st_mode & stat.S_IRGRP and status.st_mode & stat.S_IWGRP:
        group = _name(grp.getgrgid, status.st_gid)
        told, advice = f"the group {group}", f"sudo usermod -aG {group} $USER, then log in again"
    else:  # nobody is put into root's group for a cable
        told = f"{_name(pwd.getpwuid, status.st_uid)} alone"
        advice = "a udev rule gives serial ports to a group of yours; until then `sudo chmod a+rw` does"
    return Finding("permission", f"{port} may not be used by you: it belongs to {told}", advice)


def _name(look_up: Callable[[int], Sequence[Any]], number: int) -> str:
    """A group's or a user's name; in a container there may be none."""
    try:
        return look_up(number)[0]
    except KeyError:
        return str(number)


def _free(port: str) -> Finding | None:
    found = holders(port)
    if not found:
        return None
    told = ", ".join(f"{each.name} (process {each.pid})" for each in found)
    return Finding(
        "busy", f"{port} is held by {told}", "end that program: two readers take each other's words"
    )


def _spoken_with(line: NodeLine, listen_s: float) -> Iterator[Finding]:
    heard = _listen(line, listen_s)
    if symptoms.boots(heard):
        heard += _listen(line, 2 * listen_s)  # once is a boot, twice is a loop
    found = symptoms.at_once(heard)
    if found:
        yield found
        return
    said: list[str] = []
    try:
        yield from symptoms.healthy(_asked(line, said, listen_s))
    except (Silent, Refused) as none:
        said += none.told if isinstance(none, Silent) else []
        heard += "\n".join(said).encode() + line.rest()
        line.send(_LEAVE_RAW)
        yield symptoms.silent(heard, _listen(line, listen_s / 2))


def _asked(line: NodeLine, said: list[str], listen_s: float) -> list[str]:
    line.on_line = said.append
    return line.ask("show", _ANSWERS_WITHIN * listen_s)


def _listen(line: NodeLine, for_s: float) -> bytes:
    heard, until_s = b"", time.monotonic() + for_s
    while time.monotonic() < until_s:
        heard += line.read()
        time.sleep(0.02)
    return heard

"""Serial ports of this machine: which there are, and which one is meant."""

import errno
from pathlib import Path

import serial
from serial.tools import list_ports

from corolle_tools import running


class NoPort(Exception):
    """No port can be used; the text says why, and which there are."""


def known() -> dict[str, str]:
    """The ports that may have a gateway behind them, with what they say of themselves."""
    found = {port.device: port.description for port in list_ports.comports() if port.vid is not None}
    try:
        street = running.find(None)
    except running.NoStreet:
        return found
    return {**found, street.console: "the running street's gateway"} if street.console else found


def choose(port: str | None) -> str:
    """The port given, or the only one there is. NoPort."""
    if port is not None:
        return port
    found = list(known())
    if len(found) != 1:
        missing = "no serial port is there: is the cable plugged in?"
        raise NoPort(f"{len(found)} ports may be meant{_listed()}" if found else missing)
    return found[0]


def opened(port: str, baud: int) -> serial.Serial:
    """The port, for us alone. NoPort."""
    if not Path(port).exists():
        raise NoPort(f"{port}: there is no such port{_listed()}")
    try:
        return serial.Serial(port, baud, timeout=0, write_timeout=0, exclusive=True)
    except serial.SerialException as error:
        raise NoPort(f"{port}: {_why(error)}") from error


def _why(error: serial.SerialException) -> str:
    if error.errno == errno.EACCES:
        return "not permitted: sudo usermod -aG dialout $USER, then log in again"
    if error.errno in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(error):
        return "busy: another program has it open"
    if error.errno in (errno.ENOTTY, errno.EINVAL) or "configure port" in str(error):
        return "not a serial port"
    return str(error)


def _listed() -> str:
    found = known()
    lines = [f"\n  --port {port}  ({told})" for port, told in found.items()]
    return "; there are:" + "".join(lines) if found else ""

"""Which port the node is at."""

from typing import Annotated

import typer
from serial.tools import list_ports

from corolle_tools.console.ports import NoPort

Port = Annotated[
    str | None, typer.Option(metavar="PORT", help="The serial port; left out: the only one there is.")
]


def ports() -> dict[str, str]:
    """The serial ports with something at their end, and what that says of itself."""
    return {port.device: port.description for port in list_ports.comports() if port.vid is not None}


def chosen(port: str | None) -> str:
    """The port given, or the only one. NoPort."""
    if port is not None:
        return port
    found = ports()
    if len(found) == 1:
        return next(iter(found))
    listed = "".join(f"\n  --port {name}  ({told})" for name, told in found.items())
    none = "no serial port is there: is the cable plugged in, and is it one with data wires?"
    raise NoPort(f"{len(found)} ports may be meant:{listed}" if found else none)

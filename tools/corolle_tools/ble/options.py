"""What all of these commands are told alike, and how they end."""

import asyncio
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from corolle_tools import running
from corolle_tools.ble.faults import BleFault, NoAdapter
from corolle_tools.ble.keyring import Keyring

UnitName = Annotated[
    str, typer.Argument(metavar="UNIT", help="Its name or DevEUI in the keys file, or its Bluetooth address.")
]
Keys = Annotated[
    Path | None,
    typer.Option(metavar="FILE", envvar="COROLLE_KEYS", help="units.json of the site, for its owner only."),
]
State = Annotated[Path | None, typer.Option(metavar="DIR", help="A street's folder: its keys and its air.")]
Wait = Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="Look for the unit so long.")]
Tries = Annotated[int, typer.Option(min=1, max=10, help="Connect so often before giving up.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]
Adapter = Annotated[str, typer.Option(metavar="NAME", help="The Bluetooth adapter, where there are several.")]
Backend = Annotated[str | None, typer.Option(hidden=True, metavar="MODULE:CLASS")]

HCI = "hci0"
WAIT_S = 15.0
TRIES = 3


@dataclass(frozen=True)
class Way:
    """How a unit is reached: keys, `wait_s` to be heard, connections, adapter and stack."""

    keys: Path | None
    state: Path | None
    wait_s: float
    tries: int
    adapter: str
    backend: str | None

    def keyring(self) -> Keyring:
        """The keys that are there."""
        return keyring(self.keys, self.state)

    def stack(self) -> tuple[str, str | None]:
        """Adapter and backend."""
        return stack(self.state, self.adapter, self.backend)


def keyring(keys: Path | None, state: Path | None) -> Keyring:
    """The keys of a file or of a street's folder; none where neither is named. Usage."""
    return Keyring.load(state / "units.json" if state else keys)


def stack(state: Path | None, adapter: str, backend: str | None) -> tuple[str, str | None]:
    """Adapter and backend: in a virtual street its own, at the foot of the gateway's mast. NoAdapter."""
    if state is None or backend:
        return adapter, backend
    try:
        street = running.find(state)
    except running.NoStreet as error:
        raise NoAdapter(str(error)) from None
    if street.adapter is None:
        raise NoAdapter(f"the street in {state} was begun without Bluetooth")
    from corolle_hil.ble.bleak_backend import BACKEND  # which needs Bumble: no laptop in service has it

    return street.adapter, BACKEND


def run(doing: Coroutine[Any, Any, None]) -> None:
    """Do it; a fault ends the command with its sentence and status."""
    try:
        asyncio.run(doing)
    except BleFault as fault:
        print(fault, file=sys.stderr)
        raise typer.Exit(fault.status) from None

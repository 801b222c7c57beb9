"""`corolle codec js|profile KIND`: for cities with a LoRaWAN of their own."""

import json
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from corolle_tools.codec.javascript import codec
from corolle_tools.codec.profile import profile as profile_of

_USAGE = 2

app = typer.Typer(no_args_is_help=True, help="What a city's own LoRaWAN has to know of a kind of unit.")
_Kind = Annotated[str, typer.Argument(metavar="KIND", help="lamp or canopy.")]


@app.command()
def js(kind: _Kind) -> None:
    """Print the payload codec, JavaScript as LoRa Alliance TS013 has it."""
    _print(lambda: codec(kind))


@app.command()
def profile(
    kind: _Kind,
    tenant: Annotated[
        str, typer.Option(metavar="ID", help="The tenant of ChirpStack's to whom it belongs.")
    ] = "",
) -> None:
    """Print the device profile with its codec, as ChirpStack's POST /api/device-profiles takes it."""
    _print(lambda: json.dumps(profile_of(kind, tenant), indent=1))


def _print(make: Callable[[], str]) -> None:
    try:
        print(make())
    except ValueError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_USAGE) from None

"""`corolle units`: a street's list in and out, its sealed file, boards replaced, units lost."""

from pathlib import Path
from typing import Annotated

import typer

from corolle_tools.provision.cli import Board, Unit, UnitsFile, give_up

app = typer.Typer(
    no_args_is_help=True, help="A street's units: lists, sealed files, replaced and lost boards."
)

_List = Annotated[Path, typer.Argument(metavar="FILE", help="A list: .csv, .geojson or .json.")]
_Sealed = Annotated[Path, typer.Argument(metavar="FILE", help="The sealed file.")]
_Word = Annotated[
    Path | None, typer.Option("--passphrase-file", metavar="FILE", help="Mode 600; left out: asked for.")
]


@app.command("import")
def import_list(file: _List, units: UnitsFile) -> None:
    """Enter a list's units: new ones get keys, known ones keep theirs; all of it, or nothing.

    Columns: name, kind, site, lat_deg, lon_deg, and where they are known board, class, groups, dev_eui,
    join_eui, revoked. Units that are not in the list stay as they are.
    """
    from corolle_tools.provision import lists
    from corolle_tools.provision.units import ProvisionError, changing

    try:
        with changing(units) as known:
            done = lists.take(known, file)
    except ProvisionError as error:
        give_up(error)
    print(f"{units}: {done.new} new, {done.changed} changed, {done.same} as before")


@app.command("export")
def export_list(file: _List, units: UnitsFile) -> None:
    """Write the list of all units, without any key."""
    from corolle_tools.provision import lists
    from corolle_tools.provision.units import ProvisionError, load

    try:
        known = load(units)
        lists.write(known, file)
    except ProvisionError as error:
        give_up(error)
    print(f"{file}: {len(known)} units")


@app.command()
def seal(file: _Sealed, units: UnitsFile, passphrase_file: _Word = None) -> None:
    """Seal units.json, keys and all, with a passphrase: `corolle-gateway units add` takes it."""
    from corolle_tools.provision import sealing
    from corolle_tools.provision.units import ProvisionError

    try:
        count = sealing.seal(units, file, passphrase_file)
    except ProvisionError as error:
        give_up(error)
    print(f"{file}: {count} units, sealed")


@app.command("open")
def open_sealed(file: _Sealed, units: UnitsFile, passphrase_file: _Word = None) -> None:
    """Open a sealed file into a units.json: what it has of a unit takes the place of what was there."""
    from corolle_tools.provision import sealing
    from corolle_tools.provision.units import ProvisionError

    try:
        count = sealing.unseal(file, units, passphrase_file)
    except ProvisionError as error:
        give_up(error)
    print(f"{units}: {count} units of {file}")


@app.command()
def replace(unit: Unit, units: UnitsFile, board: Board = "") -> None:
    """Another board under the same name: a new DevEUI and keys; the gateway keeps the unit's history."""
    from corolle_tools.provision.register import change_board
    from corolle_tools.provision.units import ProvisionError, changing

    try:
        with changing(units) as known:
            made = change_board(known, unit, board, units)
    except ProvisionError as error:
        give_up(error)
    print(f"{units}: {unit} has DevEUI {made.dev_eui} and new keys")
    print("Flash its board and add the list at the gateway: from then on the old board is not heard.")


@app.command()
def revoke(
    unit: Unit,
    units: UnitsFile,
    new_group_key: Annotated[
        bool, typer.Option("--new-group-key", help="The other lamps' boards get another one.")
    ] = False,
) -> None:
    """Strike off a lost unit: the gateway refuses, and counts, whoever comes with its keys."""
    from corolle_tools.provision.register import revoke as struck_off
    from corolle_tools.provision.units import ProvisionError, changing

    try:
        with changing(units) as known:
            knowing = struck_off(known, unit, units, new_group_key)
    except ProvisionError as error:
        give_up(error)
    print(f"{units}: {unit} is revoked, as soon as the gateway has the list")
    if knowing and new_group_key:
        print(f"Flash these lamps again, which hear each other only then: {', '.join(knowing)}")
    elif knowing:
        print(
            "It knows the key by which other lamps light for each other; --new-group-key gives them another"
        )

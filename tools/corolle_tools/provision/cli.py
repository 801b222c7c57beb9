"""`corolle provision`, `corolle label`: a unit's keys, and the sign on its housing."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from corolle_tools.private_file import write_private

_USAGE = 2

UnitsFile = Annotated[
    Path, typer.Option("--units", envvar="COROLLE_KEYS", metavar="FILE", help="The street's units.json.")
]
Unit = Annotated[str, typer.Argument(metavar="UNIT", help="The unit's name.")]
Board = Annotated[str, typer.Option(metavar="BOARD", help="Its board, of `corolle boards list`.")]


def give_up(why: object) -> NoReturn:
    """End, with a sentence."""
    print(why, file=sys.stderr)
    raise typer.Exit(_USAGE) from None


def provision(
    unit: Unit,
    units: UnitsFile,
    board: Board = "",
    kind: Annotated[str, typer.Option(help="lamp or canopy; a board says it as well.")] = "",
    site: Annotated[str, typer.Option(help="The street, park or square.")] = "",
    at: Annotated[str, typer.Option(metavar="LAT,LON", help="Where it stands, in degrees.")] = "",
    groups: Annotated[str, typer.Option(metavar="NAMES", help="Groups besides its site.")] = "",
    node: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write unit.json and keys.json for its board there.")
    ] = None,
) -> None:
    """Enter a unit into a street's units.json, with keys from the operating system's random source.

    A unit that is there already keeps its keys; what is said of it is changed. `corolle flash` brings them
    onto the board, `corolle units seal` to the gateway.
    """
    from corolle_tools.provision.register import Wanted
    from corolle_tools.provision.register import provision as entered
    from corolle_tools.provision.units import ProvisionError, changing

    try:
        lat_deg, lon_deg = _place(at)
        told = (kind or None, site or None, lat_deg, lon_deg, board or None, tuple(groups.split()) or None)
        with changing(units) as known:
            is_new = unit not in known
            made = entered(known, Wanted(unit, *told))
    except ProvisionError as error:
        give_up(error)
    if node:
        _write_node(node, made.unit_json(), made.keys_json())
    keys = "new keys" if is_new else "its keys are kept"
    print(f"{units}: {made.name}, {made.kind}, {made.site}, DevEUI {made.dev_eui}: {keys}")


def label(
    units: UnitsFile,
    unit: Annotated[str, typer.Argument(metavar="[UNIT]", help="The unit's name.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Labels of all units, sheets of A4.")] = False,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as SVG.")] = None,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as PNG, 300 dpi.")] = None,
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as PDF.")] = None,
    profile: Annotated[str, typer.Option(metavar="HEX", help="ProfileID in the code: 8 digits.")] = "",
) -> None:
    """Draw a unit's label: name, board, DevEUI, and the QR code by which LoRaWAN knows it (TR005).

    70 x 37 mm; --all puts 24 on a sheet. No key is on it.
    """
    from corolle_tools.provision import labels
    from corolle_tools.provision.units import ProvisionError

    wanted = [path for path in (svg, png, pdf) if path]
    if bool(unit) == every or not wanted or (every and wanted != [pdf]):
        give_up("say UNIT and --svg, --png or --pdf FILE; or --all and --pdf FILE")
    try:
        count = (
            labels.save_all(units, wanted[0], profile)
            if every
            else labels.save(units, unit, svg, png, pdf, profile)
        )
    except OSError as error:
        give_up(f"{error.filename}: {error.strerror}")
    except (ProvisionError, ValueError) as error:
        give_up(error)
    for path in wanted:
        print(f"{path}: {count} label{'s' if count > 1 else ''}")


def _place(at: str) -> tuple[float | None, float | None]:
    if not at:
        return None, None
    try:
        lat, lon = at.split(",")
        return float(lat), float(lon)
    except ValueError:
        give_up(f"--at {at!r}: must be latitude,longitude in degrees, as 43.5999,1.4436")


def _write_node(folder: Path, unit: dict[str, object], keys: dict[str, str]) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / "unit.json", unit)
        write_private(folder / "keys.json", keys)
    except OSError as error:
        give_up(f"{folder}: {error.strerror}")

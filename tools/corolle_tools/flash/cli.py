"""`corolle flash`: the options, and what is told."""

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from corolle_tools.firmware import board_definition

if TYPE_CHECKING:
    from corolle_tools.flash.flashing import Wish
    from corolle_tools.identity import Identity
    from corolle_tools.provision.units import Units

_FAILED, _USAGE = 1, 2
_DOCTOR = "`corolle doctor --port {}` finds out why"


def flash(
    board: Annotated[str, typer.Option(metavar="BOARD", help="Which: see `corolle boards list`.")],
    port: Annotated[
        list[str] | None, typer.Option(metavar="PORT", help="The board's serial port; with --all, each.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="The unit it is to be; with --all, those of bare boards, in order."),
    ] = None,
    units: Annotated[
        Path, typer.Option(metavar="FILE", envvar="COROLLE_KEYS", help="Identities and keys: units.json.")
    ] = Path("units.json"),
    image: Annotated[
        Path | None,
        typer.Option(metavar="FILE|FOLDER", help="MicroPython; without, the board keeps what it has."),
    ] = None,
    erase: Annotated[
        bool, typer.Option("--erase", help="With --image: the board is new, or nobody needs what is on it.")
    ] = False,
    replace: Annotated[
        str, typer.Option(metavar="OLD_ID", help="The unit that the board was, and is to be no more.")
    ] = "",
    chip: Annotated[str, typer.Option(metavar="HEX", help="The chip's own id, that has to answer.")] = "",
    every: Annotated[
        bool, typer.Option("--all", help="All boards at once: at --port, or at every USB port.")
    ] = False,
    test: Annotated[bool, typer.Option("--test/--no-test", help="Have it test its parts at the end.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each board.")] = False,
) -> None:
    """Make a board a unit: MicroPython, firmware, identity; reset it, hear it boot, have it test itself.

    Only what differs is written. A cable may be pulled at any moment: the same command goes on from there.
    Ends with 0 when the unit is good, with 1 when it was refused or is not, with 2 for a wrong command.
    """
    ports, names = port or [], unit or []
    if every and (replace or chip):
        _give_up("--replace and --chip are for one board, not for --all", _USAGE)
    if not every and (len(ports), len(names)) != (1, 1):
        _give_up("one --port and one --unit, or --all", _USAGE)
    known, named = _units(units, board, names)
    wish = _wish(board, named or list(known.values()))
    wish = dataclasses.replace(wish, image=image, erase=erase, replace=replace, chip=chip.lower(), test=test)
    try:
        done = (
            _flash_all(ports, wish, known, named, as_json) if every else _flash_one(ports[0], wish, as_json)
        )
    except OSError as error:  # of this machine's own files, where what was compiled is kept
        _give_up(f"{error.filename}: {error.strerror}", _FAILED)
    raise typer.Exit(0 if done else _FAILED)


def _units(path: Path, board: str, names: list[str]) -> "tuple[Units, list[Identity]]":
    """All units of a file, and those of these names; there has to be such a board, too."""
    from corolle_tools.provision.units import ProvisionError, find, load

    try:
        board_definition(board)
        known = load(path)
        return known, [find(known, name, path) for name in names]
    except (ProvisionError, LookupError) as error:
        _give_up(str(error.args[0]), _USAGE)


def _wish(board: str, units: "list[Identity]") -> "Wish":
    """For the first of these units; each board of a tray gets its own."""
    from corolle_tools.flash.flashing import Wish

    if not units:
        _give_up("no units in the file", _USAGE)
    return Wish(board, units[0])


def _flash_one(port: str, wish: "Wish", as_json: bool) -> bool:
    from corolle_tools.flash.errors import FlashError, NoAnswer
    from corolle_tools.flash.flashing import flash as flash_board
    from corolle_tools.flash.told import Bars, as_record, sentence

    try:
        with Bars(quiet=as_json) as bars:
            outcome = flash_board(port, wish, bars)
    except NoAnswer as error:
        bare = "" if wish.image else "; a bare chip wants --image and --erase"
        _give_up(f"{error}: {_DOCTOR.format(port)}{bare}" if os.path.exists(port) else str(error), _FAILED)
    except FlashError as error:
        _give_up(str(error), _FAILED)
    print(json.dumps(as_record(outcome)) if as_json else sentence(outcome))
    return outcome.verdict.is_good


def _flash_all(
    ports: list[str], wish: "Wish", known: "Units", fresh: "list[Identity]", as_json: bool
) -> bool:
    from corolle_tools.flash import tray
    from corolle_tools.flash.told import Bars, print_table, tray_record

    bare = bool(wish.image and wish.erase)
    places, silent = tray.look(ports or tray.usb_ports(), known, fresh, bare)
    for why in silent:
        print(f"corolle flash: {why}", file=sys.stderr)
    if not places:
        _give_up("no board answers", _FAILED)
    with Bars(quiet=as_json) as bars:
        ends = tray.flash_all(places, wish, lambda place: bars.of(place.port))
    if as_json:
        for place, end in ends:
            print(json.dumps(tray_record(place, end)))
    else:
        print_table(ends)
    is_whole = not (ports and silent)  # of all USB ports not each is a board's
    return is_whole and all(tray.is_good(end) for _, end in ends)


def _give_up(why: str, status: int) -> NoReturn:
    print(f"corolle flash: {why}", file=sys.stderr)
    raise typer.Exit(status) from None

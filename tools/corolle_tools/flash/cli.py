"""`corolle flash`: the options, and what is told."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from corolle_tools.flash.flashing import Wish
    from corolle_tools.provision.units import Units

_FAILED, _USAGE = 1, 2


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
        bool, typer.Option("--all", help="All boards that answer: at --port, or at every USB port.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each board.")] = False,
) -> None:
    """Make a board a unit: MicroPython, firmware, identity; then reset it and hear whether it runs.

    Only what differs is written. A cable may be pulled at any moment: the same command goes on from there.
    Ends with 0 when the unit runs, with 1 when it was refused, or does not run, with 2 for a wrong command.
    """
    from corolle_tools.flash.flashing import Wish
    from corolle_tools.provision.units import ProvisionError, find, load

    ports, names = port or [], unit or []
    if not every and (len(ports), len(names)) != (1, 1):
        _give_up("one --port and one --unit, or --all", _USAGE)
    if every and (replace or chip):
        _give_up("--replace and --chip are for one board, not for --all", _USAGE)
    try:
        known = load(units)
        chosen = [find(known, name, units) for name in names]
        wishes = [Wish(board, one, replace, chip.lower(), image, erase) for one in chosen or known.values()]
        if not wishes:
            _give_up(f"{units}: no units", _USAGE)
        wishes[0].definition  # noqa: B018 - whether there is such a board
    except (ProvisionError, LookupError) as error:
        _give_up(str(error.args[0]), _USAGE)
    if every:
        good = _flash_all(ports, wishes[0], known, names, as_json)
    else:
        good = _flash_one(ports[0], wishes[0], as_json)
    raise typer.Exit(0 if good else _FAILED)


def _flash_one(port: str, wish: "Wish", as_json: bool) -> bool:
    from corolle_tools.flash.errors import FlashError
    from corolle_tools.flash.flashing import flash as flash_board
    from corolle_tools.flash.told import Bars, as_record, sentence

    try:
        with Bars(quiet=as_json) as bars:
            outcome = flash_board(port, wish, bars)
    except FlashError as error:
        _give_up(str(error), _FAILED)
    print(json.dumps(as_record(outcome)) if as_json else sentence(outcome))
    return outcome.verdict.is_good


def _flash_all(ports: list[str], wish: "Wish", known: "Units", names: list[str], as_json: bool) -> bool:
    from corolle_tools.flash import tray
    from corolle_tools.flash.told import Bars, print_table, tray_record

    fresh = [known[name] for name in names]
    places = tray.look(ports or tray.usb_ports(), known, fresh, bare=bool(wish.image and wish.erase))
    if not places:
        _give_up("no board answers", _FAILED)
    with Bars(quiet=as_json) as bars:
        ends = list(tray.flash_all(places, wish, lambda place: bars.of(place.port)))
    if as_json:
        for place, end in ends:
            print(json.dumps(tray_record(place, end)))
    else:
        print_table(ends)
    return all(tray.is_good(end) for _, end in ends)


def _give_up(why: str, status: int) -> NoReturn:
    print(f"corolle flash: {why}", file=sys.stderr)
    raise typer.Exit(status) from None

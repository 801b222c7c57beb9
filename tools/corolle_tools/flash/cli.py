"""`corolle flash`: the options, and what is told."""

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

_FAILED, _USAGE = 1, 2


def flash(
    port: Annotated[str, typer.Option(metavar="PORT", help="The board's serial port.")],
    board: Annotated[str, typer.Option(metavar="BOARD", help="Which: see `corolle boards list`.")],
    unit: Annotated[str, typer.Option(metavar="ID", help="The name of the unit it is to be.")],
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
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Make a board a unit: MicroPython, firmware, identity; then reset it and hear whether it runs.

    Only what differs is written. A cable may be pulled at any moment: the same command goes on from there.
    Ends with 0 when the unit runs, with 1 when it was refused, or does not run, with 2 for a wrong command.
    """
    from corolle_tools.flash.errors import FlashError
    from corolle_tools.flash.flashing import Wish
    from corolle_tools.flash.flashing import flash as flash_board
    from corolle_tools.flash.told import Bars, as_record, sentence
    from corolle_tools.provision.units import ProvisionError, find, load

    try:
        wish = Wish(board, find(load(units), unit, units), replace, chip.lower(), image, erase)
        wish.definition  # noqa: B018 - whether there is such a board
    except (ProvisionError, LookupError) as error:
        _give_up(str(error.args[0]), _USAGE)
    try:
        with Bars(quiet=as_json) as bars:
            outcome = flash_board(port, wish, bars)
    except FlashError as error:
        _give_up(str(error), _FAILED)
    print(json.dumps(as_record(outcome)) if as_json else sentence(outcome))
    raise typer.Exit(0 if outcome.verdict.is_good else _FAILED)


def _give_up(why: str, status: int) -> NoReturn:
    print(f"corolle flash: {why}", file=sys.stderr)
    raise typer.Exit(status) from None

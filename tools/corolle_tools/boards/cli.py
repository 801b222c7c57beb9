"""`corolle boards list | show | check | wiring`: which there are, whether one is right, how it is wired."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from corolle_tools.boards import show as told
from corolle_tools.boards.check import check as check_board
from corolle_tools.boards.check import refused
from corolle_tools.boards.definition import Definition, read_definition
from corolle_tools.boards.wiring.picture import picture
from corolle_tools.firmware import board_names

_REFUSED, _USAGE = 1, 2

app = typer.Typer(no_args_is_help=True, help="Boards: list, show, check them, and draw their wiring.")
_Board = Annotated[str, typer.Argument(metavar="BOARD", help="A board's name, or the path of a board.toml.")]


@app.command("list")
def list_boards() -> None:
    """Print the boards there are."""
    rows = [("board", "unit", "module", "flash", "MicroPython")]
    for name in board_names():
        board = _read(name)
        raw, image = board.raw, board.raw["micropython"]
        version = f"{image['version']} {image['port']}"
        rows.append((name, raw["unit"], board.module.name, f"{raw['flash_mb']} MB", version))
    _print(told.columns(rows))


@app.command()
def show(board: _Board) -> None:
    """Print what a board is, who has which of its pins, and what is free."""
    definition = _sound(board)
    _print(told.summary(definition))
    _print(told.columns(told.pin_rows(definition)))
    print(f"free: {told.free_pins(definition)}")


@app.command()
def check(
    boards: Annotated[
        list[str] | None, typer.Argument(metavar="[BOARD]...", help="Names or files; all boards by default.")
    ] = None,
) -> None:
    """Say of each board what is wrong, why, and what would be right.

    Ends with 0 when all will do, with 1 when one is refused, with 2 when a file cannot be read.
    """
    verdict = 0
    for name in boards or board_names():
        findings = check_board(_read(name))
        wrong = refused(findings)
        print(f"{name}: {f'refused, {len(wrong)} wrong' if wrong else 'good'}")
        for finding in findings:
            print(f"  {'note: ' if finding.note else ''}{finding}")
        verdict = _REFUSED if wrong else verdict
    raise typer.Exit(verdict)


@app.command()
def wiring(
    board: _Board,
    svg: Annotated[Path, typer.Option(metavar="FILE", help="Where the picture is written, a page of A4.")],
) -> None:
    """Draw how a board is wired: module, parts, every wire from pin to pin, supply and ground."""
    drawn = picture(_sound(board))
    try:
        svg.write_text(drawn, encoding="utf-8")
    except OSError as error:
        _give_up(f"{svg}: {error.strerror}")
    print(f"{svg}: the wiring of {board}")


def _read(board: str) -> Definition:
    try:
        return read_definition(board)
    except OSError as error:
        _give_up(f"{error.filename}: {error.strerror}")
    except (LookupError, ValueError) as error:
        _give_up(str(error.args[0]))


def _sound(board: str) -> Definition:
    """A board that nothing is wrong with; whoever wires a wrong one may burn it."""
    definition = _read(board)
    if wrong := refused(check_board(definition)):
        print("\n".join(map(str, wrong)), file=sys.stderr)
        raise typer.Exit(_REFUSED)
    return definition


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _give_up(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    raise typer.Exit(_USAGE) from None

"""`corolle board`: the options."""

import contextlib
import signal
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from corolle_tools.firmware import board_definition

_USAGE = 2


def board(
    port: Annotated[Path, typer.Option(metavar="PATH", help="Where its serial port appears.")],
    board: Annotated[
        str, typer.Option(metavar="BOARD", help="Which: see `corolle boards list`.")
    ] = "virtual",
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keeps its flash; by default PATH.state.")
    ] = None,
    gateway: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="A gateway that is to hear it, by UDP.")
    ] = "",
    speed: Annotated[float, typer.Option(min=0.001, help="Its seconds in one of yours.")] = 1,
    log: Annotated[bool, typer.Option("--log", help="Print what it logs, too.")] = False,
) -> None:
    """Run a board with simulated chips on a serial port, as bare as it came or as it was left; until ctrl-C.

    mpremote, a terminal program and `corolle flash` find it at PATH. Linux only.
    """
    from corolle_hil.desk.pty_board import PtyBoard  # all chips take a while to load

    signal.signal(signal.SIGTERM, _end)
    folder = state or port.with_name(port.name + ".state")
    try:
        hears, tells = _address(gateway), _tell if log else _say_nothing
        desk = PtyBoard(board_definition(board), port, folder, speed=speed, gateway=hears, on_record=tells)
    except (LookupError, ValueError, OSError) as error:
        print(f"corolle board: {error.args[0] if isinstance(error, LookupError) else error}", file=sys.stderr)
        raise typer.Exit(_USAGE) from None
    with contextlib.closing(desk), contextlib.suppress(KeyboardInterrupt):
        print(f"{board} at {port}, its flash in {folder}; ctrl-C ends it", flush=True)
        desk.run()


def _address(text: str) -> tuple[str, int] | None:
    """ValueError for what is none."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not (host and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"--gateway {text}: want HOST:PORT, the port from 1 to 65535")
    return host, int(port)


def _end(*_: Any) -> NoReturn:
    raise KeyboardInterrupt


def _say_nothing(record: dict[str, Any]) -> None:
    """Whoever wants to read it opens the port."""


def _tell(record: dict[str, Any]) -> None:
    print(" ".join(f"{name}={value}" for name, value in record.items()), flush=True)

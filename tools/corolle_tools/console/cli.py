"""`corolle console`: the options."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from corolle_tools.console.passing import Passing
from corolle_tools.console.ports import NoPort, choose
from corolle_tools.console.transcript import Transcript

_USAGE = 2


def console(
    port: Annotated[
        str | None, typer.Option(metavar="PORT", help="The serial port; left out: the only one there is.")
    ] = None,
    baud: Annotated[int, typer.Option(help="As [console] baud of the gateway.")] = 115200,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what is shown, at the end of this file.")
    ] = None,
) -> None:
    """A gateway's console on this terminal: its serial cable, or the running street's.

    ctrl-] leaves. A cable that was pulled is waited for.
    """
    try:
        with ExitStack() as stack:
            transcript = _transcript(stack, save) if save else None
            Passing(choose(port), baud, transcript).run()
    except (NoPort, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_USAGE) from None


def _transcript(stack: ExitStack, path: Path) -> Transcript:
    """What a crew has seen is not for everybody."""
    file = open(path, "a", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600))
    transcript = Transcript(stack.enter_context(file))
    stack.callback(transcript.close)
    return transcript

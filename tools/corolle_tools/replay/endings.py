"""How a replay ends that cannot be lived to its end: one sentence, and an exit status."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from corolle_hil.replay.boot_watch import NeverWorks


@contextmanager
def told_in_a_sentence(command: str) -> Iterator[None]:
    """Exit with 1 when a node never comes to work, with 2 when what was asked for cannot be had."""
    try:
        yield
    except (NeverWorks, ValueError, OSError) as error:
        print(f"corolle replay {command}: {error}", file=sys.stderr)
        raise typer.Exit(1 if isinstance(error, NeverWorks) else 2) from None

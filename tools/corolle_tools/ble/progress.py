"""How far a transfer is, on a terminal."""

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """A line that moves on, and says how many bytes are there; a unit does not tell how many there will be.

    Nothing is shown, and standard output stays clean, where nobody looks.
    """
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} bytes")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=None)
        yield lambda count: shown.update(task, completed=count)

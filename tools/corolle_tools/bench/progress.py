"""How far a benchmark has come, for who waits for it at a terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

Tell = Callable[[str, int, int], None]
"""What is being done, how much of it is, and how much it is to be."""

_DRAWN_EVERY_S = 0.2


def quiet(what: str, done: int, of: int) -> None:
    """Nobody is told."""


@contextmanager
def shown() -> Iterator[Tell]:
    """A bar on standard error, if that is a terminal.

    It is drawn when something is told, and not by a thread of its own: that would take time from what is
    measured, and processes are forked meanwhile.
    """
    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
    ) as bar:
        task, drawn_s, drawn = bar.add_task("", start=False), 0.0, ""

        def tell(what: str, done: int, of: int) -> None:
            nonlocal drawn_s, drawn
            now_s = time.monotonic()
            if what != drawn:
                bar.reset(task, description=what)
            if what != drawn or done == of or now_s - drawn_s >= _DRAWN_EVERY_S:
                drawn, drawn_s = what, now_s
                bar.update(task, completed=done, total=of, refresh=True)

        yield tell

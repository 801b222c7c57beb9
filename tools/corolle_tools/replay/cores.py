"""Parts of a replay side by side, each worker on a core of its own."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import Progress

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


def live_all(
    live: Callable[[_Part], _Result], parts: list[_Part], name: str, processes: int | None = None
) -> Iterator[_Result]:
    """What `live` makes of each part, in their order; on a terminal with a bar of parts called `name`.

    Args:
        live: a function of a module, for other processes find it by its name.
        processes: how many at once; None for as many as there are cores.
    """
    cores = (
        sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    )
    workers = min(len(parts), processes or len(cores))
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        results = map(live, parts) if workers < 2 else _in_processes(live, parts, list(cores), workers)
        yield from bar.track(results, len(parts), description=name)


def _in_processes(
    live: Callable[[_Part], _Result], parts: list[_Part], cores: list[int], workers: int
) -> Iterator[_Result]:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    for core in cores:
        queue.put(core)
    with ProcessPoolExecutor(workers, context, _settle, (queue, len(cores))) as pool:
        yield from pool.map(live, parts)


def _settle(queue: Any, cores: int) -> None:
    """Each worker has a core of its own, as long as there are enough."""
    core = queue.get()
    queue.put(core)
    if cores > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})

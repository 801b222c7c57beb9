"""A street that runs as fast as it goes stays on one core.

World and boards take turns: on one core a turn is handed over in 6 us, from core to core in 46.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and those it starts meanwhile, on one of the cores it may use."""
    if not hasattr(os, "sched_setaffinity"):  # only Linux lets a process choose
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[os.getpid() % len(cores)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)

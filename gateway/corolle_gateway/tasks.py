"""Tasks of their own that nobody waits for: kept alive, and heard of when they fail."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from corolle_gateway.counts import Counts
from corolle_gateway.log import Log


class Tasks:
    """Starts coroutines and counts those that end in an error, which is a fault of the gateway's own."""

    def __init__(self, log: Log, counts: Counts):
        self._log = log
        self._counts = counts
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run `work` beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Cancel what still runs, and wait until it has ended."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._counts.reject("internal_error", error=repr(error))
            self._log.error("internal_error", where=task.get_coro(), error=repr(error))

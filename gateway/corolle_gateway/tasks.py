"""Tasks of their own that nobody waits for: kept alive, and heard of when they fail."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from corolle_gateway.counts import Counts
from corolle_gateway.log import Log

_AGAIN_S = 1.0


class Tasks:
    """Starts coroutines and counts those that end in an error, which is a fault of the gateway's own."""

    def __init__(self, log: Log, counts: Counts):
        self._log = log
        self._counts = counts
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run `work` beside everything else."""
        self._begin(work)

    def keep(self, run: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[Any]:
        """Run `run` for ever: should a fault of ours end it, all that waits for it would stand still.

        Who has to end it before all the others cancels what is returned.
        """
        return self._begin(self._kept(run))

    async def stop(self) -> None:
        """Cancel what still runs, and wait until it has ended."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _kept(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told and the work goes on
                self._failed(run, error)
            await asyncio.sleep(_AGAIN_S)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed(task.get_coro(), error)

    def _failed(self, where: object, error: BaseException) -> None:
        self._counts.reject("internal_error", error=repr(error))
        self._log.error("internal_error", where=where, error=repr(error))

"""The one writer: everything that arrives while a commit runs goes into the next one (group commit)."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from corolle_gateway.counts import Counts

T = TypeVar("T")
_Outcome = tuple[Any, BaseException | None]


class Writer:
    """Runs operations on the database in the order they were submitted, in a thread of their own.

    An operation is a function of the connection. It runs inside a transaction that it may share with others,
    and once more in one of its own when that one fails; so it changes nothing but the database.
    """

    def __init__(self, db: sqlite3.Connection, counts: Counts):
        self._db = db
        self._counts = counts
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._waiting: list[tuple[Callable[[sqlite3.Connection], Any], asyncio.Future[Any]]] = []
        self._busy = False

    def submit(self, operation: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """The operation's result, once it is committed to disk; or the error that prevented it.

        That is a sqlite3.Error (a full disk, for one). It is counted here; who submits has only to go on.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append((operation, future))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._start, loop)
        return future

    async def close(self) -> None:
        """Finish what was submitted, then close the database."""
        while self._busy:
            await self.submit(_nothing)
        self._thread.shutdown()
        self._db.close()

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting, []
        operations = [operation for operation, _ in batch]
        futures = [future for _, future in batch]
        running = loop.run_in_executor(self._thread, _commit, self._db, operations)
        running.add_done_callback(lambda done: self._finish(loop, futures, done))

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        futures: list[asyncio.Future[Any]],
        done: asyncio.Future[list[_Outcome]],
    ) -> None:
        fault = done.exception()  # not the database's but an operation's own: all of the batch fail with it
        outcomes = [(None, fault) for _ in futures] if fault else done.result()
        for future, (result, error) in zip(futures, outcomes, strict=True):
            if error:
                self._counts.reject("store_failed", error=error)
            if future.cancelled():
                continue
            if error:
                future.set_exception(error)
                future.exception()  # it is counted: nobody else has to look
            else:
                future.set_result(result)
        if self._waiting:
            self._start(loop)
        else:
            self._busy = False


def _commit(db: sqlite3.Connection, operations: list[Callable[[sqlite3.Connection], Any]]) -> list[_Outcome]:
    """All operations in one transaction; if that fails, each in its own, so that one culprit fails alone."""
    try:
        return [(result, None) for result in _transaction(db, operations)]
    except sqlite3.Error as error:
        if len(operations) == 1:
            return [(None, error)]
    return [outcome for operation in operations for outcome in _commit(db, [operation])]


def _transaction(db: sqlite3.Connection, operations: list[Callable[[sqlite3.Connection], Any]]) -> list[Any]:
    db.execute("BEGIN IMMEDIATE")
    try:
        results = [operation(db) for operation in operations]
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
    return results


def _nothing(_: sqlite3.Connection) -> None:
    return None

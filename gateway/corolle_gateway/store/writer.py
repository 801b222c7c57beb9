"""The one writer: everything that arrives while a commit runs goes into the next one (group commit)."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import groupby
from typing import Any, TypeVar

from corolle_gateway.counts import Counts
from corolle_gateway.pending import Pending, end
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.faults import is_damage, is_disk_failure
from corolle_gateway.store.journal import Journal

_PATIENCE_S = 10.0  # with a disk that takes nothing at all

T = TypeVar("T")
_Steps = tuple[Callable[[Connection], Any], ...]
_Outcome = tuple[Any, BaseException | None]


class Writer:
    """Runs operations on the database in the order they were submitted.

    An operation is a function of the connection, or several. It runs inside a transaction that it may share
    with others, and once more in one of its own when that one fails; so it changes nothing but the database.

    The statements run here, in the event loop: each is short, and two threads that hand the interpreter to
    each other at every statement would take five times as long. COMMIT waits for the disk, and has a thread.
    """

    def __init__(self, db: Connection, counts: Counts, journal: Journal | None = None):
        self._db = db
        self._journal = journal
        if journal:
            db.note = journal.note
        self.given_up = asyncio.Event()  # nothing is stored any more until the database is opened anew
        self.is_damaged = False  # the file itself: it has to be salvaged
        self._failing_since_s: float | None = None
        self._changes = 0
        self._uncopied: list[Exception] = []
        self._counts = counts
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._waiting: list[tuple[_Steps, Pending[Any]]] = []
        self._busy = False
        if not db.has_spare:
            counts.reject("spare_failed")
        if db.restored:
            counts.count("messages_restored", db.restored)

    def submit(
        self, operation: Callable[[Connection], T], *more: Callable[[Connection], object]
    ) -> Pending[T]:
        """The operation's result, once it is committed to disk; or the error that prevented it.

        That is a sqlite3.Error (a full disk, for one). It is counted here; who submits has only to go on.

        `more`: what is done after it in the same transaction if its result is true, each unless the one
        before has returned False. What was submitted together takes each step together, in its order.
        """
        pending: Pending[T] = Pending()
        self._waiting.append(((operation, *more), pending))
        if not self._busy:
            self._busy = True
            loop = asyncio.get_running_loop()
            loop.call_soon(self._start, loop)
        return pending

    async def close(self) -> None:
        """Finish what was submitted, then close the database."""
        while self._busy:
            with suppress(sqlite3.Error):
                await self.submit(_nothing)
        self._thread.shutdown()
        self._db.close()
        if self._journal:
            self._journal.close()

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting, []
        operations = [operation for operation, _ in batch]
        pending = [each for _, each in batch]
        begun = self._begin(operations)
        running = self._thread.submit(self._committed, begun, operations)
        running.add_done_callback(lambda done: loop.call_soon_threadsafe(self._finish, loop, pending, done))

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        pending: list[Pending[Any]],
        done: Future[list[_Outcome]],
    ) -> None:
        outcomes = done.result()
        try:
            self._judge([error for _, error in outcomes if error], loop.time())
            self._count(outcomes)
        finally:  # else nothing would ever be stored again
            end((each, *outcome) for each, outcome in zip(pending, outcomes, strict=True))
            if self._waiting:
                self._start(loop)
            else:
                self._busy = False

    def _count(self, outcomes: list[_Outcome]) -> None:
        while self._uncopied:
            self._counts.reject("journal_failed", error=self._uncopied.pop())
        for _, error in outcomes:
            if error:
                self._counts.reject("store_failed", error=error)

    def _judge(self, errors: list[BaseException], now_s: float) -> None:
        """A disk that was read-only may be mounted anew by now: only who opens the file again sees it."""
        changes, self._changes = self._changes, self._db.total_changes
        if any(is_damage(error) for error in errors):
            self.is_damaged = True
            self.given_up.set()
        elif any(is_disk_failure(error) for error in errors):
            self._failing_since_s = self._failing_since_s or now_s
            if now_s - self._failing_since_s > _PATIENCE_S:
                self.given_up.set()
        elif self._changes > changes:  # reading succeeds on a disk that takes nothing
            self._failing_since_s = None

    def _begin(self, operations: list[_Steps]) -> list[Any] | BaseException:
        """Run all in one transaction, not committed yet: their results, or what went wrong (it is undone)."""
        if self._journal:
            self._journal.drop()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            return _results(self._db, operations)
        except Exception as error:  # noqa: BLE001 - whatever an operation raises is for those who submitted
            _undo(self._db)
            return error

    def _committed(self, begun: list[Any] | BaseException, operations: list[_Steps]) -> list[_Outcome]:
        """Commit; if that or an operation fails, each in a transaction of its own: a culprit fails alone."""
        if isinstance(begun, list):
            try:
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                _undo(self._db)
                begun = error
            else:
                self._copy()
                return [(result, None) for result in begun]
        if len(operations) == 1:
            return [(None, begun) for _ in operations]
        return [self._committed(self._begin([operation]), [operation])[0] for operation in operations]

    def _copy(self) -> None:
        """What is committed is stored, whether or not there is room for a second copy of it."""
        try:
            if self._journal:
                self._journal.flush(self._db)
        except (OSError, sqlite3.Error) as error:
            self._uncopied.append(error)


def _results(db: Connection, operations: list[_Steps]) -> list[Any]:
    """Run operations; those of several steps that stand beside each other take each step together."""
    results: list[Any] = []
    for _, several in groupby(operations, len):
        results += _together(db, list(several))
    return results


def _together(db: Connection, operations: list[_Steps]) -> list[Any]:
    results = [first(db) for first, *_ in operations]
    going = [more for (_, *more), result in zip(operations, results, strict=True) if more and result]
    while going:
        going = [more for step, *more in going if step(db) is not False and more]
    return results


def _undo(db: sqlite3.Connection) -> None:
    """A transaction that SQLite has rolled back by itself, as on a full disk, is over already."""
    if db.in_transaction:
        db.execute("ROLLBACK")


def _nothing(_: sqlite3.Connection) -> None:
    return None

"""How full the store is, and how it is kept from growing for ever: the oldest reports go, nothing else does.

What the city has acknowledged goes first. If that is not enough, what waits for it is thinned: of the oldest
reports of each unit every other one goes, so that the city still sees all of an outage, only coarser.

The newest message stays in any case: numbers go on from it, and what the journal has above it was lost.
"""

import os
import sqlite3

from msgspec import Struct

from corolle_gateway.store.messages import last_id

_REPORTS = "kind IN ('report', 'service', 'reading')"
_BACKLOG = 1  # the lane reports wait in
_SAMPLE = 256
_GLANCE = 1024  # numbers of waiting messages: few enough to keep nobody waiting
# A row's header, its entry in the index of keys and in the outbox, and what stays free in a page of 4 KB.
_OVERHEAD_BYTES = 110


class Fill(Struct, frozen=True):
    """How full the store is."""

    used_bytes: int
    unsent: int
    message_bytes: float  # what a message takes, on average of the last ones
    last_message: int
    waited_hours: (
        int | None
    )  # of service, begun and ended, since the oldest report that waits; None: none waits
    disk_bytes: int  # free where the database is


class Forgetting(Struct, frozen=True):
    """Where a pass over what the city has stands: the last message seen."""

    after: int = 0
    settled: int = (
        0  # up to it nothing waits, and there are no reports any more: no pass need look there again
    )
    is_over: bool = False

    def anew(self) -> "Forgetting":
        """The next pass."""
        return Forgetting(self.settled, self.settled)


class Thinning(Struct, frozen=True):
    """Where a pass over the backlog stands: the last report seen, and the units whose next one goes."""

    after: int = 0
    kept: frozenset[str] = frozenset()


def fill(db: sqlite3.Connection) -> Fill:
    """Look at it. Pages that were freed count as free: the file stays as it is, and they are used again.

    OSError when the disk cannot be asked.
    """
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    unsent = db.execute("SELECT count(*) FROM outbox").fetchone()[0]
    body, last = db.execute(
        "SELECT coalesce(avg(length(body)), 0), coalesce(max(id), 0)"
        f" FROM (SELECT id, body FROM messages ORDER BY id DESC LIMIT {_SAMPLE})"
    ).fetchone()
    disk = os.statvfs(db.execute("PRAGMA database_list").fetchone()[2])
    return Fill(
        used_bytes=(pages - free) * size,
        unsent=unsent,
        message_bytes=body + _OVERHEAD_BYTES,
        last_message=last,
        waited_hours=_waited(db),
        disk_bytes=disk.f_bavail * disk.f_frsize,
    )


def _waited(db: sqlite3.Connection) -> int | None:
    oldest = db.execute(
        "SELECT id FROM outbox JOIN messages ON id = message"
        f" WHERE lane = ? AND {_REPORTS} ORDER BY message LIMIT 1",
        (_BACKLOG,),
    ).fetchone()
    if oldest is None:
        return None
    return db.execute("SELECT count(*) FROM hours WHERE last_message >= ?", oldest).fetchone()[0]


def begin_hour(db: sqlite3.Connection) -> None:
    """Note where the messages of an hour of service begin: their age is known whatever the clock says."""
    db.execute("INSERT INTO hours (last_message) SELECT coalesce(max(id), 0) FROM messages")


def older_than(db: sqlite3.Connection, hours: int) -> int:
    """The last message that is older than so many hours of service, 0 if none; marks before it go."""
    row = db.execute(
        "SELECT hour, last_message FROM hours ORDER BY hour DESC LIMIT 1 OFFSET ?", (hours,)
    ).fetchone()
    if row is None:
        return 0
    db.execute("DELETE FROM hours WHERE hour < ?", (row[0],))
    return row[1]


def forget(db: sqlite3.Connection, at: Forgetting, up_to: int | None, limit: int) -> tuple[int, Forgetting]:
    """Look at the next `limit` messages that do not wait; delete the reports: (how many, where it stands).

    `up_to`: none above it. What waits for the city is passed over, so that what the broker does not take
    holds nothing but itself.
    """
    newest = last_id(db)
    end = newest if up_to is None else min(newest, up_to + 1)
    found = db.execute(
        "SELECT message FROM outbox WHERE lane = ? AND message > ? AND message < ? ORDER BY message LIMIT ?",
        (_BACKLOG, at.after, end, _GLANCE),
    )
    waiting = [number for (number,) in found]
    after, left, going = at.after, limit, list[int]()
    for stop in waiting if len(waiting) == _GLANCE else (*waiting, end):
        looked = _between(db, after, stop, left) if stop - after > 1 else []
        going += [number for number, is_report in looked if is_report]
        left -= len(looked)
        if not left:
            after = looked[-1][0]
            break
        after = max(after, stop)
    settled = at.settled
    if at.after == settled:  # nothing that waits was passed so far
        settled = max(settled, min(after, *(number - 1 for number in waiting[:1]), end - 1))
    return _delete(db, going), Forgetting(after, settled, after >= end)


def expire(db: sqlite3.Connection, up_to: int, limit: int) -> int:
    """Delete the oldest reports that wait for the city in vain since before `up_to`; how many."""
    rows = db.execute(
        "SELECT id FROM outbox JOIN messages ON id = message"
        f" WHERE lane = ? AND message <= ? AND message < ? AND {_REPORTS} ORDER BY message LIMIT ?",
        (_BACKLOG, up_to, last_id(db), limit),
    )
    return _delete(db, [number for (number,) in rows])


def thin(db: sqlite3.Connection, at: Thinning, limit: int) -> tuple[int, Thinning]:
    """Of the next `limit` reports that wait, delete every other of each unit: (how many, where it stands)."""
    rows = db.execute(
        "SELECT id, unit FROM outbox JOIN messages ON id = message"
        f" WHERE lane = ? AND message > ? AND message < ? AND {_REPORTS} ORDER BY message LIMIT ?",
        (_BACKLOG, at.after, last_id(db), limit),
    ).fetchall()
    kept = set(at.kept)
    going = []
    for number, unit in rows:
        if unit in kept:
            going.append(number)
        kept ^= {unit}
    return _delete(db, going), Thinning(rows[-1][0], frozenset(kept)) if rows else Thinning()


def _between(db: sqlite3.Connection, above: int, below: int, limit: int) -> list[tuple[int, int]]:
    """(number, whether it is a report)."""
    return db.execute(
        f"SELECT id, {_REPORTS} FROM messages WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
        (above, below, limit),
    ).fetchall()


def _delete(db: sqlite3.Connection, numbers: list[int]) -> int:
    keys = [(number,) for number in numbers]
    db.executemany(f"DELETE FROM outbox WHERE lane = {_BACKLOG} AND message = ?", keys)
    db.executemany("DELETE FROM messages WHERE id = ?", keys)
    return len(numbers)

"""How full the store is, and how it is kept from growing for ever: the oldest reports go, nothing else does.

What the city has acknowledged goes first. If that is not enough, what waits for it is thinned: of the oldest
reports of each unit every other one goes, so that the city still sees all of an outage, only coarser.
"""

import sqlite3

from msgspec import Struct

_REPORTS = "kind IN ('report', 'service', 'reading')"
_BACKLOG = 1  # the lane reports wait in
_SAMPLE = 256
# A row's header, its entry in the index of keys and in the outbox, and what stays free in a page of 4 KB.
_OVERHEAD_BYTES = 110


class Fill(Struct, frozen=True):
    """How full the store is."""

    used_bytes: int
    unsent: int
    message_bytes: float  # what a message takes, on average of the last ones
    last_message: int


class Thinning(Struct, frozen=True):
    """Where a pass over the backlog stands: the last report seen, and the units whose next one goes."""

    after: int = 0
    kept: frozenset[str] = frozenset()


def fill(db: sqlite3.Connection) -> Fill:
    """Look at it. Pages that were freed count as free: the file stays as it is, and they are used again."""
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    unsent = db.execute("SELECT count(*) FROM outbox").fetchone()[0]
    body, last = db.execute(
        "SELECT coalesce(avg(length(body)), 0), coalesce(max(id), 0)"
        f" FROM (SELECT id, body FROM messages ORDER BY id DESC LIMIT {_SAMPLE})"
    ).fetchone()
    return Fill((pages - free) * size, unsent, body + _OVERHEAD_BYTES, last)


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


def forget(db: sqlite3.Connection, after: int, up_to: int | None, limit: int) -> tuple[int, int]:
    """Delete the oldest reports that the city has: (how many, the last one's number, `after` if none).

    `up_to`: none above it.
    """
    first_unsent = db.execute("SELECT min(message) FROM outbox WHERE lane = ?", (_BACKLOG,)).fetchone()[0]
    ends = [number for number in (up_to, first_unsent and first_unsent - 1) if number is not None]
    return _delete(db, _reports(db, after, min(ends, default=None), limit), after)


def expire(db: sqlite3.Connection, up_to: int, limit: int) -> int:
    """Delete the oldest reports that wait for the city in vain since before `up_to`; how many."""
    rows = db.execute(
        "SELECT id FROM outbox JOIN messages ON id = message"
        f" WHERE lane = ? AND message <= ? AND {_REPORTS} ORDER BY message LIMIT ?",
        (_BACKLOG, up_to, limit),
    )
    return _delete(db, [number for (number,) in rows], 0)[0]


def thin(db: sqlite3.Connection, at: Thinning, limit: int) -> tuple[int, Thinning]:
    """Of the next `limit` reports that wait, delete every other of each unit: (how many, where it stands)."""
    rows = db.execute(
        "SELECT id, unit FROM outbox JOIN messages ON id = message"
        f" WHERE lane = ? AND message > ? AND {_REPORTS} ORDER BY message LIMIT ?",
        (_BACKLOG, at.after, limit),
    ).fetchall()
    kept = set(at.kept)
    going = []
    for number, unit in rows:
        if unit in kept:
            going.append(number)
        kept ^= {unit}
    gone, _ = _delete(db, going, 0)
    return gone, Thinning(rows[-1][0], frozenset(kept)) if rows else Thinning()


def _reports(db: sqlite3.Connection, after: int, up_to: int | None, limit: int) -> list[int]:
    rows = db.execute(
        f"SELECT id FROM messages WHERE id > ? AND id <= coalesce(?, 9223372036854775807) AND {_REPORTS}"
        " ORDER BY id LIMIT ?",
        (after, up_to, limit),
    )
    return [number for (number,) in rows]


def _delete(db: sqlite3.Connection, numbers: list[int], after: int) -> tuple[int, int]:
    keys = [(number,) for number in numbers]
    db.executemany(f"DELETE FROM outbox WHERE lane = {_BACKLOG} AND message = ?", keys)
    db.executemany("DELETE FROM messages WHERE id = ?", keys)
    return len(numbers), numbers[-1] if numbers else after

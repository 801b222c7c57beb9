"""What a database has lost, put back from the journal."""

import sqlite3
from pathlib import Path

from corolle_gateway.store.journal import Row, rows, rows_after
from corolle_gateway.store.messages import LANES


def restore_end(db: sqlite3.Connection, folder: Path) -> int:
    """Put back the messages after the database's last one, as a damaged log costs them; how many.

    Whoever is numbered has been committed, and goes to the city once more rather than never.
    """
    (last_id,) = db.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()
    db.execute("SAVEPOINT the_end")  # inside another transaction or by itself
    restored = sum(_put(db, row) for row in rows_after(folder, last_id))
    db.execute("RELEASE the_end")
    return restored


def restore_unsent(db: sqlite3.Connection, folder: Path, all_of_them: bool) -> int:
    """Put back, and say as they were, the messages that wait for the city; how many were missing.

    `all_of_them`: nobody knows any more which these are.
    """
    missing = 0
    for row in rows(folder):
        waits = (
            all_of_them
            or db.execute(
                "SELECT 1 FROM outbox WHERE lane = ? AND message = ?", (LANES.get(row.kind), row.id)
            ).fetchone()
        )
        if waits:
            missing += _put(db, row)
    return missing


def _put(db: sqlite3.Connection, row: Row) -> bool:
    """Whether a message was missing; it waits for the city from now on."""
    if row.kind not in LANES:
        return False
    was_there = db.execute("SELECT 1 FROM messages WHERE id = ?", (row.id,)).fetchone()
    columns = row.id, row.unit, row.kind, row.key, row.time_s, row.body
    # A damaged one may hold its number, or its key.
    db.execute("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?)", columns)
    db.execute("INSERT OR IGNORE INTO outbox VALUES (?, ?)", (LANES[row.kind], row.id))
    return not was_there

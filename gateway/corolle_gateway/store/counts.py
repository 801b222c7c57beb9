"""The stored totals of what was done and what was refused."""

import sqlite3

from corolle_gateway.counts import Counted


def add(db: sqlite3.Connection, fresh: Counted) -> None:
    """Add to the totals."""
    db.executemany(
        "INSERT INTO counts (kind, name, n) VALUES (?, ?, ?)"
        " ON CONFLICT (kind, name) DO UPDATE SET n = n + excluded.n",
        [(kind, name, n) for (kind, name), n in fresh.items()],
    )


def everyone(db: sqlite3.Connection) -> Counted:
    """All totals."""
    return {(kind, name): n for kind, name, n in db.execute("SELECT kind, name, n FROM counts")}

"""Reports, events and acks: kept, and queued for the broker until it has acknowledged them."""

import sqlite3

from corolle_gateway.model import OutboxRow
from corolle_gateway.store.connection import Connection

LANES = {
    "event": 0,
    "ack": 0,
    "alarm": 0,
    "report": 1,
    "service": 1,
    "reading": 1,
    "sanitary": 1,
    "settings": 1,
}
_LOOKED_AT = 200_000


def last_id(db: sqlite3.Connection) -> int:
    """The highest number given to a message so far."""
    return db.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()[0]


def put(
    db: Connection,
    message_id: int,
    unit: str,
    kind: str,
    key: str | None,
    time_s: float,
    body: bytes,
) -> bool:
    """Keep a message and queue it for the broker; False when one with its key is there already."""
    cursor = db.execute(
        "INSERT INTO messages (id, unit, kind, key, time_s, body) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (unit, key) DO NOTHING",
        (message_id, unit, kind, key, time_s, body),
    )
    if not cursor.rowcount:
        return False
    db.execute("INSERT INTO outbox (lane, message) VALUES (?, ?)", (LANES[kind], message_id))
    db.note(message_id, unit, kind, key, time_s, body)
    return True


def is_kept(db: sqlite3.Connection, unit: str, key: str) -> bool:
    """Whether a unit's message with that key is there."""
    return bool(db.execute("SELECT 1 FROM messages WHERE unit = ? AND key = ?", (unit, key)).fetchone())


def replace_body(db: Connection, message_id: int, body: bytes) -> None:
    """Say the same message better."""
    said = db.execute(
        "UPDATE messages SET body = ? WHERE id = ? RETURNING unit, kind, key, time_s", (body, message_id)
    ).fetchall()
    for unit, kind, key, time_s in said:
        db.note(message_id, unit, kind, key, time_s, body)


def queued(db: sqlite3.Connection, lane: int, after: int, below: int | None, limit: int) -> list[OutboxRow]:
    """The next messages of a lane, oldest first: numbers above `after`, and below `below` if given."""
    rows = db.execute(
        "SELECT id, unit, kind, body FROM outbox JOIN messages ON id = message"
        " WHERE lane = ?1 AND message > ?2 AND message < coalesce(?3, 9223372036854775807)"
        " ORDER BY message LIMIT ?4",
        (lane, after, below, limit),
    )
    return [OutboxRow(*row) for row in rows]


def published(db: sqlite3.Connection, rows: list[tuple[int, int]]) -> None:
    """The broker has acknowledged these (lane, number)."""
    db.executemany("DELETE FROM outbox WHERE lane = ? AND message = ?", rows)


def backlog(db: sqlite3.Connection) -> int:
    """How many messages wait for the broker."""
    return db.execute("SELECT count(*) FROM outbox").fetchone()[0]


def told(db: sqlite3.Connection, unit: str, kinds: tuple[str, ...], most: int) -> list[bytes]:
    """The last messages of a unit, newest first, as far as they are among the last 200,000 of all.

    It looks at one after the other: an index that found them at once would cost more at each report than
    people who ask now and then are worth.
    """
    marks = ", ".join("?" * len(kinds))
    rows = db.execute(
        f"SELECT body FROM messages WHERE +unit = ? AND kind IN ({marks})"
        f" AND id > (SELECT max(id) FROM messages) - {_LOOKED_AT} ORDER BY id DESC LIMIT ?",
        (unit, *kinds, most),
    )
    return [body for (body,) in rows]


def events(db: sqlite3.Connection) -> list[tuple[str, bytes]]:
    """(unit, body) of the events among the last 200,000 messages, the oldest first."""
    return db.execute(
        "SELECT unit, body FROM messages WHERE kind = 'event'"
        f" AND id > (SELECT max(id) FROM messages) - {_LOOKED_AT} ORDER BY id"
    ).fetchall()


def oldest_queued_s(db: sqlite3.Connection) -> float | None:
    """When the oldest message that waits for the broker was made; None when none waits."""
    return db.execute(
        "SELECT min(time_s) FROM messages WHERE id IN (SELECT min(message) FROM outbox GROUP BY lane)"
    ).fetchone()[0]

"""Alarms: raised, folded, acknowledged, cleared. One that is open never goes; closed ones are bounded."""

import sqlite3
from typing import Any

from msgspec import json

from corolle_gateway.alarm.alarm import Alarm

_COLUMNS = "id, unit, code, raised_s, last_s, count, changes, first, acknowledged_s, author, note, cleared_s"
_FIRST = 7  # its place in them


def still_open(db: sqlite3.Connection) -> list[Alarm]:
    """All that are open, older ones first."""
    return _all(db, "WHERE cleared_s IS NULL ORDER BY id")


def find(db: sqlite3.Connection, number: int) -> Alarm | None:
    """The alarm of a number."""
    return _one(db.execute(f"SELECT {_COLUMNS} FROM alarms WHERE id = ?", (number,)))


def history(db: sqlite3.Connection, unit: str | None, since_s: float, limit: int) -> list[Alarm]:
    """Those of a unit (None: of all) that were there at some time since then, newest first."""
    which = (
        "WHERE (?1 IS NULL OR unit = ?1) AND (cleared_s IS NULL OR cleared_s >= ?2) ORDER BY id DESC LIMIT ?3"
    )
    return _all(db, which, (unit, since_s, limit))


def put(db: sqlite3.Connection, unit: str, code: str, first: dict[str, Any], time_s: float) -> Alarm:
    """A new one, open from then on. sqlite3.IntegrityError when there is one already."""
    rows = db.execute(
        "INSERT INTO alarms (unit, code, first, raised_s, last_s, count, changes)"
        f" VALUES (?1, ?2, ?3, ?4, ?4, 1, 1) RETURNING {_COLUMNS}",
        (unit, code, json.encode(first), time_s),
    )
    return _alarm(rows.fetchone())


def of_unit(db: sqlite3.Connection, unit: str, code: str, cleared_after_s: float) -> Alarm | None:
    """The one that is open, else the last that was cleared after that time."""
    return _one(
        db.execute(
            f"SELECT {_COLUMNS} FROM alarms WHERE unit = ? AND code = ?"
            " AND (cleared_s IS NULL OR cleared_s > ?) ORDER BY cleared_s IS NOT NULL, id DESC LIMIT 1",
            (unit, code, cleared_after_s),
        )
    )


def update(db: sqlite3.Connection, alarm: Alarm) -> None:
    """Keep what has changed of one."""
    db.execute(
        "UPDATE alarms SET first = ?, last_s = ?, count = ?, changes = ?, acknowledged_s = ?, author = ?,"
        " note = ?, cleared_s = ? WHERE id = ?",
        (
            json.encode(alarm.first),
            alarm.last_s,
            alarm.count,
            alarm.changes,
            alarm.acknowledged_s,
            alarm.author,
            alarm.note,
            alarm.cleared_s,
            alarm.number,
        ),
    )


def trim(db: sqlite3.Connection, keep: int) -> int:
    """Of the closed ones keep the last `keep`; how many went."""
    gone = db.execute(
        "DELETE FROM alarms WHERE cleared_s IS NOT NULL AND id <= (SELECT id FROM alarms"
        " WHERE cleared_s IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (keep,),
    )
    return gone.rowcount


def _all(db: sqlite3.Connection, which: str, values: tuple[Any, ...] = ()) -> list[Alarm]:
    return [_alarm(row) for row in db.execute(f"SELECT {_COLUMNS} FROM alarms {which}", values)]


def _one(rows: sqlite3.Cursor) -> Alarm | None:
    row = rows.fetchone()
    return _alarm(row) if row else None


def _alarm(row: tuple[Any, ...]) -> Alarm:
    first = json.decode(row[_FIRST], type=dict[str, Any])
    values: tuple[Any, ...] = (*row[:_FIRST], first, *row[_FIRST + 1 :])
    return Alarm(*values)

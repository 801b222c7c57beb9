"""The sanitary logs of canopies: records are added, and neither changed nor deleted.

A record that claims the number of another one does not enter the log; it is kept beside it.

A log is a controller's and not a unit's: who puts another controller into a canopy begins another log, whose
numbers begin at 1 again.
"""

import sqlite3
from typing import Any

from corolle.wire.sanitary_record import Record

from corolle_gateway.model import SanitaryEntry

_RECORD = "number, time_s, code, flags, value, author, chain"
_VALUES = f"(unit, dev_eui, received_s, {_RECORD}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def put(db: sqlite3.Connection, entry: SanitaryEntry) -> None:
    """Keep a record. sqlite3.IntegrityError when its number is there already."""
    db.execute(f"INSERT INTO sanitary {_VALUES}", _row(entry))


def put_contradiction(db: sqlite3.Connection, entry: SanitaryEntry) -> None:
    """Keep a record whose number is there already with other contents; the same one once."""
    db.execute(
        f"INSERT INTO sanitary_contradictions {_VALUES} ON CONFLICT DO NOTHING",
        _row(entry),
    )


def find(db: sqlite3.Connection, dev_eui: str, number: int) -> Record | None:
    """The record of that number in a controller's log, or None."""
    row = db.execute(
        f"SELECT {_RECORD} FROM sanitary WHERE dev_eui = ? AND number = ?", (dev_eui, number)
    ).fetchone()
    return Record(*row) if row else None


def whole_up_to(db: sqlite3.Connection, dev_eui: str, known: int) -> tuple[int, bool]:
    """The number up to which a log lacks nothing, and whether it goes on after a gap.

    `known`: a number up to which it is known to lack nothing (0: not known), so that not all is read again.
    """
    rows = db.execute(
        "SELECT number FROM sanitary WHERE dev_eui = ? AND number > ? ORDER BY number", (dev_eui, known)
    )
    for (number,) in rows:
        if number != known + 1:
            return known, True
        known = number
    return known, False


def controllers(db: sqlite3.Connection) -> dict[str, float]:
    """The DevEUIs of the controllers that have a log, and when its first record came (Unix seconds)."""
    return dict(db.execute("SELECT dev_eui, min(received_s) FROM sanitary GROUP BY dev_eui"))


def count(db: sqlite3.Connection, code: int, begin_s: float, end_s: float) -> dict[str, int]:
    """How many records of a code there are of each unit, made from one moment on and before another."""
    rows = db.execute(
        "SELECT unit, count(*) FROM sanitary WHERE code = ? AND time_s >= ? AND time_s < ? GROUP BY unit",
        (code, begin_s, end_s),
    )
    return dict(rows.fetchall())


def logs_of(db: sqlite3.Connection, unit: str) -> list[list[SanitaryEntry]]:
    """The whole log of each controller that has written for a unit, the first one first.

    A controller may have served another unit as well: its log has those records too, for the chain's sake.
    """
    rows = db.execute(
        "SELECT dev_eui FROM sanitary WHERE unit = ? GROUP BY dev_eui ORDER BY min(received_s)", (unit,)
    ).fetchall()
    return [_log(db, dev_eui) for (dev_eui,) in rows]


def contradictions_of(db: sqlite3.Connection, unit: str) -> list[SanitaryEntry]:
    """What contradicts the logs of the controllers that have written for a unit, by controller and number."""
    return _entries(
        db,
        "sanitary_contradictions WHERE dev_eui IN (SELECT dev_eui FROM sanitary WHERE unit = ?) "
        "ORDER BY dev_eui, number, received_s",
        unit,
    )


def _log(db: sqlite3.Connection, dev_eui: str) -> list[SanitaryEntry]:
    return _entries(db, "sanitary WHERE dev_eui = ? ORDER BY number", dev_eui)


def _entries(db: sqlite3.Connection, which: str, of: str) -> list[SanitaryEntry]:
    rows = db.execute(f"SELECT unit, dev_eui, received_s, {_RECORD} FROM {which}", (of,))
    return [_entry(row) for row in rows]


def _row(entry: SanitaryEntry) -> tuple[Any, ...]:
    return (entry.unit, entry.dev_eui, entry.received_s, *entry.record)


def _entry(row: tuple[Any, ...]) -> SanitaryEntry:
    unit, dev_eui, received_s, *record = row
    return SanitaryEntry(unit, dev_eui, received_s, Record(*record))

"""What is known of each unit now: its last report, where its counters stand, what the month has come to.

All in one row: each uplink changes all of it, and a second row would cost it a twentieth more.
"""

import sqlite3

from msgspec import Struct, json

Told = tuple[bytes, bytes]
"""A unit's last report, and its counters, both as JSON."""


class Standing(Struct, array_like=True):
    """Where a unit stood when it was heard last, and what the month has come to that runs then.

    `counted`: by field of its messages, the value as it came and when. `faults`: those that stop its service.
    """

    dev_eui: str
    time_s: float
    month: str
    running: dict[str, float] = {}  # not in the ledger yet; by AMOUNTS
    full_w: float | None = None
    counted: dict[str, tuple[float, float]] = {}
    faults: list[str] = []


def put(db: sqlite3.Connection, unit: str, told: Told | None, standing: Standing | None) -> None:
    """Replace what is known of a unit; None leaves what was."""
    report, counters = told or (None, None)
    heard_s, stood = (standing.time_s, json.encode(standing)) if standing else (None, None)
    db.execute(
        "INSERT INTO states (unit, report, counters, first_s, last_s, standing)"
        " VALUES (?1, ?2, ?3, ?4, ?4, ?5) ON CONFLICT (unit) DO UPDATE SET"
        " report = coalesce(?2, report), counters = coalesce(?3, counters),"
        " first_s = coalesce(first_s, ?4), last_s = coalesce(?4, last_s), standing = coalesce(?5, standing)",
        (unit, report, counters, heard_s, stood),
    )


def told(db: sqlite3.Connection) -> dict[str, Told]:
    """What each unit told last."""
    rows = db.execute("SELECT unit, report, counters FROM states WHERE report IS NOT NULL")
    return {unit: (report, counters) for unit, report, counters in rows}


def standing(db: sqlite3.Connection, unit: str) -> Standing | None:
    """Where a unit stood; None: it was never heard."""
    row = db.execute("SELECT standing FROM states WHERE unit = ?", (unit,)).fetchone()
    return json.decode(row[0], type=Standing) if row and row[0] else None


def standings(db: sqlite3.Connection) -> dict[str, Standing]:
    """Where each unit stood."""
    rows = db.execute("SELECT unit, standing FROM states WHERE standing IS NOT NULL")
    return {unit: json.decode(standing, type=Standing) for unit, standing in rows}


def heard(db: sqlite3.Connection) -> dict[str, tuple[float, float]]:
    """When each unit was first and last heard (unix seconds)."""
    rows = db.execute("SELECT unit, first_s, last_s FROM states WHERE first_s IS NOT NULL")
    return {unit: (first_s, last_s) for unit, first_s, last_s in rows}

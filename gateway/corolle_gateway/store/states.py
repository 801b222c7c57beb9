"""What is known of each unit now: its last report, and its counters."""

import sqlite3


def put(db: sqlite3.Connection, unit: str, report: bytes, counters: bytes) -> None:
    """Replace what is known of a unit."""
    db.execute(
        "INSERT INTO states (unit, report, counters) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (unit) DO UPDATE SET report = ?2, counters = ?3",
        (unit, report, counters),
    )


def everyone(db: sqlite3.Connection) -> dict[str, tuple[bytes, bytes]]:
    """(report, counters) by unit."""
    rows = db.execute("SELECT unit, report, counters FROM states")
    return {unit: (report, counters) for unit, report, counters in rows}

"""Another controller in a unit, or none of whom anybody knows where it is: what ends, and what goes on.

Reports, totals, orders, ledger and sanitary records are the unit's own, and go on. What only its controller
could know ends with it.
"""

import sqlite3

from msgspec import json

from corolle_gateway.model import RAW_UNKNOWN, Counters


def end_sessions(db: sqlite3.Connection, unit: str) -> None:
    """Another key: who still speaks under the old one is not heard any more."""
    db.execute("DELETE FROM sessions WHERE unit = ?", (unit,))


def begin_anew(db: sqlite3.Connection, unit: str) -> None:
    """Another controller: its counters go on from the unit's totals, its settings are asked for."""
    db.execute("DELETE FROM reported WHERE unit = ?", (unit,))
    row = db.execute("SELECT counters FROM states WHERE unit = ?", (unit,)).fetchone()
    if row and row[0]:
        counters = json.decode(row[0], type=Counters)
        totals = {name: (RAW_UNKNOWN, total) for name, (_, total) in counters.items()}
        db.execute("UPDATE states SET counters = ? WHERE unit = ?", (json.encode(totals), unit))


def retire(db: sqlite3.Connection, unit: str, now_s: float) -> None:
    """Nobody waits for it: its alarms end at `now_s` (Unix). Its session stays: it is known again by that."""
    db.execute(
        "UPDATE alarms SET last_s = ?2, cleared_s = ?2, changes = changes + 1"
        " WHERE unit = ?1 AND cleared_s IS NULL",
        (unit, now_s),
    )

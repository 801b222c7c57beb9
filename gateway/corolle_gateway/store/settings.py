"""Settings: what the city wants by name of unit, group, site or kind, and what each unit runs."""

import sqlite3
from collections import defaultdict

from msgspec import json

Values = dict[str, int]


def want(db: sqlite3.Connection, name: str, wanted: dict[str, int | None], author: str, now_s: float) -> None:
    """Want values of what has that name, or (None) nothing of these settings any more."""
    for setting, value in wanted.items():
        if value is None:
            db.execute("DELETE FROM desired WHERE name = ? AND setting = ?", (name, setting))
        else:
            db.execute(
                "INSERT OR REPLACE INTO desired (name, setting, value, author, time_s)"
                " VALUES (?, ?, ?, ?, ?)",
                (name, setting, value, author, now_s),
            )


def desired(db: sqlite3.Connection) -> dict[str, Values]:
    """All that is wanted, by name."""
    found: defaultdict[str, Values] = defaultdict(dict)
    for name, setting, value in db.execute("SELECT name, setting, value FROM desired"):
        found[name][setting] = value
    return found


def put_reported(db: sqlite3.Connection, unit: str, settings: Values) -> None:
    """Keep what a unit says it runs."""
    db.execute(
        "INSERT OR REPLACE INTO reported (unit, settings) VALUES (?, ?)", (unit, json.encode(settings))
    )


def reported(db: sqlite3.Connection) -> dict[str, Values]:
    """What each unit said last, by unit."""
    rows = db.execute("SELECT unit, settings FROM reported")
    return {unit: json.decode(settings, type=Values) for unit, settings in rows}

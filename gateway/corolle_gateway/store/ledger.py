"""The ledger: what each unit used and did, month by month. It is never thinned: nothing else remembers."""

import sqlite3
from typing import Any

from msgspec import Struct

# What is summed up.
AMOUNTS = (
    "energy_wh",
    "burn_h",
    "passages",
    "water_l",
    "mist_l",
    "purge_l",
    "heard_s",
    "stopped_s",
    "resets",
)
_NAMES = ", ".join(AMOUNTS)
_PLACES = ", ".join("?" * len(AMOUNTS))
_SUMS = ", ".join(f"{name} = {name} + excluded.{name}" for name in AMOUNTS)
_ADD = (
    f"INSERT INTO ledger (unit, month, {_NAMES}, full_w) VALUES (?, ?, {_PLACES}, ?)"
    f" ON CONFLICT (unit, month) DO UPDATE SET {_SUMS}, full_w = coalesce(excluded.full_w, full_w)"
)


class Entry(Struct):
    """A month of a unit's. Unknown amounts are 0; `full_w` is the power at full light, as told last."""

    unit: str
    month: str
    energy_wh: float = 0.0
    burn_h: float = 0.0
    passages: float = 0.0
    water_l: float = 0.0
    mist_l: float = 0.0
    purge_l: float = 0.0
    heard_s: float = 0.0  # not silent
    stopped_s: float = 0.0  # heard, and with a fault that stops its service
    resets: float = 0.0  # counters and controllers that began anew
    full_w: float | None = None

    def add(self, other: "Entry") -> None:
        """Sum up the amounts of another one."""
        for name in AMOUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def standing(db: sqlite3.Connection, unit: str) -> bytes | None:
    """Where a unit's counters stood when it was heard last."""
    row = db.execute("SELECT standing FROM meters WHERE unit = ?", (unit,)).fetchone()
    return row[0] if row else None


def keep_standing(db: sqlite3.Connection, unit: str, time_s: float, standing: bytes) -> None:
    """Where they stand now."""
    db.execute(
        "INSERT INTO meters (unit, first_s, last_s, standing) VALUES (?1, ?2, ?2, ?3)"
        " ON CONFLICT (unit) DO UPDATE SET last_s = ?2, standing = ?3",
        (unit, time_s, standing),
    )


def add(
    db: sqlite3.Connection, unit: str, month: str, amounts: dict[str, float], full_w: float | None
) -> None:
    """Add to a month of a unit's."""
    db.execute(_ADD, (unit, month, *[amounts.get(name, 0.0) for name in AMOUNTS], full_w))


def of_month(db: sqlite3.Connection, month: str) -> dict[str, Entry]:
    """All entries of a month, by unit."""
    rows = db.execute(f"SELECT unit, month, {_NAMES}, full_w FROM ledger WHERE month = ?", (month,))
    return {row[0]: Entry(*row) for row in rows}


def months(db: sqlite3.Connection) -> list[str]:
    """The months that there are entries of."""
    return [month for (month,) in db.execute("SELECT DISTINCT month FROM ledger ORDER BY month")]


def heard(db: sqlite3.Connection) -> dict[str, tuple[float, float]]:
    """When each unit was first and last heard (unix seconds)."""
    rows: Any = db.execute("SELECT unit, first_s, last_s FROM meters")
    return {unit: (first_s, last_s) for unit, first_s, last_s in rows}


def known_full_w(db: sqlite3.Connection, month: str) -> dict[str, float]:
    """What was told last of each unit's power at full light, up to that month."""
    rows = db.execute(
        "SELECT unit, full_w FROM ledger WHERE full_w IS NOT NULL AND month <= ? ORDER BY month", (month,)
    )
    return dict(rows)

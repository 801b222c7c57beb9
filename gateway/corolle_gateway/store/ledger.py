"""The ledger: what each unit used and did, month by month. It is never thinned: nothing else remembers."""

import sqlite3

from msgspec import Struct

from corolle_gateway.store import states

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


def add(
    db: sqlite3.Connection, unit: str, month: str, amounts: dict[str, float], full_w: float | None
) -> None:
    """Add to a month of a unit's."""
    db.execute(_ADD, (unit, month, *[amounts.get(name, 0.0) for name in AMOUNTS], full_w))


def of_month(db: sqlite3.Connection, month: str) -> dict[str, Entry]:
    """All entries of a month, by unit; of the month that runs as well."""
    rows = db.execute(f"SELECT unit, month, {_NAMES}, full_w FROM ledger WHERE month = ?", (month,))
    found = {row[0]: Entry(*row) for row in rows}
    for unit, now in states.standings(db).items():
        if now.month == month:
            entry = found.setdefault(unit, Entry(unit, month))
            entry.add(Entry(unit, month, **now.running))
            entry.full_w = now.full_w or entry.full_w
    return found


def known_full_w(db: sqlite3.Connection, month: str) -> dict[str, float]:
    """What was told last of each unit's power at full light, up to that month."""
    rows = db.execute(
        "SELECT unit, full_w FROM ledger WHERE full_w IS NOT NULL AND month <= ? ORDER BY month", (month,)
    )
    standings = states.standings(db).items()
    now = {unit: each.full_w for unit, each in standings if each.full_w and each.month <= month}
    return dict(rows.fetchall()) | now

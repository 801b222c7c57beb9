"""Commands, from acceptance to their end."""

import sqlite3

from corolle_gateway.model import Command

_COLUMNS = "unit, id, wire_id, verb, value, until_s, author, status, reason, created_s, attempts, grp"


def find(db: sqlite3.Connection, unit: str, command_id: str) -> Command | None:
    """The command of that id, or None."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM commands WHERE unit = ? AND id = ?", (unit, command_id)
    ).fetchone()
    return Command(*row) if row else None


def of_group(db: sqlite3.Connection, group: str, command_id: str) -> Command | None:
    """Some unit's part of the order of that id to a group, or None."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM commands WHERE grp = ? AND id = ? AND grp <> '' LIMIT 1", (group, command_id)
    ).fetchone()
    return Command(*row) if row else None


def by_wire_id(db: sqlite3.Connection, unit: str, wire_id: int) -> Command | None:
    """The latest command that went to the unit under this number, or None."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM commands WHERE unit = ? AND wire_id = ? ORDER BY rowid DESC LIMIT 1",
        (unit, wire_id),
    ).fetchone()
    return Command(*row) if row else None


def last(db: sqlite3.Connection, unit: str | None, most: int) -> list[Command]:
    """The last commands to a unit (None: to any), newest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM commands WHERE ?1 IS NULL OR unit = ?1 ORDER BY rowid DESC LIMIT ?2",
        (unit, most),
    )
    return [Command(*row) for row in rows]


def last_wire_id(db: sqlite3.Connection, unit: str) -> int:
    """The number of the unit's latest command, 0 when it never had one."""
    row = db.execute(
        "SELECT wire_id FROM commands WHERE unit = ? ORDER BY rowid DESC LIMIT 1", (unit,)
    ).fetchone()
    return row[0] if row else 0


def last_given(db: sqlite3.Connection, verb: str, author: str) -> dict[str, tuple[float, int]]:
    """When each unit was last given such a command (Unix seconds), and its value."""
    rows = db.execute(
        # Of max() alone SQLite promises that the other columns are of the row that has it.
        "SELECT unit, max(created_s), value FROM commands WHERE verb = ? AND author = ? GROUP BY unit",
        (verb, author),
    )
    return {unit: (given_s, value) for unit, given_s, value in rows}


def put(db: sqlite3.Connection, command: Command) -> None:
    """Store a new command."""
    db.execute(
        f"INSERT INTO commands ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            command.unit,
            command.id,
            command.wire_id,
            command.verb,
            command.value,
            command.until_s,
            command.author,
            command.status,
            command.reason,
            command.created_s,
            command.attempts,
            command.group,
        ),
    )


def update(db: sqlite3.Connection, command: Command) -> None:
    """Store a command's new status, reason and attempts."""
    db.execute(
        "UPDATE commands SET status = ?, reason = ?, attempts = ? WHERE unit = ? AND id = ?",
        (command.status, command.reason, command.attempts, command.unit, command.id),
    )


def still_open(db: sqlite3.Connection) -> list[Command]:
    """Commands without an end yet, older ones first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM commands WHERE status IN ('accepted', 'queued', 'sent') ORDER BY rowid"
    )
    return [Command(*row) for row in rows]

"""Multicast groups and their members; orders to groups."""

import sqlite3

from corolle_gateway.model import GroupRecord


def everyone(db: sqlite3.Connection) -> list[GroupRecord]:
    """All multicast groups."""
    return [GroupRecord(*row) for row in db.execute("SELECT name, address, key, f_cnt FROM multicast")]


def members(db: sqlite3.Connection) -> dict[tuple[str, str], bytes]:
    """The mark of each member, by group and unit."""
    rows = db.execute("SELECT name, unit, mark FROM multicast_members")
    return {(name, unit): mark for name, unit, mark in rows}


def put(db: sqlite3.Connection, group: GroupRecord) -> None:
    """A new group, or an old one with a new key: nobody is a member yet."""
    db.execute("DELETE FROM multicast_members WHERE name = ?", (group.name,))
    db.execute(
        "INSERT OR REPLACE INTO multicast (name, address, key, f_cnt) VALUES (?, ?, ?, ?)",
        (group.name, group.address, group.key, group.f_cnt),
    )


def reserve(db: sqlite3.Connection, name: str, f_cnt: int) -> None:
    """No counter of the group below `f_cnt` is ever used again."""
    db.execute("UPDATE multicast SET f_cnt = ?2 WHERE name = ?1 AND f_cnt < ?2", (name, f_cnt))


def put_member(db: sqlite3.Connection, name: str, unit: str, mark: bytes) -> bool:
    """A unit has joined a group; True."""
    db.execute(
        "INSERT OR REPLACE INTO multicast_members (name, unit, mark) VALUES (?, ?, ?)", (name, unit, mark)
    )
    return True


def put_order(
    db: sqlite3.Connection, group: str, order_id: str, author: str, units: int, now_s: float
) -> None:
    """A new order to a group."""
    db.execute(
        "INSERT OR REPLACE INTO group_commands (grp, id, author, units, created_s) VALUES (?, ?, ?, ?, ?)",
        (group, order_id, author, units, now_s),
    )


def close_order(db: sqlite3.Connection, group: str, order_id: str) -> None:
    """All units have come to an end with it, and the city was told so."""
    db.execute("UPDATE group_commands SET closed = 1 WHERE grp = ? AND id = ?", (group, order_id))


def open_orders(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """(group, id) of the orders of which the city does not know the end."""
    return db.execute("SELECT grp, id FROM group_commands WHERE closed = 0").fetchall()


def author_of(db: sqlite3.Connection, group: str, order_id: str) -> str:
    """Who gave an order, "" when there is none of that id."""
    row = db.execute(
        "SELECT author FROM group_commands WHERE grp = ? AND id = ?", (group, order_id)
    ).fetchone()
    return row[0] if row else ""


def standing(db: sqlite3.Connection, group: str, order_id: str) -> dict[str, int]:
    """How many units have come how far with an order, by status."""
    rows = db.execute(
        "SELECT status, count(*) FROM commands WHERE grp = ? AND id = ? AND grp <> '' GROUP BY status",
        (group, order_id),
    )
    return dict(rows.fetchall())

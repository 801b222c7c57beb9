"""Units, their keys, and the nonces they have joined with."""

import sqlite3
from typing import Any

from corolle_gateway.model import Registration, Unit
from corolle_gateway.store import controllers

_COLUMNS = "name, kind, site, dev_eui, join_eui, lat_deg, lon_deg, radio_class, groups, revoked"
_BETWEEN = ","  # the groups in their column: no name has one
_NONCES_SINCE_S = 1_767_225_600  # 2026-01-01


def put_all(db: sqlite3.Connection, registrations: list[Registration], now_s: float) -> None:
    """Add units at `now_s` (Unix), or change those of the same names; the others stay.

    A new unit's JoinNonces begin at the minutes gone by since 2026 and so, after a database was lost, above
    those that its controller has seen: it would refuse lower ones for ever (LoRaWAN 1.0.4, 6.1.1.4).

    sqlite3.IntegrityError when one has the DevEUI of another that stays as it is.
    """
    for each in registrations:
        # Two units may have exchanged their controllers: neither may stand in the other's way.
        db.execute(
            "UPDATE units SET dev_eui = 'free of ' || name WHERE name = ? AND dev_eui <> ?",
            (each.unit.name, each.unit.dev_eui),
        )
    for each in registrations:
        _put(db, each.unit, each.app_key, now_s)


def everyone(db: sqlite3.Connection) -> list[tuple[Unit, bytes]]:
    """All units with their AppKeys, those that are revoked as well."""
    rows = db.execute(f"SELECT {_COLUMNS}, app_key FROM units JOIN keys ON unit = name ORDER BY name")
    return [(_unit(row[:-1]), row[-1]) for row in rows]


def units(db: sqlite3.Connection) -> list[Unit]:
    """All units, those that are revoked as well; their keys are not read."""
    return [_unit(row) for row in db.execute(f"SELECT {_COLUMNS} FROM units ORDER BY name")]


def dev_euis(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """(name, DevEUI) of all units; of a database of any version."""
    return db.execute("SELECT name, dev_eui FROM units").fetchall()


def is_in_service(db: sqlite3.Connection, unit: Unit) -> bool:
    """Whether a unit still has this controller, and is not lost."""
    row = db.execute(
        "SELECT 1 FROM units WHERE name = ? AND dev_eui = ? AND NOT revoked", (unit.name, unit.dev_eui)
    )
    return row.fetchone() is not None


def is_lost(db: sqlite3.Connection, name: str) -> bool:
    """Whether a unit of that name is revoked."""
    return bool(db.execute("SELECT 1 FROM units WHERE name = ? AND revoked", (name,)).fetchone())


def use_nonces(db: sqlite3.Connection, unit: str, dev_nonce: int) -> int | None:
    """Take the DevNonce of a join-request; the JoinNonce to answer with, or None when it is a replay.

    LoRaWAN 1.0.4, 6.1.1.3: the DevNonce of a unit only grows; JoinNonces are never used twice with one key.
    """
    row = db.execute(
        "UPDATE keys SET dev_nonce = ?2, join_nonce = join_nonce + 1 WHERE unit = ?1 AND dev_nonce < ?2"
        " RETURNING join_nonce",
        (unit, dev_nonce),
    ).fetchone()
    return row[0] if row else None


def _unit(row: tuple[Any, ...]) -> Unit:
    *values, groups, revoked = row
    return Unit(*values, groups=tuple(groups.split(_BETWEEN)) if groups else (), revoked=bool(revoked))


def _put(db: sqlite3.Connection, unit: Unit, app_key: bytes, now_s: float) -> None:
    """Another controller (DevEUI) or another key counts its DevNonces anew; JoinNonces go on for ever."""
    before = db.execute(
        "SELECT dev_eui, app_key, revoked FROM units JOIN keys ON unit = name WHERE name = ?", (unit.name,)
    ).fetchone()
    values = (unit.name, unit.kind, unit.site, unit.dev_eui, unit.join_eui, unit.lat_deg, unit.lon_deg)
    db.execute(
        f"INSERT INTO units ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET kind = excluded.kind, site = excluded.site, dev_eui = excluded.dev_eui,"
        " join_eui = excluded.join_eui, lat_deg = excluded.lat_deg, lon_deg = excluded.lon_deg,"
        " radio_class = excluded.radio_class, groups = excluded.groups, revoked = excluded.revoked",
        (*values, unit.radio_class, _BETWEEN.join(unit.groups), unit.revoked),
    )
    if before is None:
        join_nonce = max(0, int(now_s - _NONCES_SINCE_S) // 60)
        values = (unit.name, app_key, join_nonce)
        db.execute("INSERT INTO keys (unit, app_key, join_nonce) VALUES (?, ?, ?)", values)
    else:
        _follow(db, unit, app_key, before, now_s)


def _follow(
    db: sqlite3.Connection, unit: Unit, app_key: bytes, before: tuple[str, bytes, int], now_s: float
) -> None:
    """What a unit that was known before is now, and what ends with that."""
    dev_eui, key, was_revoked = before
    if (dev_eui, key) != (unit.dev_eui, app_key):
        db.execute("UPDATE keys SET app_key = ?, dev_nonce = -1 WHERE unit = ?", (app_key, unit.name))
        controllers.end_sessions(db, unit.name)
    # A unit whose controller goes to another one was set free in put_all(), and so has another DevEUI here.
    if dev_eui != unit.dev_eui:
        controllers.begin_anew(db, unit.name)
    if unit.revoked and not was_revoked:
        controllers.retire(db, unit.name, now_s)

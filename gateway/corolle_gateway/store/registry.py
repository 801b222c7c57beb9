"""Units, their keys, and the nonces they have joined with."""

import sqlite3

from corolle_gateway.model import Unit

_COLUMNS = "name, kind, site, dev_eui, join_eui, lat_deg, lon_deg, radio_class"


def put(db: sqlite3.Connection, unit: Unit, app_key: bytes) -> None:
    """Add a unit, or change the one of that name.

    Another controller (DevEUI) or another key counts its DevNonces anew; JoinNonces go on for ever.
    sqlite3.IntegrityError when another unit has its DevEUI.
    """
    values = (unit.name, unit.kind, unit.site, unit.dev_eui, unit.join_eui)
    db.execute(
        f"INSERT INTO units ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
        " kind = excluded.kind, site = excluded.site, join_eui = excluded.join_eui,"
        " lat_deg = excluded.lat_deg, lon_deg = excluded.lon_deg, radio_class = excluded.radio_class",
        (*values, unit.lat_deg, unit.lon_deg, unit.radio_class),
    )
    changed = db.execute(
        "UPDATE units SET dev_eui = ?1 WHERE name = ?2 AND dev_eui <> ?1", (unit.dev_eui, unit.name)
    )
    nonce = -1 if changed.rowcount else None
    db.execute(
        "INSERT INTO keys (unit, app_key) VALUES (?1, ?2) ON CONFLICT (unit) DO UPDATE SET"
        " dev_nonce = coalesce(?3, iif(app_key = ?2, dev_nonce, -1)), app_key = ?2",
        (unit.name, app_key, nonce),
    )


def everyone(db: sqlite3.Connection) -> list[tuple[Unit, bytes]]:
    """All units with their AppKeys."""
    rows = db.execute(f"SELECT {_COLUMNS}, app_key FROM units JOIN keys ON unit = name ORDER BY name")
    return [(Unit(*row[:-1]), row[-1]) for row in rows]


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

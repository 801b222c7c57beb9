"""LoRaWAN sessions and their counters."""

import sqlite3
from typing import Any

from corolle_gateway.model import SessionRecord

_COLUMNS = "unit, dev_addr, nwk_skey, app_skey, join_nonce, id, f_cnt_up, f_cnt_down, active, gateway, link"


def everyone(db: sqlite3.Connection) -> list[SessionRecord]:
    """All sessions, older ones first."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM sessions ORDER BY id")
    return [_record(row) for row in rows]


def begin(db: sqlite3.Connection, session: SessionRecord) -> SessionRecord:
    """Store a session that a join-accept is about to offer.

    An earlier offer that the unit never took up ends; the session the unit is using stays.
    """
    db.execute("DELETE FROM sessions WHERE unit = ? AND NOT active", (session.unit,))
    values = (session.unit, session.dev_addr, session.nwk_skey, session.app_skey, session.join_nonce)
    rows = db.execute(
        "INSERT INTO sessions (unit, dev_addr, nwk_skey, app_skey, join_nonce, f_cnt_down, link)"
        f" VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}",
        (*values, session.f_cnt_down, session.link),
    )
    return _record(rows.fetchone())


def advance(
    db: sqlite3.Connection,
    session_id: int,
    f_cnt: int,
    f_cnt_down: int,
    gateway: str,
    link: bytes,
    is_first: bool,
) -> bool:
    """Use up an uplink counter and reserve downlink counters below `f_cnt_down`; False for a replay.

    `gateway` and `link` are kept with it, until the next uplink.

    The first uplink of a session (`is_first`) ends those before it.
    """
    used = db.execute(
        "UPDATE sessions SET f_cnt_up = ?2 + 1, f_cnt_down = max(f_cnt_down, ?3), gateway = ?4, link = ?5"
        " WHERE id = ?1 AND f_cnt_up <= ?2",
        (session_id, f_cnt, f_cnt_down, gateway, link),
    )
    if not used.rowcount:
        return False
    if is_first:
        db.execute("UPDATE sessions SET active = 1 WHERE id = ?", (session_id,))
        db.execute(
            "DELETE FROM sessions WHERE id <> ?1 AND unit = (SELECT unit FROM sessions WHERE id = ?1)",
            (session_id,),
        )
    return True


def reserve(db: sqlite3.Connection, session_id: int, f_cnt_down: int) -> None:
    """Reserve downlink counters below `f_cnt_down`, before any of them is transmitted."""
    db.execute("UPDATE sessions SET f_cnt_down = max(f_cnt_down, ?2) WHERE id = ?1", (session_id, f_cnt_down))


def keep_link(db: sqlite3.Connection, session_id: int, link: bytes) -> None:
    """Keep what is known of a session's way through the air."""
    db.execute("UPDATE sessions SET link = ? WHERE id = ?", (link, session_id))


def _record(row: tuple[Any, ...]) -> SessionRecord:
    record = SessionRecord(*row)
    record.active = bool(record.active)
    return record

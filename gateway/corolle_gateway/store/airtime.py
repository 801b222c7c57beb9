"""The duty ledger: what each concentrator has sent lately."""

import sqlite3

from corolle_gateway.model import Airtime


def put(db: sqlite3.Connection, airtime: Airtime, forget_before_s: float) -> None:
    """Note a transmission, and forget those that no longer count."""
    db.execute("DELETE FROM airtime WHERE time_s < ?", (forget_before_s,))
    db.execute(
        "INSERT INTO airtime (gateway, band, time_s, airtime_us) VALUES (?, ?, ?, ?)",
        (airtime.gateway, airtime.band, airtime.time_s, airtime.airtime_us),
    )


def take_back(db: sqlite3.Connection, airtime: Airtime) -> None:
    """It was not sent after all."""
    db.execute(
        "DELETE FROM airtime WHERE rowid = (SELECT rowid FROM airtime"
        " WHERE gateway = ? AND band = ? AND time_s = ? AND airtime_us = ? LIMIT 1)",
        (airtime.gateway, airtime.band, airtime.time_s, airtime.airtime_us),
    )


def shift(db: sqlite3.Connection, by_s: float) -> None:
    """The clock was set forward: what was sent a moment ago is no older for it."""
    db.execute("UPDATE airtime SET time_s = time_s + ?", (by_s,))


def since(db: sqlite3.Connection, time_s: float) -> list[Airtime]:
    """The transmissions since then, older ones first."""
    rows = db.execute(
        "SELECT gateway, band, time_s, airtime_us FROM airtime WHERE time_s >= ? ORDER BY time_s", (time_s,)
    )
    return [Airtime(*row) for row in rows]

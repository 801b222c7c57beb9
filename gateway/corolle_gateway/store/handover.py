"""A copy of the database for another machine, and what has to be so before that machine may go on with it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from corolle_gateway.errors import StoreError
from corolle_gateway.store.schema import migrate

# What was sent between the copy and its use is below these. Units take such a leap: LoRaWAN 1.0.4 knows no
# bound but that of the 16 bits on the air, 1.0.3 one of 16384 (MAX_FCNT_GAP).
DOWNLINKS_AHEAD = 8192
_JOINS_AHEAD = 256
_LAST_NONCE = 0xFFFFFF  # JoinNonce has 24 bits


def copy(database: Path, to: Path) -> None:
    """A copy as of one moment, also while a gateway writes. sqlite3.Error.

    In one step, for a gateway that goes on writing would make one of many steps begin again and again.
    """
    with (
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)


def take_over(database: Path) -> None:
    """Make a copy fit for use: whole, of this version, no counter of it used again. StoreError."""
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as db:
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise StoreError(f"the copy of the database is damaged: {verdict}")
            migrate(db)
            leap(db)
    except sqlite3.Error as error:
        raise StoreError(f"the copy of the database cannot be used: {error}") from error


def leap(db: sqlite3.Connection) -> None:
    """No counter is used again that may have been used since the copy: all of them leap, or none."""
    db.execute("BEGIN")
    db.execute("UPDATE sessions SET f_cnt_down = f_cnt_down + ?", (DOWNLINKS_AHEAD,))
    db.execute("UPDATE multicast SET f_cnt = f_cnt + ?", (DOWNLINKS_AHEAD,))
    db.execute("UPDATE keys SET join_nonce = min(join_nonce + ?, ?)", (_JOINS_AHEAD, _LAST_NONCE))
    db.execute("COMMIT")

"""The ChirpStack link's memory: how far each session's uplinks have been stored."""

import sqlite3

from corolle_gateway.model import ChirpstackSession, Guard, Unit
from corolle_gateway.store import registry
from corolle_gateway.store.writer import Writer

_KEPT = 4  # sessions of a unit: a broker may bring again what was sent before the unit joined anew


class ChirpstackMemory:
    """What must survive of the ChirpStack link, behind the one writer."""

    def __init__(self, writer: Writer):
        self._writer = writer

    async def units(self) -> list[Unit]:
        """All units."""
        return await self._writer.submit(registry.units)

    async def sessions(self) -> list[ChirpstackSession]:
        """The last sessions of each unit, older ones first."""
        return await self._writer.submit(_everyone)

    def advance(self, session: ChirpstackSession, f_cnt: int) -> Guard:
        """A guard that uses up a counter; False when not all before it are used up, or it is itself."""
        known = session.unit, session.dev_addr, session.application, session.f_cnt_up
        return lambda db: _advance(db, *known, f_cnt)


def _everyone(db: sqlite3.Connection) -> list[ChirpstackSession]:
    rows = db.execute("SELECT unit, dev_addr, application, f_cnt_up FROM chirpstack_sessions ORDER BY id")
    return [ChirpstackSession(*row) for row in rows]


def _advance(
    db: sqlite3.Connection, unit: str, dev_addr: str, application: str, before: int, f_cnt: int
) -> bool:
    if before == 0:
        _begin(db, unit, dev_addr, application)
    used = db.execute(
        "UPDATE chirpstack_sessions SET f_cnt_up = ?4 + 1, application = ?5"
        " WHERE unit = ?1 AND dev_addr = ?2 AND f_cnt_up = ?3 AND f_cnt_up <= ?4",
        (unit, dev_addr, before, f_cnt, application),
    )
    return used.rowcount > 0


def _begin(db: sqlite3.Connection, unit: str, dev_addr: str, application: str) -> None:
    """A session that is new, unless an uplink of it that comes again was its first."""
    db.execute(
        "INSERT OR IGNORE INTO chirpstack_sessions (unit, dev_addr, application) VALUES (?, ?, ?)",
        (unit, dev_addr, application),
    )
    db.execute(
        "DELETE FROM chirpstack_sessions WHERE unit = ?1 AND id NOT IN"
        " (SELECT id FROM chirpstack_sessions WHERE unit = ?1 ORDER BY id DESC LIMIT ?2)",
        (unit, _KEPT),
    )

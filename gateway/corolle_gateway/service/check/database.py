"""The database: there, whole, and of a version this gateway knows."""

import sqlite3
from contextlib import closing

from corolle_gateway.config import Config
from corolle_gateway.service.check.finding import Finding, bad, good
from corolle_gateway.store.database import FILE_NAME
from corolle_gateway.store.schema import MIGRATIONS

_MB = 1_000_000


def database(settings: Config) -> Finding:
    """Looked at without changing it, also while a gateway runs."""
    path = settings.gateway.data_dir / FILE_NAME
    if not path.exists():
        return good("database", "database_new")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return _looked_at(db, round(path.stat().st_size / _MB, 1))
    except sqlite3.Error as error:
        return bad("database", "database_damaged", why=error)


def _looked_at(db: sqlite3.Connection, mb: float) -> Finding:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        return bad("database", "database_newer", version=version, known=len(MIGRATIONS))
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        return bad("database", "database_damaged", why=verdict)
    (units,) = db.execute("SELECT count(*) FROM units").fetchone()
    (unsent,) = db.execute("SELECT count(*) FROM outbox").fetchone()
    return good("database", "database_whole", mb=mb, units=units, unsent=unsent)

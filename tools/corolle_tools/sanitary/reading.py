"""A gateway's database, read and never written: a unit and the sanitary logs it has left there."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from corolle_gateway.model import SanitaryEntry, Unit
from corolle_gateway.store import registry, sanitary

_WITH_CONTRADICTIONS = 3  # the version of a database from which on they are kept


@dataclass(frozen=True)
class Found:
    """What a database has of a unit."""

    logs: list[list[SanitaryEntry]]  # the whole log of each controller the unit has had, the first one first
    contradictions: list[SanitaryEntry]  # records that claim the number of another one in these logs


def read(path: Path, name: str) -> tuple[Unit, Found]:
    """A unit and its sanitary logs.

    OSError when there is no such file, ValueError when it is no gateway's database or has no such unit; both
    name what was given.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file: name a gateway's gateway.sqlite")
    try:
        with closing(sqlite3.connect(_uri(path), uri=True)) as db:
            units = {unit.name: unit for unit in registry.units(db)}
            if name not in units:
                raise ValueError(f"no unit {name!r} in {path}: there are {', '.join(units) or 'none yet'}")
            return units[name], Found(sanitary.logs_of(db, name), _contradictions(db, name))
    except sqlite3.Error as error:
        raise ValueError(
            f"{path}: not the database of a gateway that keeps sanitary logs: {error}"
        ) from error


def _contradictions(db: sqlite3.Connection, name: str) -> list[SanitaryEntry]:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return sanitary.contradictions_of(db, name) if version >= _WITH_CONTRADICTIONS else []


def _uri(path: Path) -> str:
    """Read-only. Without a write-ahead log nobody writes, and nothing need be made beside the file either."""
    at_rest = not path.with_name(path.name + "-wal").exists()
    return f"file:{quote(str(path.resolve()))}?mode=ro{'&immutable=1' if at_rest else ''}"

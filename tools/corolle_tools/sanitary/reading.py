"""A gateway's database, read and never written: a unit and the sanitary logs it has left there."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from corolle_gateway.model import SanitaryEntry, Unit
from corolle_gateway.store import read_only, registry, sanitary

_WITH_CONTRADICTIONS = 3  # the version of a database from which on they are kept


@dataclass(frozen=True)
class Found:
    """What a database has of a unit."""

    logs: list[list[SanitaryEntry]]  # the whole log of each controller the unit has had, the first one first
    contradictions: list[SanitaryEntry]  # records that claim the number of another one in these logs


def read(path: Path, name: str) -> tuple[Unit, Found]:
    """A unit and its sanitary logs.

    StoreError when there is no such file or it is no gateway's database, ValueError when it has no such unit;
    both name what was given.
    """
    with read_only.opened(path, "sanitary logs") as db:
        units = {unit.name: unit for unit in registry.units(db)}
        if name not in units:
            raise ValueError(f"no unit {name!r} in {path}: there are {', '.join(units) or 'none yet'}")
        return units[name], Found(sanitary.logs_of(db, name), _contradictions(db, name))


def _contradictions(db: sqlite3.Connection, name: str) -> list[SanitaryEntry]:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return sanitary.contradictions_of(db, name) if version >= _WITH_CONTRADICTIONS else []

"""A damaged database: what can still be read becomes a new one, and the old file is kept aside.

Where the outbox itself cannot be read, messages go to the city once more rather than never: it knows them by
their ids. What is no message is taken from its second copy where it is missing.
"""

import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from msgspec import Struct

from corolle_gateway.store import spare
from corolle_gateway.store.faults import READING
from corolle_gateway.store.handover import leap
from corolle_gateway.store.journal import FOLDER
from corolle_gateway.store.legible import is_legible
from corolle_gateway.store.messages import LANES
from corolle_gateway.store.rescue import Rescue
from corolle_gateway.store.restoring import restore_end, restore_unsent
from corolle_gateway.store.schema import MIGRATIONS, migrate, tables

_COUNTING = {"sessions", "multicast", "keys"}


class Salvage(Struct, frozen=True):
    """What became of a damaged database."""

    aside: Path
    rows: int
    damaged: tuple[str, ...]  # the tables that could not be read as a whole
    refilled: int  # rows put back from the second copy of what is no message
    restored: int  # messages that waited for the city, put back from the journal
    lost: int  # messages that waited for the city and cannot be read anywhere
    again: int  # messages of which nobody knows any more whether the city has them: they are sent once more


def salvage(path: Path) -> Salvage:
    """Replace the database at `path`; one that is lost by what its second copies have.

    OSError or sqlite3.Error when not even a new one can be written.
    """
    fresh, done = path.with_suffix(".salvaging"), _done(path)
    for leftover in (done, fresh, Path(f"{fresh}-wal"), Path(f"{fresh}-journal")):
        leftover.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT, 0o600))
    new = sqlite3.connect(fresh, isolation_level=None)
    new.execute("PRAGMA synchronous = OFF")  # nobody trusts it before all of it is on the disk
    old = sqlite3.connect(path, isolation_level=None)
    try:
        rows, damaged, refilled = _saved(old, new, path.with_name(spare.FILE_NAME))
        new.execute("BEGIN")
        doubtful = "outbox" in damaged
        again = _queued_again(new) if doubtful else 0
        journal = path.parent / FOLDER
        restored = restore_unsent(new, journal, doubtful) + restore_end(new, journal)
        lost = new.execute("DELETE FROM outbox WHERE message NOT IN (SELECT id FROM messages)").rowcount
        new.execute("COMMIT")
    finally:
        new.close()
        _close(old)
    _synchronise(fresh)
    os.rename(fresh, done)
    return Salvage(_exchanged(path), rows, damaged, refilled, restored, lost, again)


def finish(path: Path) -> Salvage | None:
    """Take up what a salvage has written that a power cut or kill -9 ended while files changed places.

    None where there is none. How much was put back, and how much was lost, nobody knows any more.
    """
    done = _done(path)
    if path.exists() or not done.exists():
        return None
    with closing(sqlite3.connect(done)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = sum(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names)
    aside = path.with_suffix(f".damaged-{_free_number(path) - 1}")
    _take_place(path)
    return Salvage(aside, rows, damaged=(), refilled=0, restored=0, lost=0, again=0)


def is_lost(path: Path) -> bool:
    """Whether nothing is left of a database that has a second copy, as after a power cut on many a card."""
    return path.with_name(spare.FILE_NAME).exists() and not (path.exists() and path.stat().st_size)


def _saved(old: sqlite3.Connection, new: sqlite3.Connection, copy: Path) -> tuple[int, tuple[str, ...], int]:
    """Rows copied, names of the tables that were damaged, rows that their second copy had more.

    All this as the version has it that wrote them: then the new one becomes one of this version.
    """
    version = _version(old) or spare.version(copy) or len(MIGRATIONS)
    migrate(new, version)
    new.execute("BEGIN")
    rows, damaged = _copied(old, new, version)
    new.execute("COMMIT")
    refilled = _refilled(new, copy, set(damaged))
    migrate(new)
    return rows, damaged, refilled


def _copied(old: sqlite3.Connection, new: sqlite3.Connection, version: int) -> tuple[int, tuple[str, ...]]:
    """(rows copied, names of the tables that were damaged)."""
    rows, damaged = 0, []
    for table, columns in tables(version).items():
        key = [row[1] for row in new.execute(f"PRAGMA table_info({table})") if row[5]] or ["rowid"]
        places = ", ".join("?" * len(columns))
        reader = Rescue(old, table, columns, key)
        for row in reader.rows():
            if not is_legible(table, columns, row):
                reader.is_damaged = True
                continue
            try:
                new.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", row)
                rows += 1
            except sqlite3.IntegrityError:  # of a wrong type, or with another one's key: it was never so
                reader.is_damaged = True
        if reader.is_damaged:
            damaged.append(table)
    return rows, tuple(damaged)


def _version(old: sqlite3.Connection) -> int:
    """Which tables to look for: an earlier gateway's; 0 where nobody can read it."""
    try:
        (version,) = old.execute("PRAGMA user_version").fetchone()
    except READING:
        version = 0
    return version if version <= len(MIGRATIONS) else 0


def _refilled(new: sqlite3.Connection, copy: Path, damaged: set[str]) -> int:
    """How many rows the second copy had more; what counts in them may be some hours behind."""
    filled = spare.fill(new, copy, damaged)
    if filled and damaged & _COUNTING:
        leap(new)
    return filled


def _queued_again(new: sqlite3.Connection) -> int:
    """Queue all from the first message on that may have been in what is missing of the outbox."""
    before = new.total_changes
    for kind, lane in LANES.items():
        new.execute(
            "INSERT OR IGNORE INTO outbox (lane, message) SELECT ?, id FROM messages WHERE kind = ?",
            (lane, kind),
        )
    return new.total_changes - before


def _done(path: Path) -> Path:
    """The new database, as soon as all of it is on the disk."""
    return path.with_suffix(".salvaged")


def _exchanged(path: Path) -> Path:
    """Put the new file in the old one's place; where the old one is now."""
    aside = path.with_suffix(f".damaged-{_free_number(path)}")
    os.rename(path, aside)
    _take_place(path)
    return aside


def _free_number(path: Path) -> int:
    return next(number for number in count(1) if not path.with_suffix(f".damaged-{number}").exists())


def _take_place(path: Path) -> None:
    for tail in ("-wal", "-shm"):  # of the old one: SQLite would take the log for the new one's
        Path(f"{path}{tail}").unlink(missing_ok=True)
    os.rename(_done(path), path)
    _synchronise(path.parent)


def _synchronise(path: Path) -> None:
    """Have a file, or the names in a folder, survive a power cut."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _close(db: sqlite3.Connection) -> None:
    try:
        db.close()
    except sqlite3.Error:  # it would have tidied up its log, and could not
        return

"""Opening the database: durable, private, and ours alone."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO

from corolle_gateway.errors import StoreError
from corolle_gateway.store import spare
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.faults import READING, is_damage
from corolle_gateway.store.journal import FOLDER, Journal
from corolle_gateway.store.restoring import restore_end
from corolle_gateway.store.salvage import Salvage, finish, is_lost, salvage
from corolle_gateway.store.schema import migrate

FILE_NAME = "gateway.sqlite"
_LOCK_NAME = "gateway.lock"
_MARK_NAME = "gateway.damaged"
_PROBE_NAME = "gateway.probe"
_PROBE_BYTES = 4096
# Pages of the database kept in memory; it fills up within the first few thousand messages and grows no more.
_CACHE_KIB = 2000
_WAL_BYTES = 8_000_000  # what a burst has made of the log beside the database does not stay for ever
_WAL_PAGES = 1900  # as many as that has room for: what each commit changes is copied into the database once


def claim(data_dir: Path) -> IO[str]:
    """Make the data folder, and lock it for as long as what is returned stays open.

    StoreError when another gateway runs on it: two network servers on one set of counters would both be right
    and the units deaf.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        data_dir.chmod(0o700)
        lock = open(data_dir / _LOCK_NAME, "w", opener=_private)
    except OSError as error:
        raise StoreError(f"{data_dir}: cannot be used as data_dir: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StoreError(f"{data_dir}: another gateway is running on this data_dir") from error
    return lock


def opened(data_dir: Path) -> tuple[Connection, Salvage | None]:
    """The database, and what became of it if it had to be salvaged. StoreError says what is wrong with it."""
    mended = mend(data_dir)
    db = connect(data_dir)
    if db.is_damaged:  # which is only seen where all of it has been read
        db.close()
        mended = mend(data_dir, is_damaged=True)
        db = connect(data_dir)
        if db.is_damaged:
            raise StoreError(
                f"{data_dir / FILE_NAME}: damaged anew as soon as it was salvaged: the disk fails"
            )
    return db, mended


def mark_damaged(data_dir: Path) -> None:
    """Have the database salvaged at the next start. OSError when not even that can be written."""
    (data_dir / _MARK_NAME).touch(mode=0o600)


def mend(data_dir: Path, is_damaged: bool = False) -> Salvage | None:
    """Salvage a database that is known or marked as damaged, is unreadable or lost.

    StoreError when that fails.
    """
    path, mark = data_dir / FILE_NAME, data_dir / _MARK_NAME
    try:
        done = finish(path)
        if not done:
            is_damaged |= path.exists() and (mark.exists() or _is_unreadable(path))
            if not (is_damaged or is_lost(path)):
                return None
            done = salvage(path)
        mark.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path}: it is damaged, and cannot be salvaged: {error}") from error
    return done


def _is_unreadable(path: Path) -> bool:
    db = sqlite3.connect(path)
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except READING as error:
        return is_damage(error)
    finally:
        db.close()
    return False


def takes_writes(data_dir: Path) -> bool:
    """Whether the database's disk is there and can be written to; a mount point without its disk is not."""
    try:
        with open(data_dir / _PROBE_NAME, "wb", opener=_private) as probe:
            probe.write(bytes(_PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
        (data_dir / _PROBE_NAME).unlink()
        return (data_dir / FILE_NAME).exists()
    except OSError:
        return False


def connect(data_dir: Path) -> Connection:
    """Open the database, made or migrated as need be. StoreError says what is wrong with it.

    The connection may be used from another thread than this one, by one thread at a time.
    """
    path = data_dir / FILE_NAME
    try:
        _make_private(path)
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        db.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        migrate(db)
        _complete(db, data_dir)
        _copy(db, data_dir / spare.FILE_NAME)
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    return db


def _complete(db: Connection, data_dir: Path) -> None:
    """Give back what a damaged log has cost. A database that is damaged itself is salvaged later."""
    try:
        db.restored = restore_end(db, data_dir / FOLDER)
    except READING as error:
        if not is_damage(error):
            raise


def _copy(db: Connection, path: Path) -> None:
    """Keep the second copy of what is no message, if the disk has room; one that is damaged is made anew.

    It is the first to read all of the database: if that is damaged, the copy stays as it is, and is needed.
    """
    try:
        db.is_damaged = not spare.is_sound(db)
        if db.is_damaged:
            return
        _make_private(path)
        if not spare.is_whole(path):
            spare.remove(path)
            _make_private(path)
        spare.attach(db, path)
    except READING as error:
        db.is_damaged = is_damage(error)
        if not db.is_damaged and not isinstance(error, sqlite3.OperationalError):
            raise
        spare.detach(db)


def journal(data_dir: Path, max_bytes: int) -> Journal:
    """The journal beside the database. StoreError says what is wrong with it."""
    try:
        return Journal(data_dir / FOLDER, max_bytes)
    except OSError as error:
        raise StoreError(f"{data_dir / FOLDER}: {error.strerror}") from error


def _make_private(path: Path) -> None:
    """SQLite gives its side files the same mode."""
    os.close(_private(path, os.O_RDWR | os.O_CREAT))
    path.chmod(0o600)


def _private(path: str | Path, flags: int) -> int:
    return os.open(path, flags, 0o600)

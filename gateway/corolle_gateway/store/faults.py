"""What is wrong when the database fails: the file, or the disk below it."""

import sqlite3

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# Not SQLITE_FULL: on a disk that has room again all goes on.
_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


# What reading a database raises. SQLite's own words, with a damaged name in them, may not be UTF-8 either.
READING = (sqlite3.DatabaseError, UnicodeDecodeError)


def is_damage(error: BaseException | None) -> bool:
    """Whether an error says that the file itself is damaged: nothing but salvage() helps."""
    return _code(error) in _DAMAGE or isinstance(error, UnicodeDecodeError) or _is_undecodable(error)


def is_disk_failure(error: BaseException | None) -> bool:
    """Whether an error says that the disk cannot be read, or takes nothing."""
    return _code(error) in _DISK


def _is_undecodable(error: BaseException | None) -> bool:
    """A text that is not UTF-8: Python says so, and has no code for it."""
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode")


def _code(error: BaseException | None) -> int:
    """SQLite's primary result code, 0 when the error is none of SQLite's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF if isinstance(error, sqlite3.Error) else 0

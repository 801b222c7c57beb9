"""A gateway's database, read and never written: beside the gateway that runs on it, or a copy of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from corolle_gateway.errors import StoreError
from corolle_gateway.store.database import FILE_NAME


@contextmanager
def opened(path: Path, keeps: str) -> Iterator[sqlite3.Connection]:
    """The database in a file. `keeps`: what is looked for in it.

    StoreError names the file, where there is none or where it is no gateway's that keeps such things.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no such file: name a gateway's {FILE_NAME}")
    try:
        with closing(sqlite3.connect(_uri(path), uri=True)) as db:
            yield db
    except sqlite3.Error as error:
        raise StoreError(f"{path}: not the database of a gateway that keeps {keeps}: {error}") from error


def _uri(path: Path) -> str:
    """Read-only. Without a write-ahead log nobody writes, and nothing need be made beside the file either."""
    at_rest = not path.with_name(path.name + "-wal").exists()
    return f"file:{quote(str(path.resolve()))}?mode=ro{'&immutable=1' if at_rest else ''}"

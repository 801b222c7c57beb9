"""A damaged table: all rows of it that can still be read."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from corolle_gateway.store.faults import READING


class Rescue:
    """Reads a table from its beginning up to the damage, from its end down to it, and between two of them."""

    def __init__(self, db: sqlite3.Connection, table: str, columns: list[str], key: list[str]):
        self.is_damaged = False
        self._db = db
        self._select = f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED"
        self._key = key
        self._numbered = key == ["id"]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """All rows that can be read, each once."""
        last = -1
        for row in self._read("ASC"):
            last = row[0] if self._numbered else last
            yield row
        if not self.is_damaged:
            return
        end = None
        for row in self._read("DESC"):
            if self._numbered and row[0] <= last:
                return
            end = row[0] if self._numbered else None
            yield row
        if self._numbered and end is not None:
            yield from self._between(last + 1, end)

    def _between(self, at: int, end: int) -> Iterator[tuple[Any, ...]]:
        """Number by number: what a damaged page held is missing, what stands on whole ones is found."""
        while at < end:
            try:
                row = self._db.execute(f"{self._select} WHERE id = ?", (at,)).fetchone()
            except READING:
                row = None
            if row:
                yield row
            at += 1

    def _read(self, way: str) -> Iterator[tuple[Any, ...]]:
        order = ", ".join(f"{column} {way}" for column in self._key)
        try:
            yield from self._db.execute(f"{self._select} ORDER BY {order}")
        except READING:  # also "no such table": its definition was on the damaged page
            self.is_damaged = True

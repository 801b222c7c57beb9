"""The BLE link's memory: how far each unit's adverts have counted."""

import sqlite3

from corolle_gateway.model import Guard, Unit
from corolle_gateway.store import registry
from corolle_gateway.store.writer import Writer


class BleMemory:
    """What must survive of the BLE link, behind the one writer."""

    def __init__(self, writer: Writer):
        self._writer = writer

    async def units(self) -> list[tuple[Unit, bytes]]:
        """All units with their AppKeys."""
        return await self._writer.submit(registry.everyone)

    async def counters(self) -> dict[str, tuple[bytes, int]]:
        """Of each unit that was heard: the mark of its bind key, and the last counter that was stored."""
        return await self._writer.submit(_everyone)

    def advance(self, unit: str, key_mark: bytes, counter: int) -> Guard:
        """A guard that uses up an advert's counter; another key's counters begin anew."""
        return lambda db: _advance(db, unit, key_mark, counter)


def _everyone(db: sqlite3.Connection) -> dict[str, tuple[bytes, int]]:
    rows = db.execute("SELECT unit, key_mark, counter FROM ble_counters")
    return {unit: (key_mark, counter) for unit, key_mark, counter in rows}


def _advance(db: sqlite3.Connection, unit: str, key_mark: bytes, counter: int) -> bool:
    used = db.execute(
        "INSERT INTO ble_counters (unit, key_mark, counter) VALUES (?, ?, ?) ON CONFLICT (unit) DO UPDATE"
        " SET key_mark = excluded.key_mark, counter = excluded.counter"
        " WHERE key_mark <> excluded.key_mark OR counter < excluded.counter",
        (unit, key_mark, counter),
    )
    return used.rowcount > 0

"""A gateway's database, read and never written: the ledger of a month, and whose it is."""

import sqlite3
from pathlib import Path

from corolle.wire.sanitary_record import SANITARY
from corolle.wire.words import code_of
from msgspec import Struct

from corolle_gateway.model import Unit
from corolle_gateway.months import Months
from corolle_gateway.store import ledger, read_only, registry, sanitary, settings, states
from corolle_gateway.store.ledger import Entry


class Account(Struct, frozen=True):
    """What a database has of a month, by unit."""

    month: str
    begin_s: float
    end_s: float  # of the month, or when anything was heard last
    units: list[Unit]
    entries: dict[str, Entry]
    heard: dict[str, tuple[float, float]]  # first and last, in unix seconds
    full_w: dict[str, float]
    purges: dict[str, int]
    runs: dict[str, dict[str, int]]  # settings, as the unit said last that it runs them

    def expected_s(self, unit: str) -> float:
        """How much of the month the unit was in service: from when it was first heard."""
        if unit not in self.heard:
            return 0.0
        return max(0.0, self.end_s - max(self.begin_s, self.heard[unit][0]))


def read(path: Path, month: str, months: Months) -> Account:
    """The account of a month. StoreError names the file, and what is wrong with it or with the month."""
    with read_only.opened(path, "accounts") as db:
        return _read(db, month, months)


def _read(db: sqlite3.Connection, month: str, months: Months) -> Account:
    begin_s, end_s = months.begin_s(month), months.end_s(month)
    heard = states.heard(db)
    entries = ledger.of_month(db, month)
    last_s = max((last for _, last in heard.values()), default=begin_s)
    return Account(
        month,
        begin_s,
        min(end_s, max(begin_s, last_s)),
        [unit for unit in registry.units(db) if not unit.revoked or unit.name in entries],
        entries,
        heard,
        ledger.known_full_w(db, month),
        sanitary.count(db, code_of(SANITARY, "purged"), begin_s, end_s),
        settings.reported(db),
    )

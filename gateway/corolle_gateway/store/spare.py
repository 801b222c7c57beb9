"""A second copy of what is no message, in a file of its own: no damaged page of the database costs any of it.

What changes now and then is written there in the same transaction, by triggers. What changes with every
uplink is there from its beginning on, and is copied anew at each start and every few hours: it may be as old
as that, and comes right with the next report, for units count on and on.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from corolle_gateway.store.connection import Connection
from corolle_gateway.store.faults import READING, is_damage
from corolle_gateway.store.legible import is_legible
from corolle_gateway.store.rescue import Rescue
from corolle_gateway.store.schema import MIGRATIONS

FILE_NAME = "gateway.spare"
_AT_A_TIME = 500  # rows: few enough to keep nobody waiting
_CACHE_KIB = 64

_SELDOM = (
    "units",
    "keys",
    "commands",
    "group_commands",
    "multicast",
    "multicast_members",
    "desired",
    "reported",
    "alarms",
    "ledger",
    "sanitary",
    "sanitary_contradictions",
)
_OFTEN = ("sessions", "chirpstack_sessions", "ble_counters", "states", "counts")
TABLES = _SELDOM + _OFTEN
_BEFORE_IT_WAS_SAID = 13  # the last version whose copies do not say which they are of


def attach(db: Connection, path: Path) -> None:
    """Give a connection the second copy: it is brought up to date here, and kept so. sqlite3.Error."""
    db.execute("PRAGMA temp_store = MEMORY")  # the triggers are this connection's own
    db.execute("ATTACH ? AS spare", (str(path),))
    db.execute("PRAGMA spare.journal_mode = WAL")
    db.execute("PRAGMA spare.synchronous = FULL")
    db.execute(f"PRAGMA spare.cache_size = -{_CACHE_KIB}")
    db.execute("BEGIN IMMEDIATE")
    _drop_others(db)
    for table in TABLES:
        _prepare(db, table)
    db.execute(f"PRAGMA spare.user_version = {len(MIGRATIONS)}")
    db.execute("COMMIT")
    db.has_spare = True
    while refresh(db, TABLES):
        pass


def is_sound(db: Connection) -> bool:
    """Whether the tables hold what they may: SQLite would copy whatever is there, and spoil the copy.

    An error for which is_damage() is true says that they do not, either.
    """
    for table in TABLES:
        if db.execute(f"PRAGMA main.quick_check({table})").fetchone() != ("ok",):
            return False
        columns, _ = _columns(db, table)
        for row in db.execute(f"SELECT * FROM main.{table}"):  # Python alone minds what is not UTF-8
            if not is_legible(table, columns, row):
                return False
    return True


def is_whole(path: Path) -> bool:
    """Whether nothing in the file is damaged; one that is not there is whole."""
    try:
        with closing(sqlite3.connect(path)) as db:
            return db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except READING as error:
        if is_damage(error):
            return False
        raise


def version(path: Path) -> int:
    """Of which version the tables are that it has copies of; 0: nobody knows."""
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path)) as db:
            found = db.execute("PRAGMA user_version").fetchone()[0]
            return found or (
                _BEFORE_IT_WAS_SAID if db.execute("SELECT 1 FROM sqlite_master").fetchone() else 0
            )
    except READING:
        return 0


def remove(path: Path) -> None:
    """Let it be made anew. OSError."""
    for tail in ("", "-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)


def detach(db: Connection) -> None:
    """Go on without: attach() has failed."""
    db.has_spare = False
    if db.in_transaction:
        db.execute("ROLLBACK")
    for (trigger,) in db.execute("SELECT name FROM temp.sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER temp.{trigger}")
    if any(name == "spare" for _, name, _ in db.execute("PRAGMA database_list").fetchall()):
        db.execute("DETACH spare")


def refresh(db: Connection, tables: tuple[str, ...] = _OFTEN) -> bool:
    """Copy some of what is not as in the database; whether there may be more."""
    more = False
    for table in tables if db.has_spare else ():
        columns, key = _columns(db, table)
        same = " AND ".join(f"s.{name} IS m.{name}" for name in columns)
        copied = db.execute(
            f"INSERT OR REPLACE INTO spare_{table} SELECT * FROM main.{table} AS m WHERE NOT EXISTS"
            f" (SELECT 1 FROM spare_{table} AS s WHERE {_match('s', 'm', key)} AND {same}) LIMIT {_AT_A_TIME}"
        )
        more = more or copied.rowcount == _AT_A_TIME
    return more


def fill(db: sqlite3.Connection, path: Path, tables: set[str]) -> int:
    """Put rows that are missing in these tables back from the copy at `path`, as far as that can be read.

    How many. sqlite3.Error when `db` cannot take them.
    """
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as copy:
        db.execute("BEGIN")
        filled = sum(_filled(db, copy, table) for table in sorted(tables))
        db.execute("COMMIT")
    return filled


def _filled(db: sqlite3.Connection, copy: sqlite3.Connection, table: str) -> int:
    """What of a table the copy has more; of one that was made by an earlier version, what it knew of it."""
    columns, key = _columns(db, table)
    try:
        known = {row[1] for row in copy.execute(f"PRAGMA table_info(spare_{table})")}
    except READING:
        return 0
    names = [name for name in columns if name in known]
    put = f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    filled = 0
    for row in Rescue(copy, f"spare_{table}", names, key).rows() if names else ():
        if not is_legible(table, names, row):
            continue
        with suppress(sqlite3.IntegrityError):  # damaged here as well; or a sanitary record that is there
            filled += db.execute(put, row).rowcount
    return filled


def _drop_others(db: sqlite3.Connection) -> None:
    """Copies of tables that an earlier version had."""
    wanted = {f"spare_{table}" for table in TABLES}
    for (name,) in db.execute("SELECT name FROM spare.sqlite_master WHERE type = 'table'").fetchall():
        if name not in wanted:
            db.execute(f"DROP TABLE spare.{name}")


def _prepare(db: sqlite3.Connection, table: str) -> None:
    """Its copy, without what is not in it any more, and the triggers that keep it."""
    columns, key = _columns(db, table)
    # Of the same types: else no key would be found by the other's.
    typed = ", ".join(f"{row[1]} {row[2]}" for row in db.execute(f"PRAGMA main.table_info({table})"))
    made = f"CREATE TABLE spare_{table} ({typed}, PRIMARY KEY ({', '.join(key)})) WITHOUT ROWID"
    found = db.execute("SELECT sql FROM spare.sqlite_master WHERE name = ?", (f"spare_{table}",)).fetchone()
    if found != (made,):  # of another version
        db.execute(f"DROP TABLE IF EXISTS spare.spare_{table}")
        db.execute(made.replace(" spare_", " spare.spare_", 1))
    db.execute(
        f"DELETE FROM spare_{table} WHERE NOT EXISTS"
        f" (SELECT 1 FROM main.{table} AS m WHERE {_match(f'spare_{table}', 'm', key)})"
    )
    new = ", ".join(f"NEW.{name}" for name in columns)
    drop, put = (
        f"DELETE FROM spare_{table} WHERE {_match(f'spare_{table}', row, key)};" for row in ("OLD", "NEW")
    )
    put += f" INSERT INTO spare_{table} VALUES ({new});"  # OR REPLACE is not what it says in a trigger
    does = {"INSERT": put, "DELETE": drop} | ({"UPDATE": put} if table in _SELDOM else {})
    for event, statements in does.items():
        db.execute(
            f"CREATE TEMP TRIGGER spare_{table}_{event} AFTER {event} ON main.{table} BEGIN {statements} END"
        )


def _columns(db: sqlite3.Connection, table: str) -> tuple[list[str], list[str]]:
    """(all columns of a table, those of its key); all of them where it has none."""
    found = db.execute(f"PRAGMA main.table_info({table})").fetchall()
    columns = [row[1] for row in found]
    return columns, [row[1] for row in found if row[5]] or columns


def _match(one: str, other: str, key: list[str]) -> str:
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in key)

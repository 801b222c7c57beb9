"""The second copy of what is no message: whichever page of the database is damaged, none of it is lost."""

import io
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.store import database, spare, states
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.handover import DOWNLINKS_AHEAD
from corolle_gateway.store.writer import Writer

_PAGE = 4096
_UNITS = 120
_EVERY_NTH_PAGE = 3
_PAGES, _BITS = 12, 4  # that are flipped
_SAID = b'{"unit":"lamp","time":"2026-07-14T12:00:00.000Z","faults":["none of this is so%b"]}'
_REPORT = (_SAID % (b" at all" * 30)).hex()
_STANDING = b'["02",6.0,"2026-07",{"heard_s":17.25},null,{"energy_wh":[4.5,6.0]},[]]'.hex()
_ROWS = {
    "units": "('lamp-{0}', 'lamp', 'quai', 'eui-{0}', 'join', 48.1, -1.6, 'C', '', 0)",
    "keys": "('lamp-{0}', x'0102030405060708090a0b0c0d0e0f10', {0}, {0})",
    "sessions": "({0}, 'lamp-{0}', {0}, randomblob(16), randomblob(16), 1, {0}, 32, 1, 'gw', x'93010203')",
    "states": "('lamp-{0}', x'" + _REPORT + "', x'7b7d', 1.0, 2.0, x'" + _STANDING + "')",
    "ledger": "('lamp-{0}', '2026-07', {0}.5, 2, 3, 0, 0, 0, 4, 5, 6, NULL)",
    "desired": "('lamp-{0}', 'report_min', {0}, 'camille', 1.5)",
    "reported": "('lamp-{0}', x'7b7d')",
    "commands": "('lamp-{0}', 'c{0}', {0}, 'level', 40, 9.0, 'camille', 'sent', '', 1.0, 1, '')",
    "alarms": "({0}, 'lamp-{0}', 'silent', x'7b7d', 1.0, 2.0, 1, 1, NULL, '', '', NULL)",
    "sanitary": "('lamp-{0}', 'eui-{0}', 1.0, {0}, 1, 2, 3, 4, 'camille', randomblob(8))",
}
_LEAPING = {"sessions": 7, "keys": 3}  # downlink counters, JoinNonces
Rows = dict[str, list[tuple[Any, ...]]]


@contextmanager
def _opened(folder: Path) -> Iterator[Connection]:
    with closing(database.connect(folder)) as db:
        yield db


def _rows(db: sqlite3.Connection) -> Rows:
    return {table: sorted(db.execute(f"SELECT * FROM main.{table}"), key=repr) for table in _ROWS}


def _filled(folder: Path) -> Rows:
    """A store with something in each table; what is in it."""
    with database.claim(folder), _opened(folder) as db:
        db.execute("BEGIN")
        for table, row in _ROWS.items():
            for number in range(1, _UNITS + 1):
                db.execute(f"INSERT INTO main.{table} VALUES {row.format(number)}")
        db.execute("COMMIT")
        return _rows(db)


def _damage(path: Path, page: int, noise: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(page * _PAGE)
        file.write(noise)


def _without_leaps(rows: Rows) -> Rows:
    """Without what is counted on in leaps, so that nothing is used twice."""
    return rows | {
        table: [(*row[:column], *row[column + 1 :]) for row in rows[table]]
        for table, column in _LEAPING.items()
    }


def test_whichever_page_is_damaged_nothing_is_lost(tmp_path: Path):
    whole, folder = tmp_path / "whole", tmp_path / "damaged"
    kept = _filled(whole)
    pages = (whole / "gateway.sqlite").stat().st_size // _PAGE
    assert pages > 60
    noise = random.Random(1)
    refilled = 0
    for page in range(0, pages, _EVERY_NTH_PAGE):
        shutil.copytree(whole, folder)
        _damage(folder / "gateway.sqlite", page, noise.randbytes(_PAGE))
        database.mark_damaged(folder)
        done = database.mend(folder)
        assert done is not None
        refilled += done.refilled
        with _opened(folder) as db:
            found = _rows(db)
        assert _without_leaps(found) == _without_leaps(kept), page
        leapt = done.refilled > 0 and {"sessions", "keys"} & set(done.damaged)
        assert {row[7] for row in found["sessions"]} == {32 + DOWNLINKS_AHEAD if leapt else 32}
        shutil.rmtree(folder)
    assert refilled > _UNITS


def _flip(path: Path, at: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes((byte ^ bit,)))


def test_whichever_bits_are_flipped_the_gateway_starts(tmp_path: Path):
    whole, folder = tmp_path / "whole", tmp_path / "damaged"
    _filled(whole)
    pages = (whole / "gateway.sqlite").stat().st_size // _PAGE
    chance = random.Random(4)
    found = 0
    for number in range(_PAGES):
        shutil.copytree(whole, folder)
        for _ in range(_BITS):
            at = number * pages // _PAGES * _PAGE + chance.randrange(100, _PAGE)
            _flip(folder / "gateway.sqlite", at, 1 << chance.randrange(8))
        database.mend(folder)
        with _opened(folder) as db:
            found += db.is_damaged
        database.mark_damaged(folder)
        assert database.mend(folder)
        with _opened(folder) as db:
            assert not db.is_damaged and db.has_spare
        shutil.rmtree(folder)
    assert found >= 2


@pytest.mark.parametrize(
    ("text", "table"),
    ((b"CREATE TABLE units", None), (b"lamp-7lampquai", "units"), (b"lamp-7report_min", "desired")),
)
def test_a_text_that_is_not_utf_8_is_damage_and_the_copy_has_it_right(
    tmp_path: Path, text: bytes, table: str | None
):
    kept = _filled(tmp_path)
    path = tmp_path / "gateway.sqlite"
    _flip(path, path.read_bytes().index(text) + 3, 0x80)
    done = database.mend(tmp_path)
    assert (done is None) == (table is not None)
    if table:
        with _opened(tmp_path) as db:
            assert db.is_damaged and not db.has_spare
        database.mark_damaged(tmp_path)
        done = database.mend(tmp_path)
        assert done is not None and (done.damaged, done.refilled) == ((table,), 1)
    with _opened(tmp_path) as db:
        assert not db.is_damaged and _without_leaps(_rows(db)) == _without_leaps(kept)


@pytest.mark.parametrize(
    ("text", "table"),
    (
        (b'time":"2026', "states"),
        (b'"heard_s":17.25', "states"),
        (b'["none of this', "states"),
        (bytes((0x93, 1, 2, 3)), "sessions"),
    ),
)
def test_a_blob_that_nobody_can_read_is_damage_and_the_copy_has_it_right(
    tmp_path: Path, text: bytes, table: str
):
    kept = _filled(tmp_path)
    path = tmp_path / "gateway.sqlite"
    _flip(path, path.read_bytes().index(text), 0x40)
    with _opened(tmp_path) as db:
        assert db.is_damaged and not db.has_spare
    database.mark_damaged(tmp_path)
    done = database.mend(tmp_path)
    assert done is not None and (done.damaged, done.refilled) == ((table,), 1)
    with _opened(tmp_path) as db:
        assert not db.is_damaged and _without_leaps(_rows(db)) == _without_leaps(kept)


def test_a_blob_that_nobody_can_read_in_the_copy_either_is_left_out_and_the_gateway_starts(tmp_path: Path):
    kept = _filled(tmp_path)
    for path in (tmp_path / "gateway.sqlite", tmp_path / spare.FILE_NAME):
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            table = "states" if path.suffix == ".sqlite" else "spare_states"
            db.execute(f"UPDATE {table} SET counters = x'7b' WHERE unit = 'lamp-7'")
            db.commit()
    database.mark_damaged(tmp_path)
    done = database.mend(tmp_path)
    assert done is not None and (done.damaged, done.refilled) == (("states",), 0)
    with _opened(tmp_path) as db:
        assert not db.is_damaged
        assert _rows(db)["states"] == [row for row in kept["states"] if row[0] != "lamp-7"]


def test_a_page_that_nobody_has_looked_at_is_found_damaged_when_the_database_is_opened(tmp_path: Path):
    kept = _filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "gateway.sqlite")) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'").fetchone()
    _damage(tmp_path / "gateway.sqlite", page - 1, b"\xff" * _PAGE)
    with _opened(tmp_path) as db:
        assert db.is_damaged and not db.has_spare
    database.mark_damaged(tmp_path)
    done = database.mend(tmp_path)
    assert done is not None and (done.damaged, done.refilled) == (("ledger",), _UNITS)
    with _opened(tmp_path) as db:
        assert not db.is_damaged and _rows(db) == kept


@pytest.mark.parametrize("harm", (lambda path: path.unlink(), lambda path: path.write_bytes(b"")))
def test_a_database_that_is_lost_is_made_anew_from_its_copy_and_the_copy_stays(tmp_path: Path, harm: Any):
    kept = _filled(tmp_path)
    harm(tmp_path / "gateway.sqlite")
    done = database.mend(tmp_path)
    assert done is not None and (done.rows, done.refilled) == (0, _UNITS * len(_ROWS))
    with _opened(tmp_path) as db:
        assert _without_leaps(_rows(db)) == _without_leaps(kept)
    assert database.mend(tmp_path) is None


def test_a_salvage_that_is_killed_at_any_rename_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Killed(Exception):
        """As kill -9, or the power, ends it."""

    def rename(*paths: Path) -> None:
        really(*paths)
        nonlocal left
        left -= 1
        if not left:
            raise Killed

    kept = _filled(tmp_path)
    really = os.rename
    for renames in (1, 2, 3):
        database.mark_damaged(tmp_path)
        left = renames
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(os, "rename", rename)
            database.mend(tmp_path)
        done = database.mend(tmp_path)
        assert done is not None and done.rows >= _UNITS * len(_ROWS) and done.aside.exists()
        with _opened(tmp_path) as db:
            assert _rows(db) == kept
        assert not list(tmp_path.glob("*.salvag*")) and database.mend(tmp_path) is None


def test_what_changes_now_and_then_is_copied_with_it_and_what_changes_always_is_copied_later(tmp_path: Path):
    _filled(tmp_path)
    with _opened(tmp_path) as db:
        db.execute("UPDATE desired SET value = 7 WHERE name = 'lamp-3'")
        db.execute("DELETE FROM commands WHERE unit = 'lamp-4'")
        states.put(db, "lamp-5", (b"newer", b"{}"), None)
        copied = "SELECT report FROM spare_states WHERE unit = 'lamp-5'"
        assert db.execute("SELECT value FROM spare_desired WHERE name = 'lamp-3'").fetchone() == (7,)
        assert db.execute("SELECT count(*) FROM spare_commands").fetchone() == (_UNITS - 1,)
        assert db.execute(copied).fetchone() != (b"newer",)
        assert not spare.refresh(db)  # it was but one
        assert db.execute(copied).fetchone() == (b"newer",)


def test_what_was_undone_is_not_in_the_copy(tmp_path: Path):
    _filled(tmp_path)
    with _opened(tmp_path) as db:
        db.execute("BEGIN")
        db.execute("DELETE FROM desired")
        db.execute("ROLLBACK")
        assert db.execute("SELECT count(*) FROM spare_desired").fetchone() == (_UNITS,)


@pytest.mark.parametrize(
    "harm",
    (
        lambda path: _damage(path, 3, b"\xff" * _PAGE),
        lambda path: path.write_bytes(b"not a database"),
        lambda path: path.unlink(),
        lambda path: _execute(path, "DROP TABLE spare_desired"),
        lambda path: _execute(path, "ALTER TABLE spare_desired ADD COLUMN of_another_version"),
        lambda path: _execute(path, "DELETE FROM spare_desired WHERE name > 'lamp-3'"),
        lambda path: _execute(path, "INSERT INTO spare_desired SELECT 'gone', 'b', 1, 'c', 1.0"),
    ),
    ids=("page", "rubbish", "gone", "no_table", "other_version", "behind", "ahead"),
)
def test_a_copy_that_is_not_right_is_put_right_at_the_start(tmp_path: Path, harm: Any):
    kept = _filled(tmp_path)
    harm(tmp_path / spare.FILE_NAME)
    with _opened(tmp_path) as db:
        assert db.has_spare
        for table, rows in kept.items():
            assert sorted(db.execute(f"SELECT * FROM spare_{table}"), key=repr) == rows
    assert (tmp_path / spare.FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_where_there_is_no_room_for_it_the_store_is_used_without_and_that_is_counted(tmp_path: Path):
    _filled(tmp_path)
    spare.remove(tmp_path / spare.FILE_NAME)
    (tmp_path / f"{spare.FILE_NAME}-wal").mkdir()  # as on a disk that takes nothing
    with _opened(tmp_path) as db:
        assert not db.has_spare
        counts = Counts(Log(lambda: 0.0, "error", io.StringIO()))
        Writer(db, counts)
        assert counts.rejected == {"spare_failed": 1}
        db.execute("UPDATE desired SET value = 9")
        assert not spare.refresh(db)


def _execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement)
        db.commit()

"""Databases of every version there was, as a gateway of then left them, become one of this version."""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.store import database, spare, states
from corolle_gateway.store.schema import MIGRATIONS, migrate
from gateway_street import Street
from radio_device import Device

_FOLDER = Path(__file__).parent / "schemas"
_VERSIONS = sorted(int(path.stem) for path in _FOLDER.glob("*.sql"))


def _of_then(version: int, folder: Path) -> Path:
    """A data_dir of that version's."""
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as db:
        db.executescript((_FOLDER / f"{version}.sql").read_text())
    return folder


def _tables(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Each table's columns: names, types, constraints and places in the key."""
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: db.execute(f"PRAGMA table_info({name})").fetchall() for name in names}


def _joined(before: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """With version 14, what is known of a unit stands in one row."""
    standings = {unit: standing for unit, *standing in before.get("meters", [])}
    rows = [row if len(row) == 6 else (*row, *standings.pop(row[0], [None] * 3)) for row in before["states"]]
    assert not standings, "a database of then has no unit that was heard and has not reported"
    return {name: rows for name, rows in before.items() if name != "meters"} | {"states": rows}


def _others(db: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Indexes and triggers."""
    kinds = "SELECT type, name, tbl_name FROM sqlite_master WHERE type IN ('index', 'trigger')"
    return set(db.execute(kinds))


def test_every_version_that_others_may_have_is_kept():
    assert _VERSIONS == list(range(1, len(_VERSIONS) + 1))
    assert len(_VERSIONS) >= len(MIGRATIONS) - 1, "keep the version before this one: dump_schema.py"


@pytest.mark.parametrize("version", _VERSIONS)
def test_a_database_of_then_is_one_of_now(version: int, tmp_path: Path):
    folder = _of_then(version, tmp_path)
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as db:
        before = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in _tables(db)}
        assert db.execute("PRAGMA user_version").fetchone() == (version,)
    with closing(database.connect(folder)) as db, closing(sqlite3.connect(":memory:")) as fresh:
        migrate(fresh)
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert _tables(db) == _tables(fresh) and _others(db) == _others(fresh)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not db.execute("PRAGMA foreign_key_check").fetchall()
        for name, rows in _joined(before).items():
            now = db.execute(f"SELECT * FROM {name}").fetchall()
            assert [row[: len(rows[0])] for row in now] == rows if rows else not now
    assert {"units", "sessions", "messages", "outbox"} <= before.keys() and before["outbox"]


@pytest.mark.parametrize("version", _VERSIONS)
def test_a_database_of_then_that_is_marked_as_damaged_is_whole(version: int, tmp_path: Path):
    folder = _of_then(version, tmp_path)
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as db:
        before = sum(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _tables(db))
    database.mark_damaged(folder)
    done = database.mend(folder)
    assert done is not None
    assert (done.rows, done.damaged, done.again, done.lost) == (before, (), 0, 0)


@pytest.mark.parametrize("harm", ("lost", "damaged"))
def test_what_a_gateway_of_then_had_a_second_copy_of_is_found_in_it(tmp_path: Path, harm: str):
    folder = _of_then(13, tmp_path)
    path = folder / database.FILE_NAME
    with closing(sqlite3.connect(path)) as db:
        before = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in _tables(db)}
        db.execute("ATTACH ? AS spare", (str(folder / spare.FILE_NAME),))
        for name in spare.TABLES:
            db.execute(f"CREATE TABLE spare.spare_{name} AS SELECT * FROM main.{name}")
        db.execute("CREATE TABLE spare.spare_meters AS SELECT * FROM main.meters")
        if harm == "damaged":
            db.execute("DELETE FROM states")
            db.execute("PRAGMA writable_schema = 1")
            db.execute("UPDATE sqlite_master SET rootpage = 99999 WHERE name = 'meters'")
            db.execute("UPDATE sqlite_master SET rootpage = 99998 WHERE name = 'states'")
        db.commit()
    if harm == "lost":
        path.write_bytes(b"")
    database.mark_damaged(folder)
    done = database.mend(folder)
    assert done is not None and done.refilled >= len(before["states"]) + len(before["meters"])
    with closing(database.connect(folder)) as db:
        assert db.has_spare
        assert db.execute("SELECT * FROM main.states").fetchall() == _joined(before)["states"]
        copies = {name for (name,) in db.execute("SELECT name FROM spare.sqlite_master WHERE type = 'table'")}
        assert copies == {f"spare_{name}" for name in spare.TABLES}


def test_a_unit_that_only_reported_or_was_only_heard_is_known_as_before(tmp_path: Path):
    folder = _of_then(13, tmp_path)
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as db:
        db.execute("INSERT INTO states VALUES ('lamp-2', x'7b7d', x'7b7d')")  # while no clock was set
        db.execute("INSERT INTO meters VALUES ('lamp-3', 5.0, 6.0, ?)", (b'["03",6.0,"2026-11"]',))
        db.commit()
    with closing(database.connect(folder)) as db:
        assert states.told(db).keys() == {"lamp-1", "canopy-1", "lamp-2"}
        assert states.heard(db)["lamp-3"] == (5.0, 6.0) and "lamp-2" not in states.heard(db)
        standing = states.standing(db, "lamp-3")
        assert standing and standing.month == "2026-11" and not states.standing(db, "lamp-2")


def _as_it_was(folder: Path) -> Device:
    """The lamp that joined then, as it stands in the field."""
    lamp = Device("lamp-1")
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as db:
        row = db.execute(
            "SELECT dev_addr, nwk_skey, app_skey, sessions.join_nonce, f_cnt_up, app_key FROM sessions"
            " JOIN keys USING (unit) WHERE unit = 'lamp-1'"
        ).fetchone()
    lamp.nwk_key, lamp.session_key, lamp.f_cnt = Key(row[1]), Key(row[2]), row[4]
    lamp.raw_key = row[5]
    lamp.accepted = SimpleNamespace(dev_addr=row[0], join_nonce=row[3])  # type: ignore[assignment]
    return lamp


@pytest.mark.parametrize("version", (_VERSIONS[0], 9, _VERSIONS[-1]))
def test_a_gateway_of_now_goes_on_where_one_of_then_stopped(street: Street, version: int):
    folder = _of_then(version, street.folder / "data")
    lamp = _as_it_was(folder)
    gateway = street.gateway(lamp, Device("canopy-1", "canopy", 2))
    with gateway.held():
        city = street.city(gateway).ready()
    forwarder = street.forwarder(gateway)
    city.wait("lamp-1/report", lambda body: body["passages"] == 2, 20)  # what waited for the city then
    assert forwarder.push(lamp.report(passages=7), wait_s=15)
    told = city.wait("lamp-1/report", lambda body: body["passages"] == 7, 20)
    assert told["id"] == lamp.message_id(lamp.f_cnt - 1)
    assert "event=join " not in gateway.log.read_text()

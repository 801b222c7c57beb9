"""The store by itself: durable, private, one writer, and counters that go one way."""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from corolle_gateway.counts import Counts
from corolle_gateway.errors import StoreError
from corolle_gateway.log import Log
from corolle_gateway.model import Airtime, Registration, SessionRecord, Unit
from corolle_gateway.store import airtime, alarms, database, messages, registry, schema, sessions, states
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from msgspec.structs import replace

_NOW_S = 1_767_225_600.0  # 2026-01-01: the first JoinNonce is 1


def _unit(name: str, number: int) -> Unit:
    return Unit(name, "lamp", "quai", f"02{number:014x}", "00" * 8, 43.6, 1.4, "C")


def _session(unit: str, dev_addr: int) -> SessionRecord:
    return SessionRecord(unit, dev_addr, b"n" * 16, b"a" * 16, join_nonce=1, f_cnt_down=32)


@pytest.fixture
def db(tmp_path: Path) -> Connection:
    db = database.connect(tmp_path)
    registry.put_all(db, [Registration(_unit("lamp-1", 1), b"k" * 16)], _NOW_S)
    return db


def test_the_database_is_durable_and_private(tmp_path: Path):
    db = database.connect(tmp_path)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert db.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
    assert (tmp_path / database.FILE_NAME).stat().st_mode & 0o777 == 0o600
    (tmp_path / database.FILE_NAME).chmod(0o644)
    database.connect(tmp_path)
    assert (tmp_path / database.FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_database_of_a_newer_gateway_is_left_alone(tmp_path: Path):
    db = database.connect(tmp_path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="the database has version 99, this gateway knows up to"):
        database.connect(tmp_path)


def test_a_migration_runs_once_and_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    db = database.connect(tmp_path)
    registry.put_all(db, [Registration(_unit("lamp-1", 1), b"k" * 16)], _NOW_S)
    db.close()
    later = (*schema.MIGRATIONS, "ALTER TABLE units ADD COLUMN note TEXT NOT NULL DEFAULT 'old'")
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    for _ in range(2):
        db = database.connect(tmp_path)
        assert db.execute("SELECT name, note FROM units").fetchall() == [("lamp-1", "old")]
        db.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    database.connect(tmp_path).close()
    broken = (*schema.MIGRATIONS, "CREATE TABLE half (x); CREATE TABLE units (x)")
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(StoreError, match="table units already exists"):
            database.connect(tmp_path)
    db = database.connect(tmp_path)
    assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)


def test_a_data_dir_has_one_gateway(tmp_path: Path):
    with database.claim(tmp_path / "data"):
        with pytest.raises(StoreError, match="another gateway is running"):
            database.claim(tmp_path / "data")
    database.claim(tmp_path / "data").close()


def _with_writer(db: Connection, scenario: Callable[[Writer], Awaitable[None]]) -> Counts:
    counts = Counts(Log(lambda: 0.0, "error", sys.stderr))

    async def run() -> None:
        writer = Writer(db, counts)
        await scenario(writer)
        await writer.close()

    asyncio.run(run())
    return counts


def test_what_comes_together_is_committed_together(tmp_path: Path, db: Connection):
    statements: list[str] = []
    db.set_trace_callback(statements.append)
    seen_by_others: list[int] = []

    async def scenario(writer: Writer) -> None:
        other = sqlite3.connect(tmp_path / database.FILE_NAME)

        def look(_: object) -> None:
            seen_by_others.append(other.execute("SELECT count(*) FROM messages").fetchone()[0])

        futures = [
            writer.submit(lambda db, n=n: messages.put(db, n, "lamp-1", "report", str(n), 0.0, b""))
            for n in range(1, 101)
        ]
        for future in futures:
            future.then(look)
        assert all(await asyncio.gather(*futures))

    _with_writer(db, scenario)
    assert statements.count("COMMIT") <= 3
    assert seen_by_others == [100] * 100  # nobody is told before it is committed


def test_one_culprit_fails_alone(db: Connection):
    async def scenario(writer: Writer) -> None:
        good = [writer.submit(lambda db, n=n: registry.use_nonces(db, "lamp-1", n)) for n in (1, 2)]
        bad = writer.submit(lambda db: db.execute("INSERT INTO counts VALUES (NULL, NULL, NULL)"))
        good.append(writer.submit(lambda db: registry.use_nonces(db, "lamp-1", 3)))
        assert await asyncio.gather(*good) == [1, 2, 3]
        with pytest.raises(sqlite3.IntegrityError):
            await bad

    assert _with_writer(db, scenario).rejected == {"store_failed": 1}


def test_operations_of_several_steps_take_each_step_together_and_in_their_order(db: Connection):
    took: list[str] = []

    def step(said: str, result: object = None) -> Callable[[Connection], object]:
        return lambda _: (took.append(said), result)[1]

    async def scenario(writer: Writer) -> None:
        outcomes = await asyncio.gather(
            writer.submit(step("a1", "all"), step("a2"), step("a3")),
            writer.submit(step("b1", 0), step("never"), step("never")),
            writer.submit(step("c1", "some"), step("c2", False), step("never")),
            writer.submit(step("alone", "one")),
            writer.submit(step("d1", "later"), step("d2"), step("d3")),
        )
        assert outcomes == ["all", 0, "some", "one", "later"]

    _with_writer(db, scenario)
    assert took == ["a1", "b1", "c1", "a2", "c2", "a3", "alone", "d1", "d2", "d3"]


def test_a_culprit_among_several_steps_fails_alone(db: Connection):
    async def scenario(writer: Writer) -> None:
        def use(n: int) -> Callable[[Connection], object]:
            return lambda db: registry.use_nonces(db, "lamp-1", n)

        good = writer.submit(use(1), lambda _: None)
        bad = writer.submit(use(2), lambda db: db.execute("INSERT INTO counts VALUES (NULL, NULL, NULL)"))
        assert await good == 1
        with pytest.raises(sqlite3.IntegrityError):
            await bad
        assert await writer.submit(use(2)) == 2, "its first step was undone"

    assert _with_writer(db, scenario).rejected == {"store_failed": 1}


def test_a_fault_of_our_own_does_not_stop_the_writer(db: Connection):
    def faulty(db: Connection) -> None:
        registry.use_nonces(db, "lamp-1", 9)
        raise ZeroDivisionError

    async def scenario(writer: Writer) -> None:
        with pytest.raises(ZeroDivisionError):
            await writer.submit(faulty)
        assert await writer.submit(lambda db: registry.use_nonces(db, "lamp-1", 1)) == 1  # 9 was undone

    assert _with_writer(db, scenario).rejected == {"store_failed": 1}


def test_an_error_that_cannot_even_be_counted_does_not_stop_the_writer(
    db: Connection, monkeypatch: pytest.MonkeyPatch
):
    async def scenario(writer: Writer) -> None:
        with monkeypatch.context() as patched:
            patched.delattr(Counts, "reject")
            async with asyncio.timeout(5):
                with pytest.raises(sqlite3.IntegrityError):
                    await writer.submit(lambda db: db.execute("INSERT INTO counts VALUES (NULL, NULL, NULL)"))
        assert await writer.submit(lambda db: registry.use_nonces(db, "lamp-1", 1)) == 1

    _with_writer(db, scenario)


def test_a_full_disk_fails_what_does_not_fit_and_nothing_else(db: Connection):
    (pages,) = db.execute("PRAGMA page_count").fetchone()

    async def scenario(writer: Writer) -> None:
        db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            await writer.submit(lambda db: messages.put(db, 1, "lamp-1", "report", "1", 0.0, bytes(100_000)))
        db.execute("PRAGMA max_page_count = 100000")
        assert await writer.submit(lambda db: messages.put(db, 1, "lamp-1", "report", "1", 0.0, b"")) is True

    assert _with_writer(db, scenario).rejected == {"store_failed": 1}


def test_nonces_go_one_way(db: Connection):
    assert registry.use_nonces(db, "lamp-1", 0) == 1
    assert registry.use_nonces(db, "lamp-1", 0) is None
    assert registry.use_nonces(db, "lamp-1", 700) == 2
    assert registry.use_nonces(db, "lamp-1", 699) is None
    assert registry.use_nonces(db, "nobody", 1) is None


def test_another_controller_or_key_counts_anew_but_never_its_join_nonces(db: Connection):
    registry.use_nonces(db, "lamp-1", 500)
    registry.put_all(db, [Registration(_unit("lamp-1", 1), b"k" * 16)], _NOW_S)
    assert registry.use_nonces(db, "lamp-1", 1) is None
    registry.put_all(db, [Registration(_unit("lamp-1", 1), b"K" * 16)], _NOW_S)
    assert registry.use_nonces(db, "lamp-1", 1) == 2
    registry.put_all(db, [Registration(_unit("lamp-1", 9), b"K" * 16)], _NOW_S)
    assert registry.use_nonces(db, "lamp-1", 0) == 3


def test_a_lost_database_hands_out_no_join_nonce_again(tmp_path: Path):
    units = [Registration(_unit("lamp-1", 1), b"k" * 16)]
    nonces = []
    for attempt, now_s in enumerate((_NOW_S, _NOW_S + 3600)):
        data_dir = tmp_path / str(attempt)
        data_dir.mkdir()
        db = database.connect(data_dir)
        registry.put_all(db, units, now_s)
        nonces += [registry.use_nonces(db, "lamp-1", dev_nonce) for dev_nonce in range(20)]
    assert nonces == [*range(1, 21), *range(61, 81)]


def test_two_units_exchange_their_controllers(db: Connection):
    registry.put_all(db, [Registration(_unit("lamp-2", 2), b"2" * 16)], _NOW_S)
    registry.put_all(
        db, [Registration(_unit("lamp-1", 2), b"2" * 16), Registration(_unit("lamp-2", 1), b"k" * 16)], _NOW_S
    )
    assert [(unit.name, unit.dev_eui[-1]) for unit, _ in registry.everyone(db)] == [
        ("lamp-1", "2"),
        ("lamp-2", "1"),
    ]


def test_a_session_ends_with_its_key_and_a_place_that_changes_ends_none(db: Connection):
    sessions.begin(db, _session("lamp-1", 7))
    moved = replace(_unit("lamp-1", 1), lat_deg=1.0, groups=("banks",))
    registry.put_all(db, [Registration(moved, b"k" * 16)], _NOW_S)
    assert [session.dev_addr for session in sessions.everyone(db)] == [7]
    registry.put_all(db, [Registration(moved, b"K" * 16)], _NOW_S)
    assert sessions.everyone(db) == []


def test_totals_are_the_unit_s_and_raw_steps_its_controller_s(db: Connection):
    states.put(db, "lamp-1", (b"{}", b'{"energy_wh":[3000,90000]}'), None)
    registry.put_all(db, [Registration(_unit("lamp-1", 1), b"K" * 16)], _NOW_S)
    assert states.told(db)["lamp-1"][1] == b'{"energy_wh":[3000,90000]}'
    registry.put_all(db, [Registration(_unit("lamp-1", 9), b"K" * 16)], _NOW_S)
    assert states.told(db)["lamp-1"][1] == b'{"energy_wh":[-1,90000]}'


def test_a_unit_is_lost_and_found(db: Connection):
    sessions.begin(db, _session("lamp-1", 7))
    alarms.put(db, "lamp-1", "silent", {}, _NOW_S)
    lost = Registration(replace(_unit("lamp-1", 1), revoked=True), b"k" * 16)
    registry.put_all(db, [lost], _NOW_S)
    assert registry.units(db) == [lost.unit] and sessions.everyone(db) and not alarms.still_open(db)
    registry.put_all(db, [Registration(_unit("lamp-1", 9), b"K" * 16)], _NOW_S)
    assert not registry.units(db)[0].revoked and not sessions.everyone(db)


def test_an_uplink_counter_is_used_once(db: Connection):
    session = sessions.begin(db, _session("lamp-1", 7))
    assert sessions.advance(db, session.id, 5, 64, "eui", b"", True)
    assert not sessions.advance(db, session.id, 5, 64, "eui", b"", True)
    assert not sessions.advance(db, session.id, 4, 64, "eui", b"", True)
    assert sessions.advance(db, session.id, 6, 32, "eui", b"", True)
    (kept,) = sessions.everyone(db)
    assert (kept.f_cnt_up, kept.f_cnt_down, kept.active, kept.gateway) == (7, 64, True, "eui")


def test_the_old_session_stays_until_the_new_one_is_used(db: Connection):
    old = sessions.begin(db, _session("lamp-1", 1))
    sessions.advance(db, old.id, 0, 32, "", b"", True)
    sessions.begin(db, _session("lamp-1", 2))
    newest = sessions.begin(db, _session("lamp-1", 3))
    assert [session.dev_addr for session in sessions.everyone(db)] == [1, 3]
    assert sessions.advance(db, old.id, 1, 32, "", b"", False)
    assert sessions.advance(db, newest.id, 0, 32, "", b"", True)
    assert [session.dev_addr for session in sessions.everyone(db)] == [3]
    assert not sessions.advance(db, old.id, 2, 32, "", b"", True)


def test_keys_are_not_in_a_repr(db: Connection):
    assert "nnnn" not in repr(sessions.begin(db, _session("lamp-1", 1)))
    assert "kkkk" not in repr(Registration(_unit("lamp-1", 1), b"k" * 16))


def test_a_message_gets_in_once(db: Connection):
    assert messages.put(db, 1, "lamp-1", "report", "1-5", 0.0, b"first")
    assert not messages.put(db, 2, "lamp-1", "report", "1-5", 0.0, b"again")
    assert messages.put(db, 3, "lamp-2", "report", "1-5", 0.0, b"another's")
    assert messages.put(db, 4, "lamp-1", "ack", None, 0.0, b"")
    assert messages.put(db, 5, "lamp-1", "ack", None, 0.0, b"")
    assert messages.backlog(db) == 4


def test_the_outbox_holds_back_and_goes_on_where_it_was(db: Connection):
    async def scenario(writer: Writer) -> None:
        outbox = Outbox(writer)
        await outbox.load()
        ids = [outbox.next_id() for _ in range(4)]
        outbox.hold(ids[1])
        for number in ids:
            kind = "event" if number == ids[3] else "report"
            writer.submit(lambda db, n=number, k=kind: messages.put(db, n, "lamp-1", k, str(n), 0.0, b""))

        async def taken(outbox: Outbox, lane: int, after: int = 0, room: int = 10) -> list[int]:
            return [row.id for row in (await outbox.take({lane: after}, {lane: room}))[lane]]

        assert await taken(outbox, 1) == ids[:1]
        assert await outbox.take({0: 0, 1: 0}, {0: 10}) == {0: []}  # behind the one that is held
        outbox.release(ids[1])
        assert await taken(outbox, 1) == ids[:3]
        assert await taken(outbox, 1, ids[0], 1) == [ids[1]]
        assert await taken(outbox, 0) == [ids[3]]
        await outbox.published([(1, ids[0]), (0, ids[3])])
        later = Outbox(writer)
        await later.load()
        assert await taken(later, 1) == ids[1:3]
        assert later.next_id() == ids[3] + 1

    _with_writer(db, scenario)


def test_what_was_not_sent_after_all_leaves_the_ledger(db: Connection):
    sent = Airtime("eui", "868000", 7000.0, 5)
    for each in (sent, sent, Airtime("eui", "869400", 7000.0, 5)):
        airtime.put(db, each, 0.0)
    airtime.take_back(db, sent)
    assert [each.band for each in airtime.since(db, 0.0)] == ["868000", "869400"]


def test_the_ledger_forgets_what_no_longer_counts(db: Connection):
    for time_s in (0.0, 3000.0, 7000.0):
        airtime.put(db, Airtime("eui", "868000", time_s, 5), time_s - 3600)
    assert [each.time_s for each in airtime.since(db, 0.0)] == [7000.0]

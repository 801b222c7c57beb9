"""The store is bounded: the oldest reports go, nothing else does, and the room left is said in hours."""

import asyncio
import io
import re
import sqlite3
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub import keeper as keeping
from corolle_gateway.hub.keeper import Keeper
from corolle_gateway.log import Log
from corolle_gateway.store import bounds, database, messages
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.writer import Writer

_BODY = b'{"id":"x"}' * 40


@pytest.fixture
def db(tmp_path: Path) -> Connection:
    return database.connect(tmp_path)


def _put(db: Connection, first: int, count: int, kind: str = "report") -> None:
    db.execute("BEGIN")
    for number in range(first, first + count):
        assert messages.put(db, number, f"lamp-{number % 10}", kind, f"{kind}-{number}", 0.0, _BODY)
    db.execute("COMMIT")


def _publish(db: Connection, numbers: range, lane: int = 1) -> None:
    db.execute("BEGIN")
    messages.published(db, [(lane, number) for number in numbers])
    db.execute("COMMIT")


def _kept(db: Connection, kind: str) -> list[int]:
    return [n for (n,) in db.execute("SELECT id FROM messages WHERE kind = ? ORDER BY id", (kind,))]


def _looked(db: Connection, max_mb: int, looks: int = 1, keep_days: int = 30) -> tuple[Keeper, Counts]:
    log = Log(lambda: 0.0, "error", sys.stderr)
    counts = Counts(log)

    async def run() -> Keeper:
        keeper = Keeper(SystemClock(), log, counts, Writer(db, counts), max_mb, keep_days)
        for _ in range(looks):
            await keeper.look()
        return keeper

    return asyncio.run(run()), counts


def test_what_the_city_has_goes_first_and_oldest_first(db: Connection):
    _put(db, 1, 20, "event")
    _put(db, 21, 6000)
    _publish(db, range(21, 3021))
    _, counts = _looked(db, max_mb=2)
    assert bounds.fill(db).used_bytes <= 2_000_000
    kept = _kept(db, "report")
    assert kept == list(range(kept[0], 6021)) and kept[0] <= 3021
    assert messages.backlog(db) == 3000 + 20
    assert counts.done == {"reports_forgotten": kept[0] - 21}


def test_what_waits_for_the_city_is_thinned_and_of_each_unit_some_of_all_times_stays(db: Connection):
    _put(db, 1, 10_000)
    _looked(db, max_mb=4)
    assert bounds.fill(db).used_bytes <= 4_000_000
    kept = _kept(db, "report")
    assert kept[0] <= 10 and kept[-1] == 10_000
    oldest, newest = [n for n in kept if n <= 2000], [n for n in kept if n > 9000]
    assert 0 < len(oldest) <= 1000 and len(newest) >= len(oldest) / 2
    for unit in range(10):
        mine = [n for n in kept if n % 10 == unit]
        assert max(after - before for before, after in pairwise(mine)) <= 40
    assert messages.backlog(db) == len(kept)


def test_more_units_than_are_looked_at_together_are_thinned_too(db: Connection):
    db.execute("BEGIN")
    for number in range(1, 1201):
        messages.put(db, number, f"lamp-{number % 600}", "report", str(number), 0.0, b"")
    at, gone = bounds.Thinning(), 0
    for _ in range(5):
        n, at = bounds.thin(db, at, 256)
        gone += n
    assert gone == 599 and _kept(db, "report") == [*range(1, 601), 1200]


@pytest.mark.parametrize("kind", ("sanitary", "report"))
def test_what_the_broker_does_not_take_holds_nothing_but_itself(db: Connection, kind: str):
    _put(db, 1, 1, kind)
    _put(db, 2, 5000)
    _publish(db, range(2, 5002))
    _, counts = _looked(db, max_mb=1)
    assert bounds.fill(db).used_bytes <= 1_000_000 and not counts.rejected
    assert messages.backlog(db) == 1 and _kept(db, kind)[0] == 1
    assert counts.done.keys() == {"reports_forgotten"}


def test_what_was_passed_over_goes_when_the_city_has_it(db: Connection):
    _put(db, 1, 3000)
    at, gone = bounds.Forgetting(), 0
    for published in (range(1001, 2001), range(1, 1001), range(2001, 3000)):
        _publish(db, published)
        at = at.anew()
        db.execute("BEGIN")
        while not at.is_over:
            n, at = bounds.forget(db, at, None, 256)
            gone += n
        db.execute("COMMIT")
        assert gone == 3000 - len(_kept(db, "report")) == 3000 - messages.backlog(db)
    assert gone == 2999


def test_the_newest_message_stays_whatever_goes_so_that_no_number_is_given_again(
    tmp_path: Path, db: Connection
):
    with closing(database.journal(tmp_path, 1_000_000)) as journal:
        db.note = journal.note
        _put(db, 1, 400)
        journal.flush(db)
    _publish(db, range(1, 401, 2))
    for _ in range(2):
        bounds.forget(db, bounds.Forgetting(), None, 500)
        bounds.thin(db, bounds.Thinning(), 500)
        bounds.expire(db, 400, 500)
        _publish(db, range(1, 401))
    assert _kept(db, "report") == [400]
    db.close()
    with closing(database.connect(tmp_path)) as again:
        assert not again.restored and messages.backlog(again) == 0 and messages.last_id(again) == 400


def test_events_acks_and_sanitary_records_never_go(db: Connection):
    for place, kind in enumerate(("event", "ack", "sanitary")):
        _put(db, 1 + 2000 * place, 2000, kind)
    _publish(db, range(1, 4001), lane=0)
    _, counts = _looked(db, max_mb=2)
    assert [len(_kept(db, kind)) for kind in ("event", "ack", "sanitary")] == [2000, 2000, 2000]
    assert counts.rejected == {"store_over_limit": 1}


def test_age_is_counted_in_hours_of_service(db: Connection):
    _put(db, 1, 100)
    _publish(db, range(1, 51))
    _put(db, 101, 5, "event")
    for _ in range(25):
        bounds.begin_hour(db)
    _put(db, 106, 10)
    _, counts = _looked(db, max_mb=100, keep_days=1)
    assert _kept(db, "report") == list(range(106, 116))
    assert len(_kept(db, "event")) == 5
    assert counts.done == {"reports_forgotten": 50, "reports_expired": 50}
    assert db.execute("SELECT count(*) FROM hours").fetchone()[0] <= 26


def test_no_restart_makes_a_message_old(db: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keeping, "_LOOKS_AN_HOUR", 3)
    _put(db, 1, 10)
    for _ in range(30):
        _looked(db, max_mb=100, looks=3, keep_days=1)
    assert len(_kept(db, "report")) == 10
    _looked(db, max_mb=100, looks=3 * 25 + 1, keep_days=1)
    assert _kept(db, "report") == [10], "the newest stays"


def test_an_hour_that_ends_while_the_store_fails_is_one_hour(db: Connection, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: object) -> int:
        raise sqlite3.OperationalError("disk I/O error")

    async def run() -> None:
        log = Log(lambda: 0.0, "error", io.StringIO())
        counts = Counts(log)
        keeper = Keeper(SystemClock(), log, counts, Writer(db, counts), 100, 1)
        for _ in range(3):
            await keeper.look()
        monkeypatch.setattr(bounds, "older_than", fails)
        for _ in range(30):
            with pytest.raises(sqlite3.OperationalError):
                await keeper.look()

    monkeypatch.setattr(keeping, "_LOOKS_AN_HOUR", 3)
    asyncio.run(run())
    assert db.execute("SELECT count(*) FROM hours").fetchone() == (1,)


def test_the_room_is_said_in_hours(db: Connection):
    empty = bounds.fill(db).used_bytes
    keeper, _ = _looked(db, max_mb=100)
    assert keeper.room is not None and keeper.room.hours_left is None
    log = Log(lambda: 0.0, "error", sys.stderr)
    counts = Counts(log)

    async def run() -> Keeper:
        keeper = Keeper(SystemClock(), log, counts, Writer(db, counts), 100, 30)
        await keeper.look()
        _put(db, 1, 1000)  # in ten seconds
        counts.count("reports", 1000)
        await keeper.look()
        return keeper

    room = asyncio.run(run()).room
    assert room is not None
    assert (room.unsent, room.per_hour) == (1000, 360_000)
    used_of_each = (bounds.fill(db).used_bytes - empty) / 1000
    assert room.hours_left == pytest.approx(100e6 / used_of_each / 360_000, rel=0.15)


def test_the_days_that_a_report_is_kept_are_hours_too_and_the_first_that_goes_is_logged(
    db: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeping, "_LOOKS_AN_HOUR", 2)
    _put(db, 1, 10, "event")  # never go
    _put(db, 11, 10)
    _put(db, 21, 1, "event")
    lines = io.StringIO()
    log = Log(lambda: 0.0, "info", lines)
    counts = Counts(log)
    said: list[float | None] = []

    async def run() -> None:
        keeper = Keeper(SystemClock(), log, counts, Writer(db, counts), 100, 1)
        while not counts.done:
            await keeper.look()
            assert keeper.room is not None
            said.append(keeper.room.hours_left)

    asyncio.run(run())
    assert said == [*(24.5 - look / 2 for look in range(50)), None]
    assert counts.done == {"reports_expired": 10}
    assert re.findall(r"event=(\w+)(?: way=(\w+))?", lines.getvalue()) == [
        ("store_filling", ""),
        ("reports_given_up", "expired"),
        ("store_has_room", ""),
    ]


def test_a_small_disk_has_hours_too_and_the_journal_takes_half_of_it(
    db: Connection, monkeypatch: pytest.MonkeyPatch
):
    disk = SimpleNamespace(f_bavail=1000, f_frsize=4096)
    monkeypatch.setattr(bounds.os, "statvfs", lambda _: disk)
    log = Log(lambda: 0.0, "error", sys.stderr)
    counts = Counts(log)

    async def run() -> Keeper:
        keeper = Keeper(SystemClock(), log, counts, Writer(db, counts), 1000, 30)
        await keeper.look()
        _put(db, 1, 10)
        await keeper.look()
        return keeper

    room = asyncio.run(run()).room
    assert room is not None and room.is_short
    taken = bounds.fill(db).message_bytes * 10 * 360 * 2
    assert room.hours_left == pytest.approx(1000 * 4096 / taken, rel=0.1)


def test_a_message_takes_what_it_is_said_to_take(db: Connection):
    before = bounds.fill(db).used_bytes
    _put(db, 1, 5000)
    after = bounds.fill(db)
    assert (after.used_bytes - before) / 5000 == pytest.approx(after.message_bytes, rel=0.15)

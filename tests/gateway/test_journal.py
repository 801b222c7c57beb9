"""The second copy of what waits for the city: whichever page of the database is damaged, it is not lost."""

import asyncio
import errno
import io
import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.store import database, messages
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.journal import FOLDER, Journal, rows, segments
from corolle_gateway.store.writer import Writer

_PAGE = 4096
_MB = 1_000_000
_MESSAGES, _SENT = 200, 50
Unsent = dict[int, tuple[str, str, bytes]]


def _body(number: int) -> bytes:
    return b'{"id": "lamp-1-7-%d", "level_pct": 40, "filling": "%s"}' % (number, b"x" * 180)


def _filled(folder: Path) -> Unsent:
    """A store of messages of which some are sent; those that are not."""

    async def run() -> None:
        counts = Counts(Log(lambda: 0.0, "error", io.StringIO()))
        writer = Writer(database.connect(folder), counts, database.journal(folder, _MB))
        for number in range(1, _MESSAGES + 1):
            kind = "event" if number % 5 == 0 else "report"
            told = number, f"lamp-{number % 7}", kind, f"7-{number}", 1e9 + number, b"{}"
            stored = writer.submit(lambda db, told=told: messages.put(db, *told))
            writer.submit(lambda db, number=number: messages.replace_body(db, number, _body(number)))
            if number % 10 == 0:
                await stored
        sent = [
            (messages.LANES[kind], number) for number in range(1, _SENT + 1) for kind in ("event", "report")
        ]
        await writer.submit(lambda db: messages.published(db, sent))
        await writer.close()
        assert not counts.rejected

    with database.claim(folder):
        asyncio.run(run())
    unsent = _unsent(folder)
    assert len(unsent) == _MESSAGES - _SENT
    return unsent


def _unsent(folder: Path) -> Unsent:
    with closing(sqlite3.connect(folder / "gateway.sqlite")) as db:
        found = db.execute("SELECT id, unit, kind, body FROM outbox JOIN messages ON id = message")
        return {number: (unit, kind, body) for number, unit, kind, body in found}


def test_whichever_page_is_damaged_nothing_that_waits_is_lost(tmp_path: Path):
    whole = tmp_path / "whole"
    unsent = _filled(whole)
    pages = (whole / "gateway.sqlite").stat().st_size // _PAGE
    assert pages > 40
    noise = random.Random(1)
    for page in range(pages):
        folder = tmp_path / "damaged"
        shutil.copytree(whole, folder)
        with (folder / "gateway.sqlite").open("r+b") as file:
            file.seek(page * _PAGE)
            file.write(noise.randbytes(_PAGE) if page % 2 else bytes(_PAGE))
        database.mark_damaged(folder)
        done = database.mend(folder)
        assert done is not None and done.lost == 0
        found = _unsent(folder)
        assert not {number: row for number, row in unsent.items() if found.get(number) != row}, page
        shutil.rmtree(folder)


def test_a_damaged_message_that_holds_another_one_s_key_makes_way_for_it(tmp_path: Path):
    unsent = _filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "gateway.sqlite")) as db:
        for number, holder in ((120, 20), (130, 131)):
            (unit,) = db.execute("DELETE FROM messages WHERE id = ? RETURNING unit", (number,)).fetchone()
            db.execute("UPDATE messages SET unit = ?, key = ? WHERE id = ?", (unit, f"7-{number}", holder))
        db.commit()
    database.mark_damaged(tmp_path)
    done = database.mend(tmp_path)
    assert done is not None and done.lost == 0
    assert _unsent(tmp_path) == unsent


def test_a_log_whose_end_is_damaged_loses_nothing_that_waits(tmp_path: Path):
    folder = tmp_path / "data"
    folder.mkdir()
    with (
        closing(database.connect(folder)) as db,
        closing(database.journal(folder, _MB)) as journal,
    ):
        db.note = journal.note
        for number in range(1, 41):
            db.execute("BEGIN")
            messages.put(db, number, "lamp-1", "report", str(number), 1e9, _body(number))
            db.execute("COMMIT")
            journal.flush(db)
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)  # as a power cut would leave it
    wal = copy / "gateway.sqlite-wal"
    with wal.open("r+b") as file:
        file.seek(wal.stat().st_size // 2)
        file.write(b"\xff" * 64)
    with closing(sqlite3.connect(copy / "gateway.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM messages").fetchone()[0] < 40
        (kept,) = db.execute("SELECT count(*) FROM messages").fetchone()
    with closing(database.connect(copy)) as db:
        counts = Counts(Log(lambda: 0.0, "error", io.StringIO()))
        Writer(db, counts)
        assert counts.done == {"messages_restored": 40 - kept}
    assert sorted(_unsent(copy)) == list(range(1, 41))


def test_what_was_not_committed_is_not_in_the_journal(tmp_path: Path):
    async def run() -> None:
        counts = Counts(Log(lambda: 0.0, "error", io.StringIO()))
        writer = Writer(database.connect(tmp_path), counts, database.journal(tmp_path, _MB))

        def faulty(db: Connection) -> None:
            messages.put(db, 2, "lamp-1", "report", "b", 1e9, b"{}")
            raise KeyError("a fault of ours")

        good = writer.submit(lambda db: messages.put(db, 1, "lamp-1", "report", "a", 1e9, b"{}"))
        bad = writer.submit(faulty)
        twin = writer.submit(lambda db: messages.put(db, 3, "lamp-1", "report", "a", 1e9, b"{}"))
        assert await good and not await twin
        with pytest.raises(KeyError):
            await bad
        await writer.close()

    asyncio.run(run())
    assert [row.id for row in rows(tmp_path / FOLDER)] == [1]


def test_segments_go_when_the_city_has_them_and_never_take_more_than_their_room(tmp_path: Path):
    db = database.connect(tmp_path)
    journal = Journal(tmp_path / FOLDER, 40_000)
    db.note = journal.note

    def put(first: int, end: int) -> None:
        for number in range(first, end):
            if number % 10 == 0:
                db.execute("BEGIN")
            messages.put(db, number, "lamp-1", "report", str(number), 1e9, _body(number))
            if number % 10 == 9:
                db.execute("COMMIT")
                journal.flush(db)

    put(0, 100)
    assert len(segments(tmp_path / FOLDER)) == 4
    messages.published(db, [(1, number) for number in range(100)])
    put(100, 150)
    kept = [row.id for row in rows(tmp_path / FOLDER)]
    assert kept[0] > 60 and kept[-50:] == list(range(100, 150))
    put(150, 1000)
    assert sum(path.stat().st_size for path in segments(tmp_path / FOLDER)) <= 40_000
    journal.close()
    again = Journal(tmp_path / FOLDER, 40_000)  # another run begins another segment, and counts the others
    again.close()
    db.close()


def test_a_disk_that_is_full_leaves_no_half_records_and_no_empty_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    room = 1 << 30

    def write(file: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = really(file, data[: min(room, 100)])
        room -= written
        return written

    really = os.write
    monkeypatch.setattr(os, "write", write)
    with closing(database.connect(tmp_path)) as db, closing(Journal(tmp_path / FOLDER, _MB)) as journal:
        db.note = journal.note
        failed = set[int]()
        for number in range(1, 31):
            room = 150 if 10 < number <= 20 else 1 << 30  # less than a record takes
            messages.put(db, number, "lamp-1", "report", str(number), 1e9, _body(number))
            try:
                journal.flush(db)
            except OSError:
                failed.add(number)
        assert failed == set(range(11, 21))
        assert [row.id for row in rows(tmp_path / FOLDER)] == [*range(1, 11), *range(21, 31)]
        assert len(segments(tmp_path / FOLDER)) == 1


def test_a_damaged_record_costs_what_follows_it_in_its_segment_alone(tmp_path: Path):
    unsent = _filled(tmp_path)
    first = segments(tmp_path / FOLDER)[0]
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 1
    first.write_bytes(data)
    found = {row.id for row in rows(tmp_path / FOLDER)}
    assert 0 < len(found) < _MESSAGES
    assert _unsent(tmp_path) == unsent

"""Work that nobody waits for, and that must not end unseen."""

import asyncio
import io

import pytest
from corolle_gateway import tasks
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.tasks import Tasks


def test_work_that_is_kept_goes_on_after_a_fault_which_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tasks, "_AGAIN_S", 0.01)
    lines = io.StringIO()
    done: list[str] = []

    async def work() -> None:
        done.append("begun")
        if len(done) == 1:
            raise KeyError("lamp-1")
        await asyncio.Event().wait()

    async def run() -> Counts:
        log = Log(lambda: 0.0, "info", lines)
        counts = Counts(log)
        kept = Tasks(log, counts)
        kept.keep(work)
        async with asyncio.timeout(20):
            while len(done) < 2:
                await asyncio.sleep(0.01)
        await kept.stop()
        return counts

    counts = asyncio.run(run())
    assert counts.rejected == {"internal_error": 1}
    assert "KeyError('lamp-1')" in lines.getvalue()


def test_counts_that_could_not_be_stored_are_told_and_stored_later():
    async def run() -> None:
        counts = Counts(Log(lambda: 0.0, "error", io.StringIO()))
        counts.load({("done", "uplinks"): 5})
        counts.count("uplinks", 2)
        fresh = counts.take_fresh()
        counts.count("uplinks")
        assert counts.done == {"uplinks": 8}
        counts.give_back(fresh)
        assert counts.done == {"uplinks": 8} and counts.changed.is_set()
        assert counts.take_fresh() == {("done", "uplinks"): 3}
        assert counts.take_fresh() == {} and counts.done == {"uplinks": 8}

    asyncio.run(run())

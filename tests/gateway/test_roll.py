"""The roll on a real store: what could not be followed at once is followed later."""

import asyncio
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

from corolle_gateway import units_file
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.roll import Roll
from corolle_gateway.log import Log
from corolle_gateway.model import UnitsChange
from corolle_gateway.store import database
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks
from radio_device import Device


def _listed(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "units.json"
    path.touch(0o600)
    path.write_text(json.dumps({"units": entries}))
    return path


def test_a_change_that_could_not_be_followed_is_followed_at_the_next_look(tmp_path: Path):
    """It is in the store by then, and so there is nothing to be entered any more."""
    followed: list[UnitsChange] = []
    calls: list[UnitsChange] = []

    async def follow(change: UnitsChange) -> None:
        calls.append(change)
        if len(calls) == 1:
            raise sqlite3.OperationalError("disk I/O error")
        followed.append(change)

    async def run() -> None:
        log = Log(lambda: 0.0, "error", io.StringIO())
        counts = Counts(log)
        tasks, writer = Tasks(log, counts), Writer(database.connect(tmp_path), counts)
        lamp = Device("lamp-1", number=1)
        path = _listed(tmp_path, lamp.registration())
        roll = Roll(path, "gw", SystemClock(), log, counts, writer, follow)
        await roll.enter(units_file.load(path))
        _listed(tmp_path, lamp.registration() | {"revoked": True})
        tasks.keep(roll.run)
        for look in range(2):
            roll.look()
            async with asyncio.timeout(10):
                while len(calls) <= look:
                    await asyncio.sleep(0.01)
        await tasks.stop()
        await writer.close()

    asyncio.run(run())
    assert [sorted(change.changed) for change in followed] == [["lamp-1"]]
    assert not followed[0].in_service

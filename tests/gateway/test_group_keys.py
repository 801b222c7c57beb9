"""Who has been told a group's key, when another list of units comes while the disk is full."""

import asyncio
import io
from pathlib import Path
from typing import Any

from corolle.wire.multicast import build_answer
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.groups import Groups
from corolle_gateway.links.lorawan.sessions import Session, Sessions
from corolle_gateway.links.lorawan.terms import Terms
from corolle_gateway.log import Log
from corolle_gateway.model import SessionRecord, Unit
from corolle_gateway.store import database
from corolle_gateway.store.lorawan import LorawanMemory
from corolle_gateway.store.writer import Writer
from msgspec.structs import replace

_KEY = bytes(16)
# What is read is read on a full disk as well.
_FULL = """CREATE TEMP TRIGGER full BEFORE INSERT ON main.multicast
BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"""


def _lamp(number: int, *groups: str) -> Unit:
    return Unit(f"lamp-{number}", "lamp", "quai", f"{number:016x}", "", 43.6, 1.4, "C", groups)


def test_who_has_left_a_group_while_the_disk_is_full_keeps_no_key_and_the_others_keep_theirs(tmp_path: Path):
    async def run() -> None:
        db, counts = database.connect(tmp_path), Counts(Log(lambda: 0.0, "error", io.StringIO()))
        writer, sessions, nobody = Writer(db, counts), Sessions(), None
        given: Any = SystemClock(), LorawanMemory(writer), sessions, nobody, 0, Terms()
        groups = Groups(*given)
        lamps = [_lamp(n, "banks", "trees") for n in (1, 2, 3)]
        for lamp in lamps:
            record = SessionRecord(lamp.name, lamp.name.__hash__() & 0xFFFF, _KEY, _KEY, 1, active=True)
            sessions.add(Session(lamp, record))
        await groups.load([(lamp, _KEY) for lamp in lamps])
        for lamp in lamps:
            for slot in (1, 2):
                await writer.submit(groups.heard(lamp.name, build_answer(slot, False)))
        assert len(await groups.members("banks")) == len(await groups.members("trees")) == 3
        lamps[0] = replace(lamps[0], groups=("banks",))
        db.execute(_FULL)
        await groups.load([(lamp, _KEY) for lamp in lamps])
        db.execute("DROP TRIGGER full")
        assert await groups.members("banks") == {"lamp-1", "lamp-2", "lamp-3"}
        assert await groups.members("trees") == set()  # which has another key now
        assert groups.waiting("lamp-2") and not groups.waiting("lamp-1")
        await writer.close()

    asyncio.run(run())

"""Alarms of a unit that is lost while something tells of them, on a real store."""

import asyncio
import io
from pathlib import Path

from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.alarming.life import Sign
from corolle_gateway.log import Log
from corolle_gateway.model import Registration, Unit
from corolle_gateway.store import alarms, database, registry
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from msgspec.structs import replace

_LAMP = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.4, "C")
_LOST = replace(_LAMP, revoked=True)


def test_what_is_told_of_a_unit_while_it_is_lost_raises_nothing(tmp_path: Path):
    """Nothing would ever clear it: its alarms have ended as that was stored."""

    async def run() -> None:
        clock, log = SystemClock(), Log(lambda: 0.0, "error", io.StringIO())
        counts, db = Counts(log), database.connect(tmp_path)
        registry.put_all(db, [Registration(_LAMP, bytes(16))], clock.now())
        writer = Writer(db, counts)
        book = Alarms(clock, log, counts, writer, Outbox(writer))
        await book.load({"lamp-1": _LAMP})
        lost = writer.submit(lambda db: registry.put_all(db, [Registration(_LOST, bytes(16))], clock.now()))
        book.tell("lamp-1", Sign("lampFailure", True))
        book.tell("gw", Sign("brokerAway", True))
        await lost
        assert [alarm.unit for alarm in await writer.submit(alarms.still_open)] == ["gw"]
        await writer.close()

    asyncio.run(run())

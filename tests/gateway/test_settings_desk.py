"""The desk of settings on a real store, of which the disk is full for a moment."""

import asyncio
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import Settings
from corolle.units import wanted
from corolle.wire.settings_words import PORT
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.paths import Paths
from corolle_gateway.hub.places import Places
from corolle_gateway.hub.settings_desk import SettingsDesk
from corolle_gateway.log import Log
from corolle_gateway.model import Downlink, Radio, Sent, Unit, Uplink
from corolle_gateway.store import database, messages, settings
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks

_UNIT = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.4, "A")
_ROOM = 51


class _Nowhere:
    """A link that reaches nobody."""

    async def send_now(self, downlink: Downlink) -> Sent:
        return Sent(False, "nobody is there")


def _answer(payload: bytes) -> bytes:
    """A lamp's, as it gives it on a node."""
    common = SimpleNamespace(settings=Settings(LAMP_SETTINGS), refused={}, log=lambda *_, **__: None)
    unit: Any = SimpleNamespace(look_again=lambda _: None)
    return wanted.take(common, unit, payload)


def test_what_a_unit_says_it_runs_is_kept_and_told_when_the_disk_is_mended(tmp_path: Path):
    """What it says again later is no news any more."""

    async def run() -> dict[str, int]:
        log, db = Log(lambda: 0.0, "error", io.StringIO()), database.connect(tmp_path)
        counts, places, units = Counts(log), Places(), {_UNIT.name: _UNIT}
        tasks, writer = Tasks(log, counts), Writer(db, counts)
        places.load(units.values())
        desk = SettingsDesk(SystemClock(), counts, tasks, writer, Outbox(writer), places)
        await desk.load(units, Paths(_Nowhere(), None))
        await desk.order("lamp-1", json.dumps({"verb": "settings", "id": "w", "settings": {}}).encode())
        asked = desk.next_downlink("lamp-1", _ROOM)
        assert asked
        said = Uplink(_UNIT, "1-1", PORT, _answer(asked.payload), 0.0, Radio(-90, 5, 0, 868_100_000, 1))
        db.execute("PRAGMA query_only = 1")
        refused = desk.heard(said, lambda _: True)
        while not refused.stored.is_done:
            await asyncio.sleep(0.01)
        db.execute("PRAGMA query_only = 0")
        assert refused.stored.error
        await desk.heard(said, lambda _: True).stored  # it was not acknowledged, and comes again
        while not (kept := await writer.submit(settings.reported)).get("lamp-1"):
            await asyncio.sleep(0.05)
        while not json.loads((await writer.submit(_last_told))[0])["reported"]:
            await asyncio.sleep(0.05)
        await tasks.stop()
        await writer.close()
        return kept["lamp-1"]

    assert asyncio.run(asyncio.wait_for(run(), 10))["report_min"]


def _last_told(db: Any) -> list[bytes]:
    return messages.told(db, "lamp-1", ("settings",), 1)

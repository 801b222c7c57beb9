"""The status tells no count that a crash could take back."""

import asyncio
import io
import json
import sqlite3
from types import SimpleNamespace
from typing import Any

from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.northbound.status import Status
from corolle_gateway.pending import Pending, ended


def test_no_count_is_told_that_could_not_be_stored():
    told: list[dict[str, int]] = []

    async def publish(_topic: str, body: bytes, *_: object) -> None:
        told.append(json.loads(body)["counters"])

    async def run() -> None:
        counts, disk = Counts(Log(lambda: 0.0, "error", io.StringIO())), Pending[None]()
        disk.fail(sqlite3.OperationalError("full"))
        up = asyncio.Event()
        up.set()
        client: Any = SimpleNamespace(up=up, publish=publish)
        answers = [disk, disk, ended(None)]
        rooms = client, "status", lambda _: answers.pop(0), lambda: None, lambda: None
        statement = Status(SystemClock(), counts, *rooms)
        counts.load({("done", "uplinks"): 5})
        counts.count("uplinks")
        telling = asyncio.create_task(statement.tell())
        async with asyncio.timeout(20):
            for n in (1, 2, 3):
                if n > 1:
                    await statement.save()
                statement.say_again()
                while len(told) < n:
                    await asyncio.sleep(0.001)
        telling.cancel()

    asyncio.run(run())
    assert told == [{"uplinks": 5}, {"uplinks": 5}, {"uplinks": 6}]

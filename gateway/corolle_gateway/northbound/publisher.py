"""What goes north: the outbox in order, live matters first, and each unit's entity when there is room."""

import asyncio
import sqlite3

import msgspec

from corolle_gateway.counts import Counts
from corolle_gateway.model import OutboxRow
from corolle_gateway.northbound import smart_data_models
from corolle_gateway.northbound.mqtt import MqttClient
from corolle_gateway.northbound.outside import BACKLOG, LIVE, Outbox, Street
from corolle_gateway.northbound.topics import Topics

_BATCH = 128
_ENTITIES_A_BATCH = 16  # a backlog must not keep what the street is like now from being known
_STORE_RETRY_S = 1.0


class Publisher:
    """Empties the outbox whenever the broker is there. A message leaves it at PUBACK and not before."""

    def __init__(self, counts: Counts, client: MqttClient, topics: Topics, outbox: Outbox, street: Street):
        self._counts = counts
        self._client = client
        self._topics = topics
        self._outbox = outbox
        self._street = street
        self._taken = {LIVE: 0, BACKLOG: 0}  # the last number taken of each lane
        self._changed: dict[str, None] = {}  # units whose entity is to be published, in order
        self._acknowledged: list[tuple[int, int]] = []

    def changed(self, unit: str) -> None:
        """A unit's entity is not what it was."""
        self._changed[unit] = None
        self._outbox.filled.set()

    def all_changed(self) -> None:
        """The broker may have forgotten every entity."""
        self._changed.update(dict.fromkeys(self._street.units))
        self._outbox.filled.set()

    async def run(self) -> None:
        """Publish, until cancelled."""
        while True:
            await self._client.up.wait()
            self._outbox.filled.clear()
            published = await self._messages() + await self._entities()
            if not published:
                await self._outbox.filled.wait()

    async def _messages(self) -> int:
        try:
            rows = [(LIVE, row) for row in await self._take(LIVE, _BATCH)]
            rows += [(BACKLOG, row) for row in await self._take(BACKLOG, _BATCH - len(rows))]
        except sqlite3.Error:
            await asyncio.sleep(_STORE_RETRY_S)
            return 1
        for lane, row in rows:
            topic = self._topics.of(row.unit, row.kind)
            await self._client.publish(topic, row.body, False, lambda at=(lane, row.id): self._gone(at))
        return len(rows)

    async def _take(self, lane: int, limit: int) -> list[OutboxRow]:
        rows = await self._outbox.take(lane, self._taken[lane], limit) if limit > 0 else []
        if rows:
            self._taken[lane] = rows[-1].id
        return rows

    async def _entities(self) -> int:
        units = list(self._changed)[:_ENTITIES_A_BATCH]
        for name in units:
            del self._changed[name]
            unit = self._street.units[name]
            body = msgspec.json.encode(smart_data_models.entity(unit, self._street.latest.get(name)))
            await self._client.publish(self._topics.of(name, "entity"), body, True, _nothing)
        return len(units)

    def _gone(self, at: tuple[int, int]) -> None:
        """PUBACK. Those of one turn of the event loop leave the outbox together."""
        self._counts.count("published")
        self._acknowledged.append(at)
        if len(self._acknowledged) == 1:
            asyncio.get_running_loop().call_soon(self._forget)

    def _forget(self) -> None:
        rows, self._acknowledged = self._acknowledged, []
        self._outbox.published(rows)  # if that fails, they are published once more after a restart


def _nothing() -> None:
    return None

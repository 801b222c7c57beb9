"""The gateway's own state on its status topic: what it did and what it refused, stored before it is told."""

import asyncio
import sqlite3
from collections.abc import Callable

import msgspec

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counted, Counts
from corolle_gateway.model import iso_utc
from corolle_gateway.northbound.mqtt import MqttClient
from corolle_gateway.northbound.packets import Will
from corolle_gateway.northbound.tls_dates import Ending
from corolle_gateway.pending import Pending

# Real seconds, whatever the street's speed: this is for the eyes and the disk.
_PAUSE_S = 1.0


def offline(topic: str) -> Will:
    """The last will, and the last words of a gateway that is told to stop."""
    return Will(topic, msgspec.json.encode({"state": "offline"}))


_NOTHING: tuple[dict[str, int], dict[str, int]] = ({}, {})


class Status:
    """Publishes the counts when they change, at most once a second, retained."""

    def __init__(
        self,
        clock: Clock,
        counts: Counts,
        client: MqttClient,
        topic: str,
        store: Callable[[Counted], Pending[None]],
        room: Callable[[], object],
        ending: Callable[[], Ending | None],
    ):
        self._clock = clock
        self._counts = counts
        self._client = client
        self._topic = topic
        self._store = store
        self._room = room  # what is known of the room in the store
        self._ending = ending  # of the certificates for the broker
        self._news = asyncio.Event()
        self._saving = asyncio.Lock()  # else one would have nothing to store, and say that it is stored
        self._kept = _NOTHING  # what is told: counts that are stored, or that a full disk does not take

    def say_again(self) -> None:
        """The broker may have forgotten: tell it, also if nothing has changed."""
        self._news.set()

    async def keep(self) -> None:
        """Store the counts as they change, until cancelled; an unreachable broker does not hinder it."""
        while True:
            await self._counts.changed.wait()
            await self.save()
            self._news.set()
            await asyncio.sleep(_PAUSE_S)

    async def tell(self) -> None:
        """Publish them, until cancelled."""
        while True:
            await self._news.wait()
            await self._client.up.wait()
            self._news.clear()
            if self._kept == _NOTHING:
                await self.save()
            await self._client.publish(self._topic, self._body(), True, _nothing)

    async def save(self) -> bool:
        """Store what was counted since the last time; whether the store has taken it."""
        async with self._saving:
            fresh, is_stored = self._counts.take_fresh(), True
            kept = self._counts.done, self._counts.rejected
            try:
                await self._store(fresh)
            except sqlite3.Error:
                self._counts.give_back(fresh)
                is_stored = False
            self._kept = kept
        return is_stored

    def _body(self) -> bytes:
        done, rejected = self._kept
        body = {
            "state": "online",
            "time": iso_utc(self._clock.now()),
            "counters": done,
            "rejected": rejected,
            "store": self._room(),
        }
        if ending := self._ending():
            body["certificate"] = ending
        return msgspec.json.encode(body)


def _nothing() -> None:
    return None

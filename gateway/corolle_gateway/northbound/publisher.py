"""What goes north: live matters first, the backlog behind them, each unit's entity when there is room."""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from functools import partial

import msgspec

from corolle_gateway.counts import Counts
from corolle_gateway.model import OutboxRow
from corolle_gateway.northbound import smart_data_models
from corolle_gateway.northbound.mqtt import IN_FLIGHT, MqttClient
from corolle_gateway.northbound.outside import BACKLOG, LIVE, Outbox, Street
from corolle_gateway.northbound.pace import Pace
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.pending import Pending

_AHEAD = 256  # so many messages of a lane are read ahead of the broker
_MESSAGES_AN_ENTITY = 8  # a backlog must not keep what the street is like now from being known
_STORE_RETRY_S = 1.0
_TIMED = 16
_HELD_S = 0.02  # how long to wait before looking again at a line that is slow
_GATHER_S = 0.02  # a slow broker's PUBACKs come one by one: a commit for each would wear out a card
# So many may be under way, or acknowledged and not yet out of the outbox: a kill makes them all come twice.
MOST_UNSETTLED = 4 * IN_FLIGHT

_Taken = dict[int, list[OutboxRow]]


class Publisher:
    """Empties the outbox whenever the broker is there. A message leaves it at PUBACK and not before.

    Events and acks overtake all that waits here: only what is under way already goes before them, which is
    little on a slow line.
    """

    def __init__(self, counts: Counts, client: MqttClient, topics: Topics, outbox: Outbox, street: Street):
        self._counts = counts
        self._client = client
        self._topics = topics
        self._outbox = outbox
        self._street = street
        self._taken = {LIVE: 0, BACKLOG: 0}  # the last number taken of each lane
        self._waiting: dict[int, deque[OutboxRow]] = {LIVE: deque(), BACKLOG: deque()}
        self._unread: set[int] = set()  # lanes that may have more than what was read ahead
        self._looking: Pending[_Taken] | None = None
        self._changed: dict[str, None] = {}  # units whose entity is to be published, in order
        self._since_entity = 0
        self._pace = Pace()
        self._sent = 0
        self._acknowledged: list[tuple[int, int]] = []
        self._forgetting: asyncio.TimerHandle | None = None
        self._leaving = 0  # how many are acknowledged and on their way out of the outbox
        self._freed = asyncio.Event()  # some are out

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
            while not (self._client.has_room and self._room_left > 0):  # others may take it before
                await self._room()
            if looking := self._look():
                if looking.is_done or not self._send_some():
                    await self._seen(looking)
            elif not self._send_some():
                if self._is_held and (self._waiting[BACKLOG] or self._changed):
                    await asyncio.sleep(_HELD_S)
                else:
                    await self._outbox.filled.wait()

    @property
    def _room_left(self) -> int:
        """How many more the disk's pace allows to be unsettled."""
        return MOST_UNSETTLED - self._client.under_way - len(self._acknowledged) - self._leaving

    @property
    def _is_held(self) -> bool:
        """Whether what can wait would now be in the way of what comes live."""
        return self._client.under_way >= self._pace.most

    async def _room(self) -> None:
        """Wait until the broker may take more, or the disk has let go of some that the broker has."""
        if self._client.has_room:
            self._freed.clear()
            await self._freed.wait()
        else:
            await self._client.room()

    def _look(self) -> Pending[_Taken] | None:
        """The reading of what has been committed; it begins, unless enough is at hand or all is read."""
        if self._looking:
            return self._looking
        if self._outbox.filled.is_set():
            self._outbox.filled.clear()
            self._unread = {LIVE, BACKLOG}
        at_hand = {lane: len(self._waiting[lane]) for lane in self._unread}
        room = {lane: _AHEAD - n for lane, n in at_hand.items() if n < _AHEAD // 2}
        if room:
            self._unread -= room.keys()
            self._looking = self._outbox.take(self._taken, room)
        return self._looking

    async def _seen(self, looking: Pending[_Taken]) -> None:
        self._looking = None
        try:
            found = await looking
        except sqlite3.Error:
            await asyncio.sleep(_STORE_RETRY_S)
            self._unread = {LIVE, BACKLOG}
            return
        for lane, rows in found.items():
            if rows:
                self._taken = {**self._taken, lane: rows[-1].id}
                self._waiting[lane].extend(rows)
                self._unread.add(lane)

    def _send_some(self) -> bool:
        """Whether there was anything to send; as much of it has gone as there is room for."""
        room = left = self._room_left
        while left > 0 and self._client.has_room and self._send_one():
            left -= 1
        return left < room

    def _send_one(self) -> bool:
        """Whether there was anything to send now."""
        for lane, rows in self._waiting.items():
            if lane == BACKLOG and self._is_held:
                return False
            if rows and (lane == LIVE or not self._changed or self._since_entity < _MESSAGES_AN_ENTITY):
                self._since_entity += 1
                row = rows.popleft()
                gone = partial(self._gone, (lane, row.id))
                self._send(self._topics.of(row.unit, row.kind), row.body, False, gone)
                return True
        is_due = self._since_entity >= _MESSAGES_AN_ENTITY
        if not is_due and (self._looking or self._unread or self._outbox.filled.is_set()):
            return False  # in a moment there may be more messages
        self._since_entity = 0
        return self._send_entity()

    def _send(self, topic: str, body: bytes, retain: bool, gone: Callable[[], None]) -> None:
        """One in so many is timed, and each that goes alone: it tells how long the line is."""
        self._sent += 1
        if self._sent % _TIMED == 1 or self._pace.most == 1:
            gone = partial(self._timed, gone, self._client.under_way + 1, time.monotonic())
        self._client.send(topic, body, retain, gone)

    def _timed(self, gone: Callable[[], None], under_way: int, sent_s: float) -> None:
        self._pace.took(under_way, time.monotonic() - sent_s)
        gone()

    def _send_entity(self) -> bool:
        name = next(iter(self._changed), None)
        if name is None:
            return False
        del self._changed[name]
        unit = self._street.units.get(name)
        if unit is None:  # it was revoked meanwhile: what was said of it last stays
            return True
        body = smart_data_models.entity(unit, self._street.latest.get(name))
        self._send(self._topics.of(name, "entity"), msgspec.json.encode(body), True, _nothing)
        return True

    def _gone(self, at: tuple[int, int]) -> None:
        """PUBACK. Some leave the outbox together: a slow broker's would take a commit each."""
        self._acknowledged.append(at)
        if len(self._acknowledged) >= IN_FLIGHT:
            self.forget()
        elif self._forgetting is None:
            self._forgetting = asyncio.get_running_loop().call_later(_GATHER_S, self.forget)

    def forget(self) -> None:
        """What the broker has acknowledged so far leaves the outbox."""
        if self._forgetting:
            self._forgetting.cancel()
            self._forgetting = None
        rows, self._acknowledged = self._acknowledged, []
        if not rows:
            return
        self._counts.count("published", len(rows))
        self._leaving += len(rows)
        self._delete(rows)

    def _delete(self, rows: list[tuple[int, int]]) -> None:
        self._outbox.published(rows).then(partial(self._deleted, rows))

    def _deleted(self, rows: list[tuple[int, int]], done: Pending[None]) -> None:
        """If that failed, they would be published once more after a restart, and take room until then."""
        if done.error:
            asyncio.get_running_loop().call_later(_STORE_RETRY_S, self._delete, rows)
        else:
            self._leaving -= len(rows)
            self._freed.set()


def _nothing() -> None:
    return None

"""Orders to a group, a site or a kind: a command a unit, told to many together and to the rest one by one."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from corolle.wire.multicast import SPREAD_STEP_S
from msgspec import json

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.hub import bodies, orders
from corolle_gateway.hub.book import Book
from corolle_gateway.hub.desk import STEP_S, Desk, packed
from corolle_gateway.hub.orders import Order, OrderError
from corolle_gateway.hub.places import Places
from corolle_gateway.model import OPEN_STATUSES, Command, Sent
from corolle_gateway.pending import Pending
from corolle_gateway.store import groups, messages
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks

# What one unit is asked, or what was done at one: not for a street at once.
_ONE_BY_ONE = ("report", "self-test", "learn", "records", "lab", "cleaned", "sampled", "drain")
_ANSWER_S = 0.6  # of a channel's time for each answer: two in three are heard
_LONGEST_SPREAD_S = 255 * SPREAD_STEP_S
_MARGIN_S = 30.0  # for the duty cycle of whoever answers last
_LEAD_S = 5.0  # before the rest are told alone, it is noted who they are
_TOLD_EVERY_S = 2.0


class Far(Protocol):
    """LoRaWAN."""

    async def members(self, group: str) -> set[str]:
        """The units that hear what a group is told; what has no key yet gets one. sqlite3.Error."""
        ...

    async def send_group(self, group: str, payload: bytes) -> Sent:
        """Tell a group an order. sqlite3.Error when its counter cannot be kept."""
        ...

    def doubt(self, group: str, unit: str) -> None:
        """A unit did not hear what its group was told."""
        ...


class GroupDesk:
    """The city hears of each unit's end with an order, and of the group how many have come how far."""

    def __init__(
        self,
        clock: Clock,
        counts: Counts,
        tasks: Tasks,
        writer: Writer,
        outbox: Outbox,
        places: Places,
        book: Book,
        desk: Desk,
    ):
        self._clock = clock
        self._counts = counts
        self._tasks = tasks
        self._writer = writer
        self._outbox = outbox
        self._places = places
        self._book = book
        self._desk = desk
        self._far: Far | None = None
        self._telling: set[tuple[str, str]] = set()
        self._told: set[str] = set()  # units that may hear their group at this moment
        self._quiet = asyncio.Condition()
        book.moved = lambda command: self._tell_soon(command.group, command.id)

    async def load(self, far: Far | None) -> None:
        """Go on with what an earlier run left open; the desk has the commands. `far` None: one by one."""
        self._far = far
        for group, order_id in await self._writer.submit(groups.open_orders):
            self._tell_soon(group, order_id)

    async def order(self, name: str, payload: bytes) -> None:
        """Take what the city orders a group. sqlite3.Error when it could not be stored."""
        now_s = self._clock.now()
        try:
            with orders.signed(payload):
                ordered = self.read(name, payload, now_s)
            made = await self._book.add_group(name, ordered, now_s)
        except OrderError as error:
            self._counts.reject(error.cause, unit=name)
            await self._book.refuse(name, error.order_id, str(error), error.author)
            return
        for command in made:  # before anything newer is there
            self._desk.expect(command)
        if made:
            self._tasks.start(self._carry_out(name, made))
        await self._tell(name, next(iter(ordered.values())).id)

    def read(self, name: str, payload: bytes, now_s: float) -> dict[str, Order]:
        """The order for each unit of those whose kind takes it. OrderError."""
        ordered: dict[str, Order] = {}
        wrong: OrderError | None = None
        for unit in self._places.members(name):
            try:
                # An id is made up once for all of them.
                given = payload if not ordered else _with_id(payload, next(iter(ordered.values())).id)
                ordered[unit.name] = orders.read(unit, given, now_s)
            except OrderError as error:
                if error.cause != "command_unknown_verb":
                    raise
                wrong = error
        if not ordered:
            raise wrong or OrderError("command_unknown_unit", "nobody of that name is registered here")
        first = next(iter(ordered.values()))
        if first.verb in _ONE_BY_ONE:
            raise OrderError("command_one_by_one", f"{first.verb} is for one unit at a time", first.id)
        return ordered

    async def _carry_out(self, name: str, made: list[Command]) -> None:
        together = await self._members(name)
        for number, command in enumerate(each for each in made if each.unit not in together):
            self._desk.take_over(command, number * STEP_S, heard=False)
        async with self._on_air({command.unit for command in made} & together):
            hearing = [each for each in made if each.unit in together and each.status in OPEN_STATUSES]
            spread = _spread(len(hearing))
            sent = await self._send(name, hearing, spread)
        patience_s = spread * SPREAD_STEP_S + _MARGIN_S if sent.ok else 0.0
        for number, command in enumerate(hearing):
            self._desk.take_over(command, patience_s + number * STEP_S, heard=sent.ok)
        if sent.ok:
            await self._clock.sleep(patience_s - _LEAD_S)
            self._tell_the_rest(name, [each for each in hearing if each.status in OPEN_STATUSES])

    @asynccontextmanager
    async def _on_air(self, units: set[str]) -> AsyncIterator[None]:
        """While units are told something together, copy after copy, no group of theirs is told another."""
        async with self._quiet:
            await self._quiet.wait_for(lambda: units.isdisjoint(self._told))
            self._told |= units
        try:
            yield
        finally:
            self._told -= units
            async with self._quiet:
                self._quiet.notify_all()

    async def _members(self, name: str) -> set[str]:
        """Who hears what the group is told; nobody where it has no key yet and none can be stored."""
        try:
            return await self._far.members(name) if self._far else set()
        except sqlite3.Error:
            return set()

    def _tell_the_rest(self, name: str, silent: list[Command]) -> None:
        """Those alone who have not answered, at a pace for so many: of a town, a few in a hundred."""
        for number, command in enumerate(silent):
            self._desk.bring_forward(command, _LEAD_S + number * STEP_S)
            if self._far:
                self._far.doubt(name, command.unit)

    async def _send(self, name: str, hearing: list[Command], spread: int) -> Sent:
        if not hearing or not self._far:
            return Sent(False, "nobody")
        try:
            sent = await self._far.send_group(name, bytes((spread,)) + packed(hearing[0]))
        except sqlite3.Error:
            return Sent(False, "store_failed")
        if sent.ok:
            self._counts.count("multicasts")
        return sent

    def _tell_soon(self, group: str, order_id: str) -> None:
        """How far the group has come; what happens in one moment is told together."""
        if (group, order_id) not in self._telling:
            self._telling.add((group, order_id))
            self._tasks.start(self._tell_later(group, order_id))

    async def _tell_later(self, group: str, order_id: str) -> None:
        await self._clock.sleep(_TOLD_EVERY_S)
        self._telling.discard((group, order_id))
        try:
            await self._tell(group, order_id)
        except sqlite3.Error:  # the writer has counted it; of the last one nobody would tell any more
            self._tell_soon(group, order_id)

    def _tell(self, group: str, order_id: str) -> Pending[None]:
        message_id, now_s = self._outbox.next_id(), self._clock.now()

        def operation(db: Connection) -> None:
            standing = groups.standing(db, group, order_id)
            author = groups.author_of(db, group, order_id)
            body = bodies.group_answer(group, order_id, standing, author, now_s)
            messages.put(db, message_id, group, "ack", None, now_s, json.encode(body))
            if not set(OPEN_STATUSES) & set(standing):
                groups.close_order(db, group, order_id)

        stored = self._writer.submit(operation)
        stored.then(lambda _: self._outbox.filled.set())
        return stored


def _with_id(payload: bytes, order_id: str) -> bytes:
    return json.encode(json.decode(payload) | {"id": order_id})


def _spread(units: int) -> int:
    """Within how many steps of four seconds so many units answer."""
    return min(max(2, round(units * _ANSWER_S / SPREAD_STEP_S)), _LONGEST_SPREAD_S // SPREAD_STEP_S)

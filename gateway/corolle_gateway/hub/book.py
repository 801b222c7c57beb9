"""The book of commands: which are open, and each step of theirs stored with what the city is told."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Container
from functools import partial
from typing import TypeVar

from corolle.wire import words
from msgspec import json
from msgspec.structs import replace

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.hub import bodies
from corolle_gateway.hub.orders import Order, is_again, reused
from corolle_gateway.log import Log
from corolle_gateway.model import OPEN_STATUSES, Command, Guard
from corolle_gateway.pending import Pending
from corolle_gateway.store import commands, groups, messages
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer

_WIRE_IDS = 0x10000
_STORE_RETRY_S = 1.0

T = TypeVar("T")
_Untold = dict[tuple[str, str], tuple[Command, int]]  # by unit and id: a command, and the value to be told


class Book:
    """Commands by unit, older ones first."""

    def __init__(self, clock: Clock, log: Log, counts: Counts, writer: Writer, outbox: Outbox):
        self._clock = clock
        self._log = log
        self._counts = counts
        self._writer = writer
        self._outbox = outbox
        self._open: defaultdict[str, list[Command]] = defaultdict(list)
        self._untold: _Untold = {}  # whose last step could not be stored
        self.moved: Callable[[Command], None] = lambda command: (
            None
        )  # is told each step of a group's commands

    async def load(self) -> list[Command]:
        """Go on with the commands an earlier run left open."""
        found = await self._writer.submit(commands.still_open)
        for command in found:
            self._open[command.unit].append(command)
        return found

    def open_for(self, unit: str) -> list[Command]:
        """A unit's open commands, older ones first."""
        return self._open.get(unit, [])

    async def add(self, unit: str, order: Order, now_s: float) -> tuple[Command, bool]:
        """Accept an order that came at `now_s`; the same one come again is only answered.

        The command, and whether it is new. sqlite3.Error when it could not be stored, OrderError when its id
        is another order's.
        """
        message_id = self._outbox.next_id()

        def operation(db: Connection) -> tuple[Command, bool]:
            known = commands.find(db, unit, order.id)
            command = known or _made(db, unit, order, now_s)
            if not known:
                commands.put(db, command)
            if is_again(order, unit, command):
                _put_ack(db, message_id, command, command.value, now_s)
            return command, known is None

        command, new = await self._writer.submit(operation)
        if not is_again(order, unit, command):
            raise reused(order, command)
        if new:
            self._open[unit].append(command)
            self._counts.count("commands_accepted")
            self._log.info("command", unit=unit, id=command.id, status="accepted", verb=command.verb)
        self._outbox.filled.set()
        return command, new

    async def add_group(self, group: str, orders: dict[str, Order], now_s: float) -> list[Command]:
        """Accept an order that came at `now_s` for each of several units, under one number that all hear.

        The commands; none when it is the same one come again. sqlite3.Error when they could not be stored,
        OrderError when its id is another order's.
        """
        first = next(iter(orders.values()))

        def operation(db: Connection) -> tuple[list[Command], Command | None]:
            theirs = (commands.find(db, unit, first.id) for unit in orders)
            known = commands.of_group(db, group, first.id) or next(filter(None, theirs), None)
            if known:
                return [], known
            groups.put_order(db, group, first.id, first.author, len(orders), now_s)
            wire_id = _free_wire_id(db, orders, int(now_s) % _WIRE_IDS)
            made = [_command(unit, order, wire_id, now_s, group) for unit, order in orders.items()]
            for command in made:
                commands.put(db, command)
            return made, None

        made, known = await self._writer.submit(operation)
        if known and not is_again(first, group, known):
            raise reused(first, known)
        for command in made:
            self._open[command.unit].append(command)
        self._counts.count("commands_accepted", len(made))
        self._log.info("group_command", group=group, id=first.id, units=len(made))
        return made

    def step(self, command: Command, status: str, reason: str) -> Pending[bool]:
        """A command reaches a status, and the city is told."""
        self._become(command, status, reason)
        return self._store(command, command.value)

    def attempted(self, command: Command) -> Pending[None]:
        """A command was transmitted once more; the city knows already that it was sent."""
        stored = replace(command)
        return self._writer.submit(lambda db: commands.update(db, stored))

    def refuse(self, unit: str, order_id: str | None, reason: str, author: str | None) -> Pending[bool]:
        """An order never becomes a command."""
        now_s = self._clock.now()
        message_id = self._outbox.next_id()
        body = json.encode(bodies.answer(unit, order_id, "refused", reason, None, author, now_s))
        return self._queued(lambda db: messages.put(db, message_id, unit, "ack", None, now_s, body))

    def answered(self, unit: str, ack: dict[str, int], guard: Guard) -> Pending[bool]:
        """The unit has given its verdict; True once that is committed, False when `guard` forbids it.

        A verdict on a command that has ended here already is told all the same: it is the truth.
        """
        command = next((each for each in self.open_for(unit) if each.wire_id == ack["id"]), None)
        if command is None:
            return self._late(unit, ack, guard)
        self._become(command, *_end(ack))
        return self._store(command, ack["value"], guard)

    def _late(self, unit: str, ack: dict[str, int], guard: Guard) -> Pending[bool]:
        self._counts.count("late_acks")
        now_s = self._clock.now()
        message_id = self._outbox.next_id()

        def operation(db: Connection) -> tuple[bool, Command | None]:
            if not guard(db):
                return False, None
            command = commands.by_wire_id(db, unit, ack["id"])
            if command:
                command.status, command.reason = _end(ack)
                commands.update(db, command)
                _put_ack(db, message_id, command, ack["value"], now_s)
            return True, command

        def told(stored: tuple[bool, Command | None]) -> bool:
            is_allowed, command = stored
            if command:
                self._untold.pop((command.unit, command.id), None)
            if command and command.group:
                self.moved(command)
            return is_allowed

        return self._queued(operation).map(told)

    def _store(self, command: Command, value: int, guard: Guard = lambda _: True) -> Pending[bool]:
        now_s = self._clock.now()
        message_id = self._outbox.next_id()
        stored = replace(command)

        def operation(db: Connection) -> bool:
            if not guard(db):
                return False
            commands.update(db, stored)
            _put_ack(db, message_id, stored, value, now_s)
            return True

        told = self._queued(operation)
        told.then(partial(self._stepped, {(command.unit, command.id): (command, value)}))
        return told

    def _stepped(self, steps: _Untold, done: Pending[bool]) -> None:
        """What could not be stored nobody would hear of: it is tried again, with what came of it since."""
        if not done.error:
            for key in steps:
                self._untold.pop(key, None)
            return
        if not self._untold:
            asyncio.get_running_loop().call_later(_STORE_RETRY_S, self._step_again)
        self._untold |= steps

    def _step_again(self) -> None:
        """All at once: while a disk is full they are refused together."""
        steps, self._untold = self._untold, {}
        now_s = self._clock.now()
        told = [(self._outbox.next_id(), replace(command), value) for command, value in steps.values()]

        def operation(db: Connection) -> bool:
            for message_id, command, value in told:
                commands.update(db, command)
                _put_ack(db, message_id, command, value, now_s)
            return True

        def ended(done: Pending[bool]) -> None:
            self._stepped(steps, done)
            for command, _ in () if done.error else steps.values():
                if command.group:
                    self.moved(command)

        if steps:
            self._queued(operation).then(ended)

    def _queued(self, operation: Callable[[Connection], T]) -> Pending[T]:
        stored = self._writer.submit(operation)
        stored.then(lambda _: self._outbox.filled.set())
        return stored

    def _become(self, command: Command, status: str, reason: str) -> None:
        command.status, command.reason = status, reason
        if status not in OPEN_STATUSES:
            self._open[command.unit].remove(command)
        self._counts.count(f"commands_{status}")
        self._log.info("command", unit=command.unit, id=command.id, status=status, reason=reason)
        if command.group:
            self.moved(command)


def _made(db: Connection, unit: str, order: Order, now_s: float) -> Command:
    wire_id = (commands.last_wire_id(db, unit) + 1) % _WIRE_IDS
    return _command(unit, order, wire_id, now_s, "")


def _free_wire_id(db: Connection, units: Container[str], wire_id: int) -> int:
    """The first number from `wire_id` on that no open command of these units has."""
    taken = {command.wire_id for command in commands.still_open(db) if command.unit in units}
    while wire_id in taken:
        wire_id = (wire_id + 1) % _WIRE_IDS
    return wire_id


def _command(unit: str, order: Order, wire_id: int, now_s: float, group: str) -> Command:
    return Command(
        unit=unit,
        id=order.id,
        wire_id=wire_id,
        verb=order.verb,
        value=order.value,
        until_s=order.until_s,
        author=order.author,
        status="accepted",
        reason="",
        created_s=now_s,
        group=group,
    )


def _put_ack(db: Connection, message_id: int, command: Command, value: int, now_s: float) -> None:
    if command.group and command.status in OPEN_STATUSES:
        return  # of a thousand units but the ends are told; the group's own answers tell of the rest
    told = command.id, command.status, command.reason, value, command.author
    body = bodies.answer(command.unit, *told, now_s)
    messages.put(db, message_id, command.unit, "ack", None, now_s, json.encode(body))


def _end(ack: dict[str, int]) -> tuple[str, str]:
    """(status, reason) that a unit's verdict means."""
    verdict = words.word_of(words.VERDICTS, ack["verdict"])
    reason = words.word_of(words.REASONS, ack["reason"])
    if verdict == "accepted":
        return "acknowledged", reason
    if verdict == "expired":
        return "expired", "it had ended when it reached the unit"
    return "refused", f"{verdict}: {reason}" if verdict == "refused" else verdict

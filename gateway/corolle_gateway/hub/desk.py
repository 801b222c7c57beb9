"""Where orders come in and are sent on: at once to units that always listen, else at their next uplink."""

import asyncio
import heapq
import itertools
from typing import Protocol

from corolle.wire import codec, words
from corolle.wire.schema import COMMAND

from corolle_gateway.clock import Clock, wait_for
from corolle_gateway.counts import Counts
from corolle_gateway.hub import orders
from corolle_gateway.hub.book import Book
from corolle_gateway.hub.orders import OrderError
from corolle_gateway.model import OPEN_STATUSES, Command, Downlink, Guard, Sent, Unit, UnitsChange
from corolle_gateway.pending import Pending
from corolle_gateway.tasks import Tasks

# Street seconds to wait for an acknowledgement after the 1st, 2nd ... transmission: the unit may have to wait
# for its own duty cycle. To class C there is no other one after these.
_PATIENCE_S = (8.0, 16.0, 32.0, 64.0, 64.0)
_LONGEST_S = 60.0  # between two looks at the clock, which may have been set
_LINK_RETRY_S = 5.0  # when the link could not send at all
_RETRY_SHARE_S = 0.02  # for each command that is planned: of a town's, fifty a second are tried again
STEP_S = 0.5  # between two units of a group that are told one by one
_VOID_ENTRIES = 64  # so many plans that were made void are kept before they are swept out
_CONFIRMED = range(2, 5)  # transmissions that a unit has to confirm, after so many in vain
_VERDICT_S = 600.0  # for a unit that has heard its order: its own duty cycle may hold the verdict back
_STATE_VERBS = {"level", "auto", "open", "close"}  # each says what the output should be: the last one counts
_FACTS = ("lab", "cleaned", "sampled", "drain")  # each tells of something that was done: all of them count


class Link(Protocol):
    """How a unit is reached at once."""

    def is_near(self, unit: str) -> bool:
        """Whether a unit can be spoken to now, of whichever class it is."""
        ...

    async def send_now(self, downlink: Downlink) -> Sent:
        """Send to a unit that is near, or always listens."""
        ...


class Desk:
    """One command at a time is under way to a unit, so that repeated ones cannot overtake each other."""

    def __init__(self, clock: Clock, counts: Counts, tasks: Tasks, book: Book):
        self._clock = clock
        self._counts = counts
        self._tasks = tasks
        self._book = book
        self._units: dict[str, Unit] = {}
        self._link: Link | None = None
        self._due: list[tuple[float, int, Command]] = []
        self._planned: dict[tuple[str, str], int] = {}
        self._parked: set[tuple[str, str]] = set()  # wait for the unit's next uplink, or for it to come near
        self._expected: set[tuple[str, str]] = set()  # parts of a group's order that were not taken over yet
        self._heard_s: dict[tuple[str, str], float] = {}  # when the unit said that it has the order
        self._order = itertools.count()
        self._woken = asyncio.Event()

    async def load(self, units: dict[str, Unit], link: Link) -> None:
        """Go on with the commands an earlier run left open."""
        self._units = units
        self._link = link
        of_groups = 0
        for command in await self._book.load():
            if self._is_lost(command):
                continue
            self._plan(command, self._clock.now() + of_groups * STEP_S)
            of_groups += bool(command.group)

    def follow(self, change: UnitsChange) -> None:
        """Other units are known: a lost one's orders have failed, and one may always listen from now on."""
        for unit in change.changed:
            for command in list(self._book.open_for(unit)):
                if self._is_lost(command):
                    self._over(command)
                elif _key(command) in self._parked:
                    self._plan(command, self._clock.now())

    async def order(self, unit_name: str, payload: bytes) -> None:
        """Take what the city wrote on a unit's command topic. sqlite3.Error when it could not be stored."""
        unit, now_s = self._units.get(unit_name), self._clock.now()
        try:
            order = orders.read(unit, payload, now_s)
            command, new = await self._book.add(unit_name, order, now_s)
        except OrderError as error:
            self._counts.reject(error.cause, unit=unit_name)
            await self._book.refuse(unit_name, error.order_id, str(error), error.author)
            return
        if new and not self._is_lost(command):
            self._supersede(command)
            if self._must_wait(command):
                self._book.step(command, "queued", "waits for the unit's next uplink")
            self._plan(command, self._clock.now())

    def expect(self, command: Command) -> None:
        """One unit's part of an order to its group, which may be told together: it waits for take_over()."""
        self._expected.add(_key(command))
        self._supersede(command)
        self._plan(command, command.until_s)

    def take_over(self, command: Command, delay_s: float, heard: bool) -> None:
        """Such a part from now on. `heard`: it was told already, and may yet answer."""
        self._expected.discard(_key(command))
        if command.status not in OPEN_STATUSES or self._is_lost(command):
            return
        ordered = self._book.open_for(command.unit)
        since = ordered[ordered.index(command) + 1 :]
        if newer := next((each for each in since if _contradicts(each, command)), None):
            self._end(command, "failed", f"superseded by {newer.id}")
            return
        if heard:
            command.attempts = 1
            self._book.step(command, "sent", "to its group")
        elif self._must_wait(command):
            self._book.step(command, "queued", "waits for the unit's next uplink")
        self._plan(command, self._clock.now() + delay_s)

    def bring_forward(self, command: Command, delay_s: float) -> None:
        """A command that was taken over has its turn after so long, and no later."""
        self._plan(command, self._clock.now() + delay_s)

    def waiting(self, unit: str) -> int:
        """How many commands wait for the unit's next uplink."""
        open_commands = self._book.open_for(unit)
        if not open_commands or not self._must_wait(open_commands[0]) or self._is_heard(open_commands[0]):
            return 0
        return len(open_commands)

    def is_busy(self, unit: str) -> bool:
        """Whether an order is open for the unit: settings can wait."""
        return bool(self._book.open_for(unit))

    def came_near(self, unit: str) -> None:
        """The unit can be spoken to now: what waits for its next uplink need not."""
        for command in self._book.open_for(unit)[:1]:
            if _key(command) in self._parked:
                self._plan(command, self._clock.now())

    def next_downlink(self, unit: str, room: int) -> Downlink | None:
        """The command to send after an uplink, if one waits and fits into `room` bytes."""
        if not self.waiting(unit):
            return None
        downlink = self._downlink(self._book.open_for(unit)[0])
        return downlink if len(downlink.payload) <= room else None

    def sent(self, downlink: Downlink, outcome: Sent) -> None:
        """What became of a downlink at the link."""
        for command in self._book.open_for(downlink.unit.name):
            if command.id == downlink.command_id and outcome.ok:
                command.attempts += 1
                if command.status == "sent":
                    self._book.attempted(command)
                else:
                    self._book.step(command, "sent", "")
                return

    def heard(self, downlink: Downlink) -> None:
        """The unit says that it has an order: its verdict is waited for longer, before it is told again."""
        for command in self._book.open_for(downlink.unit.name):
            if command.id == downlink.command_id:
                self._heard_s[_key(command)] = self._clock.now()
                if not self._must_wait(command):
                    self._plan(command, self._clock.now() + _VERDICT_S)

    def answered(self, unit: str, ack: dict[str, int], guard: Guard) -> Pending[bool]:
        """The unit's verdict on a command; True once it is committed, False when `guard` forbids it."""
        before = list(self._book.open_for(unit))
        stored = self._book.answered(unit, ack, guard)
        ended = [command for command in before if command not in self._book.open_for(unit)]
        for command in ended:
            self._over(command)
        return stored

    def clock_jumped(self, by_s: float) -> None:
        """What was planned for the next seconds does not wait until a clock set back has caught up."""
        if by_s < 0:
            self._due = [(time_s + by_s, number, command) for time_s, number, command in self._due]
        self._woken.set()

    async def run(self) -> None:
        """Send, repeat and end commands as their times come, until cancelled."""
        while True:
            self._woken.clear()
            now_s = self._clock.now()
            while self._due and self._due[0][0] <= now_s:
                _, number, command = heapq.heappop(self._due)
                if self._planned.get(_key(command)) == number:
                    del self._planned[_key(command)]
                    self._act(command, now_s)
            left_s = self._due[0][0] - now_s if self._due else None
            await wait_for(self._woken, self._clock, left_s and min(left_s, _LONGEST_S))

    def _plan(self, command: Command, time_s: float) -> None:
        """Look at a command then, and at its end at the latest; what was planned for it before is void."""
        number = next(self._order)
        self._planned[_key(command)] = number
        self._parked.discard(_key(command))
        if len(self._due) > 2 * len(self._planned) + _VOID_ENTRIES:
            self._due = [entry for entry in self._due if self._planned.get(_key(entry[2])) == entry[1]]
            heapq.heapify(self._due)
        heapq.heappush(self._due, (min(time_s, command.until_s), number, command))
        self._woken.set()

    def _over(self, command: Command) -> None:
        """A command has ended: it is the turn of the unit's next one."""
        self._planned.pop(_key(command), None)
        self._expected.discard(_key(command))
        self._heard_s.pop(_key(command), None)
        self._parked.discard(_key(command))
        for following in self._book.open_for(command.unit)[:1]:
            self._plan(following, self._clock.now())

    def _act(self, command: Command, now_s: float) -> None:
        if command.status not in OPEN_STATUSES:
            return
        if now_s >= command.until_s:
            missing = "acknowledgement" if command.attempts else "way to the unit"
            self._end(command, "expired", f"{self._known(command)}no {missing} before it ended")
        elif self._book.open_for(command.unit)[0] is not command or _key(command) in self._expected:
            self._plan(command, command.until_s)  # it is sent when its turn comes
        elif self._must_wait(command):
            self._plan(command, command.until_s)
            self._parked.add(_key(command))
        elif command.attempts >= len(_PATIENCE_S) and not self._is_class_a(command):
            missing = f"no acknowledgement after {command.attempts} transmissions"
            self._end(command, "failed", self._known(command) + missing)
        else:
            self._plan(command, command.until_s)  # should a fault of ours end what comes now
            self._tasks.start(self._transmit(command, self._downlink(command)))

    async def _transmit(self, command: Command, downlink: Downlink) -> None:
        outcome = await self._link.send_now(downlink) if self._link else Sent(False, "no link")
        self.sent(downlink, outcome)
        again_s = max(_LINK_RETRY_S, len(self._planned) * _RETRY_SHARE_S)
        tries = min(max(command.attempts, 1), len(_PATIENCE_S))
        patience_s = _PATIENCE_S[tries - 1] if outcome.ok else again_s
        self._plan(command, self._clock.now() + (_VERDICT_S if self._is_heard(command) else patience_s))

    def _end(self, command: Command, status: str, reason: str) -> None:
        self._book.step(command, status, reason)
        self._over(command)

    def _supersede(self, newer: Command) -> None:
        """What the unit was ordered before its latest order, and what that contradicts, has ended.

        But for what its group is being told: the unit may hear one copy more, and obey that instead. `newer`
        waits for the last one.
        """
        for older in self._book.open_for(newer.unit)[:-1]:
            if _contradicts(newer, older) and _key(older) not in self._expected:
                self._end(older, "failed", f"superseded by {newer.id}")

    def _is_lost(self, command: Command) -> bool:
        """Whether its unit is not in service any more: then it has failed."""
        if command.unit in self._units:
            return False
        self._book.step(command, "failed", "the unit was revoked")
        return True

    def _must_wait(self, command: Command) -> bool:
        """For the unit's next uplink, after which alone a class A unit listens."""
        return self._is_class_a(command) and not (self._link and self._link.is_near(command.unit))

    def _is_class_a(self, command: Command) -> bool:
        """Whether it is its unit's uplinks that set the pace: then it is told until the order ends."""
        return self._units[command.unit].radio_class == "A"

    def _is_heard(self, command: Command) -> bool:
        """Whether the unit has it, and may yet give its verdict."""
        heard_s = self._heard_s.get(_key(command))
        return heard_s is not None and abs(self._clock.now() - heard_s) < _VERDICT_S

    def _known(self, command: Command) -> str:
        return "the unit has heard it, " if _key(command) in self._heard_s else ""

    def _downlink(self, command: Command) -> Downlink:
        confirmed = command.attempts in _CONFIRMED
        unit, until_s = self._units[command.unit], command.until_s
        return Downlink(unit, COMMAND.port, packed(command), command.id, confirmed, until_s)


def packed(command: Command) -> bytes:
    """A command as its unit reads it."""
    values = {
        "id": command.wire_id,
        "verb": words.code_of(words.VERBS, command.verb),
        "value": command.value,
        "until_s": int(command.until_s),
        "author": command.author,
    }
    return codec.encode(COMMAND, values)


def _contradicts(newer: Command, older: Command) -> bool:
    """Whether an older command counts no more once there is a newer one."""
    same = newer.verb == older.verb or {newer.verb, older.verb} <= _STATE_VERBS
    return newer.verb not in _FACTS and (same or (newer.verb, older.verb) == ("auto", "cap"))


def _key(command: Command) -> tuple[str, str]:
    return command.unit, command.id

"""The book of alarms: what is wrong with each unit and with the gateway, and who knows of it.

What tells of an alarm and what becomes of it are committed together: there is no moment at which a unit's
report is kept and its alarm is not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.alarm.kinds import SEVERITIES, kind_of
from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.alarming import bodies, life
from corolle_gateway.hub.alarming.life import Sign
from corolle_gateway.hub.orders import OrderError, checked_author
from corolle_gateway.log import Log
from corolle_gateway.model import Unit, UnitsChange
from corolle_gateway.pending import Pending
from corolle_gateway.store import alarms, messages, registry
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer

_MAX_NOTE = 200  # characters
_KEPT = 10_000  # of those that are cleared
_MOST = 1000  # of a history
_NUMBERS = range(1 << 63)  # such as SQLite can look for

_Step = tuple[Alarm, str]  # an alarm, and what became of it ("" nothing that has to be told)


class Alarms:
    """`changed` is called after each committed step in the life of an alarm."""

    def __init__(self, clock: Clock, log: Log, counts: Counts, writer: Writer, outbox: Outbox):
        self._clock = clock
        self._log = log
        self._counts = counts
        self._writer = writer
        self._outbox = outbox
        self._units: Mapping[str, Unit] = {}
        self._open: dict[str, dict[str, Alarm]] = {}  # by unit and code; a unit without any is not there
        self._judging: Counter[str] = Counter()  # units of which something is under way into the store
        self.changed: Callable[[], None] = lambda: None

    async def load(self, units: Mapping[str, Unit]) -> None:
        """Go on where an earlier run stopped."""
        self._units = units
        found = await self._writer.submit(alarms.still_open)
        for alarm in found:
            self._open.setdefault(alarm.unit, {})[alarm.code] = alarm

    def follow(self, change: UnitsChange) -> None:
        """Other units are known: the alarms of those that are lost ended as these were stored."""
        lost = [name for name in change.changed - self._units.keys() if self._open.pop(name, None)]
        if lost:
            self.changed()

    def open(self) -> list[Alarm]:
        """All that are open: the gravest first, of these the oldest."""
        found = [alarm for of_unit in self._open.values() for alarm in of_unit.values()]
        return sorted(found, key=lambda alarm: (SEVERITIES.index(alarm.kind.severity), alarm.number))

    def of(self, unit: str, code: str) -> Alarm | None:
        """The open one of that code at a unit."""
        return self._open.get(unit, {}).get(code)

    def summary(self) -> bytes:
        """What is published of all that are open."""
        return bodies.summary(self.open(), self._clock.now())

    def is_quiet(self, unit: str) -> bool:
        """Whether nothing is wrong with a unit, nor anything under way that says so."""
        return unit not in self._open and unit not in self._judging

    def history(self, unit: str | None = None, since_s: float = 0.0) -> Pending[list[Alarm]]:
        """Those of a unit (None: of all) that were there at some time since then, newest first.

        The last thousand at most. sqlite3.Error when the store cannot be read.
        """
        return self._writer.submit(lambda db: alarms.history(db, unit, since_s, _MOST))

    async def acknowledge(self, number: int, author: str, note: str = "", unit: str | None = None) -> Alarm:
        """Somebody knows of an alarm, open or cleared; whoever says so last stands. The alarm as it is then.

        `unit`: it must be that one's. OrderError (a ValueError) says what is wrong; sqlite3.Error when it
        could not be stored.
        """
        checked_author(author)
        if len(note) > _MAX_NOTE or not (note.isprintable()):
            raise OrderError("alarm_bad_note", f"note must be at most {_MAX_NOTE} printable characters")
        now_s = self._clock.now()
        message_id = self._outbox.next_id()

        def operation(db: Connection) -> _Step | None:
            known = number in _NUMBERS
            alarm = life.acknowledged(db, number, unit, author, note, now_s) if known else None
            if alarm:
                self.put(db, message_id, alarm, "acknowledged", now_s)
            return alarm and (alarm, "acknowledged")

        step = await self._writer.submit(operation)
        if step is None:
            raise OrderError("alarm_unknown", f"there is no alarm {number} of {unit or 'this gateway'}")
        self._done([step])
        return step[0]

    def judge(self, unit: str, signs: Iterable[Sign], time_s: float) -> "Judgement | None":
        """What signs make of a unit's alarms: to be applied in the transaction that stores what brought them.

        None when they change nothing: so it is with most reports of most units.
        """
        known = self._open.get(unit, {})
        doubtful = unit in self._judging
        telling = [sign for sign in signs if sign.there or doubtful or sign.code in known]
        return Judgement(self, unit, telling, time_s) if telling else None

    def tell(self, unit: str, *signs: Sign) -> None:
        """What no message of a unit's has told."""
        judgement = self.judge(unit, signs, self._clock.now())
        if judgement is None:
            return

        def operation(db: Connection) -> bool:
            judgement.apply(db)
            return True

        self._writer.submit(operation).then(judgement.finished)

    def trim(self) -> Pending[int]:
        """Let go of the oldest of those that are cleared, where there are too many."""
        return self._writer.submit(lambda db: alarms.trim(db, _KEPT))

    def begin(self, unit: str, count: int) -> list[int]:
        """Something is under way into the store; numbers for what is told of it."""
        self._judging[unit] += 1
        return [self._outbox.next_id() for _ in range(count)]

    def end(self, unit: str, steps: list[_Step]) -> None:
        """It is there, or never will be (then without steps)."""
        self._judging[unit] -= 1
        if not self._judging[unit]:
            del self._judging[unit]
        self._done(steps)

    def _done(self, steps: list[_Step]) -> None:
        for alarm, change in steps:
            of_unit = self._open.setdefault(alarm.unit, {})
            of_unit.pop(alarm.code, None)
            if alarm.is_open:
                of_unit[alarm.code] = alarm
            elif not of_unit:
                del self._open[alarm.unit]
            if change:
                self._note(alarm, change)
        if any(change for _, change in steps):
            self._outbox.filled.set()
            self.changed()

    def _note(self, alarm: Alarm, change: str) -> None:
        self._counts.count(f"alarms_{change}")
        severity = kind_of(alarm.code).severity
        write = self._log.warning if change in ("raised", "again") and severity != "info" else self._log.info
        write(
            "alarm",
            unit=alarm.unit,
            number=alarm.number,
            code=alarm.code,
            change=change,
            severity=severity,
            count=alarm.count,
            author=alarm.author,
        )

    def put(self, db: Connection, message_id: int, alarm: Alarm, change: str, time_s: float) -> None:
        """Publish a step, in the transaction that makes it."""
        unit = self._units.get(alarm.unit)
        body = bodies.change(alarm, unit.kind if unit else "gateway", change, time_s)
        messages.put(db, message_id, alarm.unit, "alarm", None, time_s, body)


class Judgement:
    """Signs on their way into the store: `apply` runs inside a transaction, `finished` after it."""

    def __init__(self, book: Alarms, unit: str, signs: list[Sign], time_s: float):
        self._book = book
        self._unit = unit
        self._signs = signs
        self._time_s = time_s
        self._numbers = book.begin(unit, len(signs))
        self._steps: list[_Step] = []

    def apply(self, db: Connection) -> None:
        """Change the database, and nothing but the database: it may have to be done once more."""
        self._steps = []
        if registry.is_lost(db, self._unit):
            return  # a moment ago, and its alarms have ended: nothing would ever clear this one
        for sign, message_id in zip(self._signs, self._numbers, strict=True):
            step = life.judged(db, self._unit, sign, self._time_s)
            if step is None:
                continue
            if step[1]:
                self._book.put(db, message_id, *step, self._time_s)
            self._steps.append(step)

    def finished(self, done: Pending[bool]) -> None:
        """The transaction has been committed, or has failed, or what brought the signs was a replay."""
        self._book.end(self._unit, self._steps if done.came_true else [])

"""What each unit uses and does, booked to its month in the transaction that stores what told of it.

So it counts each step of a counter once, whatever becomes of the reports afterwards. The month that runs
stands with what else is known of the unit, and is written to the ledger when it is over.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from corolle_gateway.alarm.stopping import STOPPING
from corolle_gateway.hub.alarming import signs
from corolle_gateway.hub.alarming.silence import LEAST_S
from corolle_gateway.hub.metering import Meter, grown, meters
from corolle_gateway.model import Unit
from corolle_gateway.months import Months
from corolle_gateway.pending import Pending
from corolle_gateway.store import ledger, states
from corolle_gateway.store.states import Standing, Told

# A clock that has not been set yet books nothing: what is counted meanwhile comes with the next message.
_EARLIEST_S = 1_735_689_600  # 2025-01-01


class Accounts:
    """`limit_s` says after how much time without a word a unit counts as silent."""

    def __init__(self, months: Months, limit_s: Callable[[Unit], float]):
        self.months = months
        self.limit_s = limit_s
        self._known: dict[str, Standing] = {}  # as it is committed
        self._under_way: Counter[str] = Counter()

    def booking(
        self,
        unit: Unit,
        kind: str,
        body: dict[str, Any],
        raw: dict[str, Any],
        time_s: float,
        told: Told | None = None,
    ) -> "Booking":
        """What a message of a unit's adds to the ledger (an Aside). `told`: what is known by it, if a report.

        `kind`, `body` and `raw` are as a Watcher is shown them.
        """
        self._under_way[unit.name] += 1
        return Booking(self, unit, kind, body, raw, time_s, told)

    def before(self, db: sqlite3.Connection, unit: str) -> Standing | None:
        """Where a unit stood, for the booking whose turn it is; the database knows where memory may lag."""
        if self._under_way[unit] == 1 and unit in self._known:
            return self._known[unit]
        return states.standing(db, unit)

    def ended(self, unit: str, committed: Standing | None) -> None:
        """A booking has ended; None: nothing of it was committed."""
        self._under_way[unit] -= 1
        if committed:
            self._known[unit] = committed


class Booking(Struct, gc=False):
    """One message on its way into the ledger."""

    _book: Accounts
    _unit: Unit
    _kind: str
    _body: dict[str, Any]
    _raw: dict[str, Any]
    _time_s: float
    _told: Told | None
    _month: str = ""
    _month_begin_s: float = 0.0
    _after: Standing | None = None

    def apply(self, db: sqlite3.Connection) -> None:
        """Book it, and keep what is known of the unit now."""
        self._after = self._booked(db) if self._time_s >= _EARLIEST_S else None
        if self._told or self._after:
            states.put(db, self._unit.name, self._told, self._after)

    def finished(self, done: Pending[bool]) -> None:
        """The transaction has ended."""
        self._book.ended(self._unit.name, self._after if done.came_true else None)

    def _booked(self, db: sqlite3.Connection) -> Standing:
        self._month, self._month_begin_s = self._book.months.with_begin(self._time_s)
        now = self._begun(db)
        self._book_time(db, now)
        for meter in meters(self._unit.kind, self._kind):
            self._book_counter(db, now, meter)
        self._note_faults(now)
        now.full_w = self._raw.get("full_w") or now.full_w
        now.time_s = self._time_s
        return now

    def _begun(self, db: sqlite3.Connection) -> Standing:
        """Where the unit stood, as something that may be changed, and in the month of now."""
        unit, dev_eui = self._unit.name, self._unit.dev_eui
        before = self._book.before(db, unit) or Standing(dev_eui, self._time_s, self._month)
        now = replace(before, running=dict(before.running), counted=dict(before.counted))
        if now.month != self._month:
            ledger.add(db, unit, now.month, now.running, now.full_w)
            now.month, now.running = self._month, {}
        if now.dev_eui != dev_eui:  # another controller: its counters are its own
            now.dev_eui, now.counted, now.faults = dev_eui, {}, []
            _add(now, "resets", 1.0)
        return now

    def _book_time(self, db: sqlite3.Connection, now: Standing) -> None:
        """The time since the last message, for as long as the unit was not silent then."""
        heard_s = self._time_s - now.time_s
        if heard_s > LEAST_S:
            heard_s = min(heard_s, self._book.limit_s(self._unit))
        if heard_s > 0:
            until_s = now.time_s + heard_s
            self._spread(db, now, now.time_s, until_s, "heard_s", heard_s)
            if now.faults:
                self._spread(db, now, now.time_s, until_s, "stopped_s", heard_s)

    def _book_counter(self, db: sqlite3.Connection, now: Standing, meter: Meter) -> None:
        """What it has grown by is spread evenly over the time that took."""
        value = self._raw.get(meter.field)
        if value is None:
            return
        before, at_s = now.counted.get(meter.field, (value, self._time_s))
        by, is_anew = grown(meter, before, value, self._time_s - at_s)
        if by:
            self._spread(db, now, at_s, self._time_s, meter.column, by)
        if is_anew:
            _add(now, "resets", 1.0)
        now.counted[meter.field] = (value, self._time_s)

    def _spread(
        self, db: sqlite3.Connection, now: Standing, from_s: float, to_s: float, name: str, amount: float
    ) -> None:
        if from_s >= self._month_begin_s:
            _add(now, name, amount)
            return
        for month, share in self._book.months.spread(from_s, to_s):
            if month == self._month:
                _add(now, name, amount * share)
            else:
                ledger.add(db, self._unit.name, month, {name: amount * share}, None)

    def _note_faults(self, now: Standing) -> None:
        if self._kind != "event" and not now.faults and not self._body.get("faults"):
            return  # so it is with most messages of most units
        stopping = STOPPING[self._unit.kind]
        present = set(now.faults)
        for sign in signs.of(self._unit.kind, self._kind, self._body):
            if sign.code in stopping:
                (present.add if sign.there else present.discard)(sign.code)
        now.faults = sorted(present)


def _add(now: Standing, name: str, amount: float) -> None:
    now.running[name] = now.running.get(name, 0.0) + amount

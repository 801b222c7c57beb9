"""What each unit uses and does, booked to its month in the transaction that stores what told of it.

So it counts each step of a counter once, whatever becomes of the reports afterwards.
"""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from msgspec import Struct, json

from corolle_gateway.alarm.stopping import STOPPING
from corolle_gateway.hub import alarms_signs
from corolle_gateway.hub.metering import Meter, grown, meters
from corolle_gateway.model import Unit
from corolle_gateway.months import Months
from corolle_gateway.store import ledger

# A clock that has not been set yet books nothing: what is counted meanwhile comes with the next message.
_EARLIEST_S = 1_735_689_600  # 2025-01-01

Amounts = defaultdict[str, float]  # by column of the ledger


class Standing(Struct):
    """Where a unit's counters stood: by field, the value as it came and when. `faults` stop its service."""

    dev_eui: str
    time_s: float
    counted: dict[str, tuple[float, float]] = {}
    faults: list[str] = []


class Accounts:
    """`limit_s` says after how much time without a word a unit counts as silent."""

    def __init__(self, months: Months, limit_s: Callable[[Unit], float]):
        self._months = months
        self._limit_s = limit_s

    def stored(
        self, unit: Unit, kind: str, body: dict[str, Any], raw: dict[str, Any], time_s: float
    ) -> "Booking | None":
        """What a message of a unit's adds to the ledger (a Watcher)."""
        if time_s < _EARLIEST_S:
            return None
        return Booking(self._months, unit, kind, body, raw, time_s, self._limit_s(unit))


class Booking:
    """One message on its way into the ledger."""

    def __init__(
        self,
        months: Months,
        unit: Unit,
        kind: str,
        body: dict[str, Any],
        raw: dict[str, Any],
        time_s: float,
        limit_s: float,
    ):
        self._months = months
        self._unit = unit
        self._kind = kind
        self._body = body
        self._raw = raw
        self._time_s = time_s
        self._limit_s = limit_s
        self._month = months.of(time_s)

    def apply(self, db: sqlite3.Connection) -> None:
        """Book it."""
        name, booked = self._unit.name, defaultdict[str, Amounts](lambda: defaultdict(float))
        known = ledger.standing(db, name)
        standing = json.decode(known, type=Standing) if known else Standing(self._unit.dev_eui, self._time_s)
        here = booked[self._month]
        if standing.dev_eui != self._unit.dev_eui:  # another controller: its counters are its own
            standing.dev_eui, standing.counted, standing.faults = self._unit.dev_eui, {}, []
            here["resets"] += 1
        self._book_time(booked, standing)
        for meter in meters(self._unit.kind, self._kind):
            here["resets"] += self._book_counter(booked, standing, meter)
        self._note_faults(standing)
        standing.time_s = self._time_s
        for month, amounts in booked.items():
            ledger.add(db, name, month, amounts, self._raw.get("full_w"))
        ledger.keep_standing(db, name, self._time_s, json.encode(standing))

    def finished(self, done: asyncio.Future[bool]) -> None:
        """Nothing is kept but in the database."""

    def _book_time(self, booked: dict[str, Amounts], standing: Standing) -> None:
        """The time since the last message, for as long as the unit was not silent then."""
        heard_s = min(self._time_s - standing.time_s, self._limit_s)
        if heard_s > 0:
            until_s = standing.time_s + heard_s
            self._spread(booked, standing.time_s, until_s, "heard_s", heard_s)
            if standing.faults:
                self._spread(booked, standing.time_s, until_s, "stopped_s", heard_s)

    def _book_counter(self, booked: dict[str, Amounts], standing: Standing, meter: Meter) -> bool:
        """Whether it has begun anew. What it has grown by is spread evenly over the time that took."""
        now = self._raw.get(meter.field)
        if now is None:
            return False
        before, at_s = standing.counted.get(meter.field, (now, self._time_s))
        by, is_anew = grown(meter, before, now, self._time_s - at_s)
        if by:
            self._spread(booked, at_s, self._time_s, meter.column, by)
        standing.counted[meter.field] = (now, self._time_s)
        return is_anew

    def _spread(
        self, booked: dict[str, Amounts], from_s: float, to_s: float, name: str, amount: float
    ) -> None:
        if self._months.of(from_s) == self._month:
            booked[self._month][name] += amount
            return
        for month, share in self._months.spread(from_s, to_s):
            booked[month][name] += amount * share

    def _note_faults(self, standing: Standing) -> None:
        if self._kind != "event" and not standing.faults and not self._body.get("faults"):
            return  # so it is with most messages of most units
        stopping = STOPPING[self._unit.kind]
        present = set(standing.faults)
        for sign in alarms_signs.of(self._unit.kind, self._kind, self._body):
            if sign.code in stopping:
                (present.add if sign.there else present.discard)(sign.code)
        standing.faults = sorted(present)

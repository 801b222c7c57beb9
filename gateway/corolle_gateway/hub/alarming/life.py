"""How an alarm lives: raised by a sign, folded while signs come again, cleared when there are none."""

import sqlite3
from typing import Any

from msgspec import Struct

from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.alarm.kinds import kind_of
from corolle_gateway.store import alarms

# What comes back so soon after it was cleared is the same alarm: so what comes and goes within a night is
# one, and what comes with the next night is another.
AGAIN_S = 6 * 3600.0

RAISED, AGAIN, CLEARED = "raised", "again", "cleared"


class Sign(Struct, frozen=True):
    """Something says that what an alarm of this code stands for is there, or is not."""

    code: str
    there: bool
    first: dict[str, Any] = {}  # figures that tell more, by their names on the topics


def judged(db: sqlite3.Connection, unit: str, sign: Sign, time_s: float) -> tuple[Alarm, str] | None:
    """The alarm that a sign concerns, and what became of it ("": nothing to be told); None: no alarm."""
    is_moment = kind_of(sign.code).is_moment
    known = alarms.of_unit(db, unit, sign.code, float("inf") if is_moment else time_s - AGAIN_S)
    if not sign.there:
        return _cleared(db, known, time_s) if known and known.is_open else None
    if known is None:
        return alarms.put(db, unit, sign.code, sign.first, time_s), RAISED
    change = AGAIN if is_moment or not known.is_open else ""
    known.last_s = max(known.last_s, time_s)
    known.cleared_s = None
    known.first = known.first or sign.first
    if change:
        known.count += 1
        known.changes += 1
    alarms.update(db, known)
    return known, change


def acknowledged(
    db: sqlite3.Connection, number: int, unit: str | None, author: str, note: str, now_s: float
) -> Alarm | None:
    """The alarm of that number, acknowledged; what nothing else would ever clear is cleared by it.

    None when there is no such alarm, or it is not that unit's (None: any).
    """
    alarm = alarms.find(db, number)
    if alarm is None or unit not in (None, alarm.unit):
        return None
    alarm.author, alarm.note, alarm.acknowledged_s = author, note, now_s
    if alarm.is_open and alarm.kind.is_moment:
        alarm.cleared_s = now_s
    alarm.changes += 1
    alarms.update(db, alarm)
    return alarm


def _cleared(db: sqlite3.Connection, alarm: Alarm, time_s: float) -> tuple[Alarm, str]:
    alarm.cleared_s = max(time_s, alarm.raised_s)
    alarm.changes += 1
    alarms.update(db, alarm)
    return alarm, CLEARED

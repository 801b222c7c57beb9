"""The canopies' sanitary logs: each record kept once, its link checked, what is missing asked for again.

What contradicts a record that is kept is kept beside it: nobody but a person can say which of them is true.
"""

import sqlite3
from collections.abc import Callable, Iterable

from corolle.wire.sanitary_record import Record, first_link
from msgspec import Struct, json

from corolle_gateway.counts import Counts
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.sanitary_asking import Asking
from corolle_gateway.log import Log
from corolle_gateway.model import Guard, SanitaryEntry, Unit
from corolle_gateway.pending import Pending
from corolle_gateway.sanitary_chain import follows
from corolle_gateway.store import commands, sanitary
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks

_VERB, _AUTHOR = "records", "gateway"
_VALID_S = 3600.0

Publish = Callable[[Connection], bool]  # puts a message into the store; False: it is there


class _Kept(Struct, frozen=True):
    """What became of a record in the store."""

    is_new: bool
    contradicts: bool  # the log has another record of that number
    misfits: tuple[int, ...] = ()  # the numbers of records that do not follow the one before them
    whole_up_to: int = 0
    has_gap: bool = False


class SanitaryLogs:
    """Keeps the logs of a street's canopies and asks for what they lack."""

    def __init__(self, log: Log, counts: Counts, tasks: Tasks, writer: Writer, desk: Desk):
        self._log = log
        self._counts = counts
        self._tasks = tasks
        self._writer = writer
        self._desk = desk
        self._whole: dict[str, int] = {}  # up to which number a controller's log lacks nothing, by DevEUI
        self._gaps: set[str] = set()  # DevEUIs of controllers whose log goes on after a gap
        self._begun_s: dict[str, float] = {}  # when a controller's first record came
        self._asking: dict[str, Asking] = {}  # by unit
        self.doubted: Callable[[str, int], None] = lambda unit, number: None  # told each record in doubt

    async def load(self, units: Iterable[Unit]) -> None:
        """Go on where an earlier run stopped."""
        for dev_eui, (whole, has_gap, begun_s) in (await self._writer.submit(_standings)).items():
            self._stands(dev_eui, whole, has_gap)
            self._begun_s[dev_eui] = begun_s
        given = await self._writer.submit(lambda db: commands.last_given(db, _VERB, _AUTHOR))
        for unit in units:
            if unit.name in given:
                wanted = self._whole.get(unit.dev_eui, 0) + 1
                self._asking[unit.name] = Asking.of_order(*given[unit.name], wanted)

    def forget(self, unit: str) -> None:
        """The unit has another controller, with a log of its own: what the old one was told is past."""
        self._asking.pop(unit, None)

    def keep(self, unit: Unit, record: Record, now_s: float, guard: Guard, publish: Publish) -> Pending[bool]:
        """Store a record if `guard` allows, and with it, unless it is known, what `publish` puts there.

        True once that is committed, False when `guard` forbids it.
        """
        entry = SanitaryEntry(unit.name, unit.dev_eui, now_s, record)
        known = self._whole.get(unit.dev_eui, 0)

        def operation(db: Connection) -> _Kept | None:
            return _keep(db, entry, known, publish) if guard(db) else None

        kept = self._writer.submit(operation)
        kept.then(lambda done: self._told(unit, record, now_s, done))
        return kept.map(lambda kept: kept is not None)

    def heard(self, unit: Unit, now_s: float) -> None:
        """The unit has spoken, and so can be told which records are missing, or are kept here for ever."""
        if unit.dev_eui not in self._whole:
            return
        asking = self._asking.setdefault(unit.name, Asking(self._begun_s[unit.dev_eui]))
        wanted, has_gap = self._whole[unit.dev_eui] + 1, unit.dev_eui in self._gaps
        if asking.is_due(wanted, has_gap, now_s):
            self._log.info("sanitary_gap" if has_gap else "sanitary_kept", unit=unit.name, number=wanted)
            self._tasks.start(self._ask(unit.name, asking.told(wanted, now_s)))

    async def _ask(self, unit: str, value: int) -> None:
        order = {"verb": _VERB, "value": value, "author": _AUTHOR, "for_s": _VALID_S}
        try:
            await self._desk.order(unit, json.encode(order))
        except sqlite3.Error:  # the writer has counted it
            self._asking.pop(unit, None)

    def _told(self, unit: Unit, record: Record, now_s: float, done: Pending[_Kept | None]) -> None:
        kept = None if done.error else done.result
        if kept is None:
            return
        if kept.contradicts:
            self._counts.reject("sanitary_contradiction", unit=unit.name, number=record.number)
            self.doubted(unit.name, record.number)
        elif kept.is_new:
            self._counts.count("sanitary_records")
            for number in kept.misfits:
                self._counts.count("sanitary_links_broken")
                self._log.error("sanitary_link_broken", unit=unit.name, number=number)
                self.doubted(unit.name, number)
            self._begun_s.setdefault(unit.dev_eui, now_s)
            self._stands(unit.dev_eui, kept.whole_up_to, kept.has_gap)
        self.heard(unit, now_s)

    def _stands(self, dev_eui: str, whole: int, has_gap: bool) -> None:
        self._whole[dev_eui] = whole
        (self._gaps.add if has_gap else self._gaps.discard)(dev_eui)


def _standings(db: Connection) -> dict[str, tuple[int, bool, float]]:
    begun_s = sanitary.controllers(db)
    return {dev_eui: (*sanitary.whole_up_to(db, dev_eui, 0), begun_s[dev_eui]) for dev_eui in begun_s}


def _keep(db: Connection, entry: SanitaryEntry, known: int, publish: Publish) -> _Kept:
    kept = sanitary.find(db, entry.dev_eui, entry.record.number)
    if kept is not None:
        contradicts = kept != entry.record
        if contradicts:
            sanitary.put_contradiction(db, entry)
        return _Kept(is_new=False, contradicts=contradicts)
    sanitary.put(db, entry)
    publish(db)
    whole, has_gap = sanitary.whole_up_to(db, entry.dev_eui, known)
    return _Kept(True, False, tuple(_misfits(db, entry.dev_eui, entry.record)), whole, has_gap)


def _misfits(db: Connection, dev_eui: str, record: Record) -> list[int]:
    """Which of a new record and the one after it do not follow; one whose forerunner is missing may."""
    before = sanitary.find(db, dev_eui, record.number - 1)
    previous = first_link(dev_eui) if record.number == 1 else before and before.chain
    after = sanitary.find(db, dev_eui, record.number + 1)
    found = [] if previous is None or follows(record, previous) else [record.number]
    return found if after is None or follows(after, record.chain) else [*found, after.number]

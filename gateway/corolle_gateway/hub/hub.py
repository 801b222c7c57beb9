"""Uplinks: decoded, stored, queued for the city."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from corolle.wire import sanitary_record, settings_words
from corolle.wire.errors import FrameError
from corolle.wire.fields import Message
from corolle.wire.schema import ACK, CANOPY_REPORT, CANOPY_SERVICE, EVENT, LAMP_REPORT, LAMP_SERVICE
from msgspec import Struct

from corolle_gateway.counts import Counts
from corolle_gateway.hub import bodies, unpacker
from corolle_gateway.hub.accounts import Accounts
from corolle_gateway.hub.bodies import Body
from corolle_gateway.hub.counters import unwrap
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.retold import Retold
from corolle_gateway.hub.sanitary import Publish, SanitaryLogs
from corolle_gateway.hub.settings_desk import SettingsDesk
from corolle_gateway.hub.twins import Twins
from corolle_gateway.hub.watchers import Aside, Watcher
from corolle_gateway.model import (
    Accepted,
    Arrival,
    Counters,
    Downlink,
    Guard,
    LinkStatus,
    Radio,
    Sensed,
    Sent,
    Unit,
    UnitsChange,
    Uplink,
    unix_s,
)
from corolle_gateway.pending import Pending
from corolle_gateway.store import messages, states
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.states import Told
from corolle_gateway.store.writer import Writer

_REPORTS = {"lamp": LAMP_REPORT, "canopy": CANOPY_REPORT}
_SERVICES = {"lamp": LAMP_SERVICE, "canopy": CANOPY_SERVICE}

_Said = tuple[Message, dict[str, Any]]  # a message of the table, and its values


class _Report(Struct, gc=False):
    """A report on its way: what it says, where the unit's counters are after it, and what is told by it."""

    uplink: Uplink
    values: dict[str, Any]
    body: Body
    counters: Counters
    told: Told


class Hub:
    """Between the links and the store."""

    def __init__(
        self,
        counts: Counts,
        writer: Writer,
        outbox: Outbox,
        desk: Desk,
        sanitary: SanitaryLogs,
        settings: SettingsDesk,
        accounts: Accounts,
        watcher: Watcher,
    ):
        self._counts = counts
        self._writer = writer
        self._outbox = outbox
        self._desk = desk
        self._sanitary = sanitary
        self._settings = settings
        self._accounts = accounts
        self._watcher = watcher
        self._reported: Callable[[str], None] = lambda unit: None
        self._counters: dict[str, Counters] = {}  # with what is under way
        self._kept_counters: dict[str, Counters] = {}  # as they stand in the store
        self._unsettled: dict[int, Body] = {}
        self._twins = Twins()
        self._retold = Retold()
        self._reported_s: dict[str, float] = {}
        self.units: dict[str, Unit] = {}
        self.latest: dict[str, Body] = {}  # the last report of each unit

    async def load(self, units: list[Unit], reported: Callable[[str], None]) -> None:
        """Go on where an earlier run stopped. `reported` is told each unit whose report is committed."""
        self._reported = reported
        self.units = {unit.name: unit for unit in units}
        for name, (report, counters) in (await self._writer.submit(states.told)).items():
            self.latest[name] = msgspec.json.decode(report)
            self._reported_s[name] = unix_s(self.latest[name]["time"])
            self._counters[name] = self._kept_counters[name] = _counters(counters)
        for name, event in await self._writer.submit(messages.events):
            try:
                self._retold.put(name, msgspec.json.decode(event, type=dict[str, Any]))
            except (msgspec.DecodeError, KeyError, TypeError, ValueError):  # a bit of it is flipped
                self._counts.reject("message_unreadable", unit=name)
        await self._sanitary.load(units)

    async def follow(self, change: UnitsChange) -> None:
        """Other units are known; a new controller's counts go on from its unit's totals. sqlite3.Error."""
        kept = await self._writer.submit(states.told) if change.anew else {}
        self.units.clear()  # others hold the same dictionary
        self.units.update(change.in_service)
        for name in change.anew:
            self._twins.forget(name)
            self._retold.forget(name)
            self._sanitary.forget(name)
        for name in change.anew & kept.keys():
            self._counters[name] = self._kept_counters[name] = _counters(kept[name][1])

    def accept(self, arrivals: list[Arrival]) -> list[Accepted]:
        """Store uplinks, each if its guard allows; they are published after settle().

        Each step is taken with all of them before the next one (links/lorawan/endpoint says why), but what
        is stored is so in their order.
        """
        said = [_decoded(uplink) for uplink, _ in arrivals]
        reports = [self._report(uplink, each) for (uplink, _), each in zip(arrivals, said, strict=True)]
        return [
            self._put(report, guard) if report else self._accepted(uplink, guard, each)
            for (uplink, guard), each, report in zip(arrivals, said, reports, strict=True)
        ]

    def tell_status(self, heard: Uplink, status: LinkStatus) -> None:
        """Publish what a unit said of itself in an uplink that was accepted."""
        uplink = Uplink(heard.unit, heard.key + "-status", 0, b"", heard.time_s, heard.radio)
        accepted = self._stored(uplink, "service", bodies.status(uplink, status), {}, lambda db: True)
        accepted.stored.then(partial(self._count, "services"))
        if accepted.message_id is not None:
            self.settle(accepted.message_id)

    def sense(self, sensed: Sensed, guard: Guard) -> Accepted:
        """Store what a unit's adverts said if `guard` allows; it is published after settle()."""
        accepted = self._stored(sensed, "reading", bodies.reading(sensed), {}, guard)
        accepted.stored.then(partial(self._count, "readings"))
        return accepted

    def near(self, unit: str) -> None:
        """The unit is in reach of the gateway's own Bluetooth."""
        self._twins.watch(unit)
        self._desk.came_near(unit)
        if not self._desk.is_busy(unit):
            self._settings.came_near(unit)

    def reported_s(self, unit: str) -> float:
        """When the unit's last report came, over whichever link; 0 if it never sent one."""
        return self._reported_s.get(unit, 0.0)

    def settle(self, message_id: int, radio: Radio | None = None) -> None:
        """No concentrator is waited for any longer: the message may go, with how well it was heard."""
        body = self._unsettled.pop(message_id, None)
        if body is not None and radio and radio.gateway_count > 1:
            body["radio"] = bodies.radio(radio)
            said = msgspec.json.encode(body)
            self._writer.submit(lambda db: messages.replace_body(db, message_id, said))
        self._outbox.release(message_id)

    def waiting(self, unit: str) -> int:
        """How many messages wait for the unit's next uplink."""
        return self._desk.waiting(unit) + self._settings.waiting(unit)

    def next_downlink(self, unit: str, room: int) -> Downlink | None:
        """The next message for a unit that has just spoken, of at most `room` bytes."""
        return self._desk.next_downlink(unit, room) or self._settings.next_downlink(unit, room)

    def sent(self, downlink: Downlink, outcome: Sent) -> None:
        """What became of what next_downlink() gave."""
        taker = self._settings if downlink.port == settings_words.PORT else self._desk
        taker.sent(downlink, outcome)

    def heard(self, downlink: Downlink) -> None:
        """The unit says that a confirmed downlink has reached it."""
        self._desk.heard(downlink)

    def _accepted(self, uplink: Uplink, guard: Guard, said: _Said | str) -> Accepted:
        """Whatever is no report."""
        try:
            if not uplink.port:  # nothing but MAC commands, or not even these
                return Accepted(None, self._writer.submit(guard))
            if uplink.port == sanitary_record.PORT and uplink.unit.kind == "canopy":
                return self._record(uplink, sanitary_record.unpack(uplink.payload), guard)
            if uplink.port == settings_words.PORT:
                return self._settings.heard(uplink, guard)
        except FrameError as error:
            return self._unreadable(uplink, _cause(error), guard)
        if isinstance(said, str):
            return self._unreadable(uplink, said, guard)
        message, values = said
        if message is ACK:
            return Accepted(None, self._desk.answered(uplink.unit.name, values, guard))
        if "seq" in values and self._twins.is_twin(uplink, values["seq"]):
            self._counts.count("twins")
            return Accepted(None, self._writer.submit(guard))
        if message is EVENT:
            accepted = self._event(uplink, values, guard)
        elif message is _SERVICES[uplink.unit.kind]:
            body = bodies.report(uplink, message, values, {})
            accepted = self._stored(uplink, "service", body, values, guard)
        else:
            return self._unreadable(uplink, "payload_not_of_this_kind", guard)
        self._twins.taken(uplink, values["seq"], accepted.stored)
        return accepted

    def _report(self, uplink: Uplink, said: _Said | str) -> _Report | None:
        """What is told of a report; None: it is none, or another link has brought it."""
        if isinstance(said, str) or said[0] is not _REPORTS[uplink.unit.kind]:
            return None
        message, values = said
        if self._twins.is_twin(uplink, values["seq"]):
            return None
        name = uplink.unit.name
        elapsed_s = uplink.time_s - self._reported_s.get(name, uplink.time_s)
        totals, counters = unwrap(message, values, self._counters.get(name, {}), elapsed_s)
        self._counters[name] = counters
        body = bodies.report(uplink, message, values, totals)
        encode = msgspec.json.encode
        return _Report(uplink, values, body, counters, (encode(body), encode(counters)))

    def _put(self, report: _Report, guard: Guard) -> Accepted:
        uplink, values = report.uplink, report.values
        accepted = self._stored(uplink, "report", report.body, values, guard, report.told)
        accepted.stored.then(partial(self._told, report))
        self._twins.taken(uplink, values["seq"], accepted.stored)
        return accepted

    def _event(self, uplink: Uplink, values: dict[str, Any], guard: Guard) -> Accepted:
        name, body = uplink.unit.name, bodies.event(uplink, values)
        if self._retold.is_known(name, body):
            self._counts.count("events_retold")
            return Accepted(None, self._writer.submit(self._retold.once_stored(name, body, guard)))
        self._settings.event(name, body["event"])
        accepted = self._stored(uplink, "event", body, values, guard)
        accepted.stored.then(partial(self._count, "events"))
        self._retold.taken(uplink, body, accepted.stored)
        return accepted

    def _record(self, uplink: Uplink, record: sanitary_record.Record, guard: Guard) -> Accepted:
        body = bodies.sanitary(uplink, record)
        message_id, publish = self._held(uplink, "sanitary", body, msgspec.json.encode(body))
        return Accepted(message_id, self._sanitary.keep(uplink.unit, record, uplink.time_s, guard, publish))

    def _stored(
        self,
        uplink: Uplink | Sensed,
        kind: str,
        body: Body,
        raw: dict[str, Any],
        guard: Guard,
        told: Told | None = None,
    ) -> Accepted:
        """Queue a message, book it, let the watcher see it. `told`: what is known by a report."""
        said = told[0] if told else msgspec.json.encode(body)
        message_id, publish = self._held(uplink, kind, body, said)
        seen = uplink.unit, kind, body, raw, uplink.time_s
        asides: list[Aside] = [self._accounts.booking(*seen, told)]
        if aside := self._watcher.stored(*seen):
            asides.append(aside)
        # What is known is not published anew, nor is what it tells kept once more.
        stored = self._writer.submit(guard, publish, *[aside.apply for aside in asides])
        for aside in asides:
            stored.then(aside.finished)
        return Accepted(message_id, stored)

    def _count(self, name: str, done: Pending[bool]) -> None:
        if done.came_true:
            self._counts.count(name)

    def _held(self, uplink: Uplink | Sensed, kind: str, body: Body, said: bytes) -> tuple[int, Publish]:
        """Number what is told of an uplink, hold it until settle(); the number, and what puts it there."""
        message_id = self._outbox.next_id()
        self._outbox.hold(message_id)
        self._unsettled[message_id] = body
        unit, key, time_s = uplink.unit.name, uplink.key, uplink.time_s
        return message_id, lambda db: messages.put(db, message_id, unit, kind, key, time_s, said)

    def _told(self, report: _Report, done: Pending[bool]) -> None:
        uplink = report.uplink
        name = uplink.unit.name
        if not done.came_true:
            # It may come again, and those before it, and is not to be taken for a wrap.
            self._counters[name] = self._kept_counters.get(name, {})
        else:
            self._counts.count("reports")
            self._kept_counters[name] = report.counters
            self.latest[name] = report.body
            self._reported_s[name] = uplink.time_s
            self._reported(name)
            self._sanitary.heard(uplink.unit, uplink.time_s)

    def _unreadable(self, uplink: Uplink, cause: str, guard: Guard) -> Accepted:
        """Authentic, and so its counter is used up; but nothing that could be published."""
        self._counts.reject(cause, unit=uplink.unit.name, port=uplink.port)
        return Accepted(None, self._writer.submit(guard))


def _decoded(uplink: Uplink) -> _Said | str:
    """What an uplink says by the table, or the cause why it says nothing."""
    try:
        return unpacker.decode(uplink.port, uplink.payload)
    except FrameError as error:
        return _cause(error)


def _cause(error: FrameError) -> str:
    return "payload_" + error.cause.replace(" ", "_")


def _counters(stored: bytes) -> Counters:
    return msgspec.json.decode(stored, type=Counters)

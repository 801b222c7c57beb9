"""Settings: what the city wants is kept, sent until the unit says it runs it, and shown where it does not."""

import asyncio
from collections.abc import Iterable
from functools import partial

from corolle.wire import eu868, settings_words
from msgspec import json

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.hub import bodies, wishes
from corolle_gateway.hub.orders import OrderError
from corolle_gateway.hub.paths import Paths
from corolle_gateway.hub.places import Places, names_of
from corolle_gateway.hub.standing import Standing, Values
from corolle_gateway.model import Accepted, Downlink, Guard, Sent, Unit, UnitsChange, Uplink
from corolle_gateway.pending import Pending
from corolle_gateway.settings_tables import known as legal
from corolle_gateway.store import messages, settings
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks

# After these what a unit said before is not certain any more.
_UNSETTLING = ("boot", "settings reset", "settings changed")
_CLASS_C = "C"
_ROOM = eu868.max_payload(0)  # at RX2, where class C listens, whatever its data rate
_STORE_RETRY_S = 1.0
_AT_ONCE = 8  # so many units are told without waiting for their next uplink: a street's airtime is dear


class SettingsDesk:
    """A later name counts more than an earlier one: kind, site, groups in their order, the unit itself."""

    def __init__(
        self, clock: Clock, counts: Counts, tasks: Tasks, writer: Writer, outbox: Outbox, places: Places
    ):
        self._clock = clock
        self._counts = counts
        self._tasks = tasks
        self._writer = writer
        self._outbox = outbox
        self._places = places
        self._paths: Paths | None = None
        self._desired: dict[str, Values] = {}
        self._units: dict[str, Unit] = {}
        self._standings: dict[str, Standing] = {}
        self._unstored: set[str] = set()  # units of which what they run could not be stored, or not be told

    async def load(self, units: dict[str, Unit], paths: Paths) -> None:
        """Go on where an earlier run stopped."""
        self._units, self._paths = units, paths
        self._desired = await self._writer.submit(settings.desired)
        reported = await self._writer.submit(settings.reported)
        for unit in units.values():
            self._standings[unit.name] = Standing(unit.kind, self._wanted(unit), reported.get(unit.name))

    def follow(self, change: UnitsChange) -> None:
        """Other units are known: what a new controller runs is not, and others may be to run other things."""
        for name in change.changed:
            before, unit = self._standings.pop(name, None), self._units.get(name)
            if unit:
                runs = before.reported if before and name not in change.anew else None
                standing = self._standings[name] = Standing(unit.kind, self._wanted(unit), runs)
                if before and standing.desired != before.desired:
                    self._publish(unit)

    async def order(self, name: str, payload: bytes) -> None:
        """Take what the city wants of whoever goes by a name. sqlite3.Error when it could not be stored."""
        members = self._places.members(name)
        now_s = self._clock.now()
        try:
            wish = wishes.read({unit.kind for unit in members}, payload)
        except OrderError as error:
            self._counts.reject(error.cause, unit=name)
            await self._tell(name, error.order_id, "refused", str(error), error.author)
            return
        await self._writer.submit(lambda db: settings.want(db, name, wish.settings, wish.author, now_s))
        self._want(name, wish.settings)
        await self._tell(name, wish.id, "accepted", "", wish.author, len(members))
        members = self._places.members(name)  # some may have been lost meanwhile
        for unit in members:
            self._changed(unit, not wish.settings)
        self._tell_at_once(members)

    def heard(self, uplink: Uplink, guard: Guard) -> Accepted:
        """A unit says what it runs. FrameError when that cannot be read."""
        unit = uplink.unit
        standing = self._standings[unit.name]
        before = standing.reported, standing.refused
        known = standing.answered(uplink.payload) and (standing.reported, standing.refused) != before
        return Accepted(None, self._told(unit, known, guard))

    def came_near(self, unit: str) -> None:
        """The unit can be spoken to now: what waits for its next uplink need not."""
        if self.waiting(unit):
            self._tasks.start(self._send_near(unit))

    def event(self, unit: str, word: str) -> None:
        """Something happened at a unit."""
        standing = self._standings.get(unit)
        if standing and word in _UNSETTLING:
            standing.stale()

    def runs(self, unit: Unit, setting: str) -> int:
        """A setting of a unit's as it says it runs; what is wanted, or usual, while that is not known."""
        standing = self._standings.get(unit.name)
        known = (standing.reported or standing.desired) if standing else {}
        return known.get(setting, legal(unit.kind)[setting].default)

    def standings(self) -> Iterable[tuple[str, Standing]]:
        """Each unit's name, and where it stands."""
        return self._standings.items()

    def waiting(self, unit: str) -> int:
        """How many messages wait for the unit's next uplink: one at a time."""
        standing = self._standings.get(unit)
        if standing is None or standing.is_content:
            return 0
        return int(standing.is_due(self._clock.now()))

    def next_downlink(self, unit: str, room: int) -> Downlink | None:
        """What to tell or ask a unit that listens now, of at most `room` bytes."""
        if not self.waiting(unit):
            return None
        standing = self._standings[unit]
        payload = standing.payload(room)
        if not payload:
            return None
        standing.sends(self._clock.now())  # now, for the unit may answer before the concentrator has
        return Downlink(self._units[unit], settings_words.PORT, payload, "")

    def sent(self, downlink: Downlink, outcome: Sent) -> None:
        """What became of what next_downlink() gave."""
        standing = self._standings.get(downlink.unit.name)
        if standing and not outcome.ok:
            standing.not_sent()

    def _told(self, unit: Unit, news: bool, guard: Guard) -> Pending[bool]:
        """A unit has said what it runs. `news`: nobody knew."""
        values = dict(self._standings[unit.name].reported or {})
        self._counts.count("settings_answers")

        def operation(db: Connection) -> bool:
            if not guard(db):
                return False
            if news:
                settings.put_reported(db, unit.name, values)
            return True

        stored = self._writer.submit(operation)
        if news:
            stored.then(partial(self._ended, unit.name))
            self._publish(unit)
        return stored

    def _ended(self, unit: str, done: Pending[bool] | Pending[None]) -> None:
        """What a full disk refused would be no news when it comes again: it is tried until it is there."""
        if done.error and unit not in self._unstored:
            self._unstored.add(unit)
            asyncio.get_running_loop().call_later(_STORE_RETRY_S, self._store_again, unit)

    def _store_again(self, name: str) -> None:
        self._unstored.discard(name)
        unit, standing = self._units.get(name), self._standings.get(name)
        if not unit or not standing:
            return  # it was lost meanwhile
        if standing.reported is not None:
            values = dict(standing.reported)
            kept = self._writer.submit(lambda db: settings.put_reported(db, name, values))
            kept.then(partial(self._ended, name))
        self._publish(unit)

    def _wanted(self, unit: Unit) -> Values:
        wanted: Values = {}
        for name in names_of(unit):
            wanted |= self._desired.get(name, {})
        return {name: value for name, value in wanted.items() if name in legal(unit.kind)}

    def _want(self, name: str, wanted: dict[str, int | None]) -> None:
        of_name = self._desired.setdefault(name, {})
        for setting, value in wanted.items():
            if value is None:
                of_name.pop(setting, None)
            else:
                of_name[setting] = value

    def _changed(self, unit: Unit, asked: bool) -> None:
        standing = self._standings[unit.name]
        standing.want(self._wanted(unit))
        self._publish(unit)
        if asked:
            standing.ask()

    def _tell_at_once(self, members: Iterable[Unit]) -> None:
        """Class C listens always, and so does who is near; of many units each is told after its next uplink,
        or its next advert.
        """
        reached = [unit for unit in members if unit.radio_class == _CLASS_C or self._is_near(unit.name)]
        if len(reached) <= _AT_ONCE:
            for unit in reached:
                self._tasks.start(self._send(unit))

    async def _send(self, unit: Unit) -> None:
        if self._is_near(unit.name) and await self._send_near(unit.name):
            return
        if unit.radio_class != _CLASS_C:
            return
        downlink = self.next_downlink(unit.name, _ROOM)
        if downlink and self._paths:
            self.sent(downlink, await self._paths.send_far(downlink))

    def _is_near(self, unit: str) -> bool:
        return self._paths is not None and self._paths.is_near(unit)

    async def _send_near(self, unit: str) -> bool:
        """Whether a unit that is near runs what is wanted, or has said why it does not."""
        if not self._paths or not self._is_near(unit):
            return False
        standing = self._standings[unit]
        standing.sends(self._clock.now())
        values = await self._paths.settings(unit, standing.desired)
        if self._standings.get(unit) is not standing:
            return False  # it is another controller's turn, or nobody's
        if values is None:
            standing.not_sent()
            return False
        before = standing.reported
        standing.runs(values)
        self._told(self._units[unit], standing.reported != before, lambda _: True)
        return True

    def _publish(self, unit: Unit) -> None:
        standing = self._standings[unit.name]
        body = bodies.standing(unit, standing, self._clock.now())
        told = self._put(unit.name, "settings", body | {"names": names_of(unit), "refused": standing.refused})
        told.then(partial(self._ended, unit.name))

    def _tell(
        self,
        name: str,
        order_id: str | None,
        status: str,
        reason: str,
        author: str | None,
        value: int | None = None,
    ) -> Pending[None]:
        body = bodies.answer(name, order_id, status, reason, value, author, self._clock.now())
        return self._put(name, "ack", body)

    def _put(self, name: str, kind: str, body: bodies.Body) -> Pending[None]:
        message_id, now_s, said = self._outbox.next_id(), self._clock.now(), json.encode(body)

        def operation(db: Connection) -> None:
            messages.put(db, message_id, name, kind, None, now_s, said)

        stored = self._writer.submit(operation)
        stored.then(lambda _: self._outbox.filled.set())
        return stored

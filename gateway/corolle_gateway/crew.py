"""What a crew at the serial console may ask and order, answered by the gateway's rooms."""

import asyncio
import secrets
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.clock import Clock
from corolle_gateway.config import Config
from corolle_gateway.console.outside import Body, LinkNow, NotNear, OrderRefused, OutboxNow, Tap, UnitNow
from corolle_gateway.console.room import Console
from corolle_gateway.console.users import Users
from corolle_gateway.counts import Counts
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.alarming.watch import Watch
from corolle_gateway.hub.door import Door
from corolle_gateway.hub.hub import Hub
from corolle_gateway.hub.keeper import Keeper
from corolle_gateway.hub.orders import OrderError
from corolle_gateway.links.chirpstack.link import ChirpstackLink
from corolle_gateway.links.lorawan.link import LorawanLink
from corolle_gateway.log import Log
from corolle_gateway.logs import sieve as sieves
from corolle_gateway.logs.sieve import Sieve
from corolle_gateway.model import Command, Unit
from corolle_gateway.northbound.city import City
from corolle_gateway.store import commands, groups, messages
from corolle_gateway.store.reader import Reader
from corolle_gateway.tasks import Tasks
from corolle_gateway.version import version

if TYPE_CHECKING:
    from corolle_gateway.links.ble.link import BleLink

_EARLIER_LINES = 500
_RECENT_LINES = 200
_GONE_S = 120.0  # packet forwarders send something every 5 to 30 s


class Rooms(Struct):
    """Those that are asked. Only in the event loop's thread."""

    clock: Clock
    log: Log
    counts: Counts
    door: Door
    hub: Hub
    keeper: Keeper
    alarms: Alarms
    watch: Watch
    city: City
    far: LorawanLink | ChirpstackLink
    ble: "BleLink | None"


def open_console(settings: Config, rooms: Rooms, tasks: Tasks) -> None:
    """Serve the crew at the serial port."""
    users = Users(settings.gateway.data_dir)
    crew, device = GatewayCrew(settings, rooms), str(settings.console.device)
    tasks.keep(Console(settings.console, device, crew, users, rooms.log, rooms.counts).run)


class GatewayCrew:
    """A Crew (console/outside.py)."""

    def __init__(self, settings: Config, rooms: Rooms):
        self.site, self.name = settings.gateway.site, settings.gateway.name
        self.version = version()
        self._settings = settings
        self._rooms = rooms
        self._reader = Reader(settings.gateway.data_dir)
        self._recent: deque[str] = deque(
            maxlen=_RECENT_LINES
        )  # the log's files have theirs some seconds late
        rooms.log.add(lambda _, line: self._recent.append(line.rstrip("\n")))

    def now(self) -> float:
        """Unix seconds."""
        return self._rooms.clock.now()

    def names(self) -> list[str]:
        """All units."""
        return list(self._rooms.hub.units)

    def groups(self) -> list[str]:
        """All groups and sites."""
        return self._rooms.door.groups()

    def members(self, name: str) -> list[Unit]:
        """The units that go by a name, their own or a group's; none when nobody knows it."""
        return self._rooms.door.members(name)

    def unit(self, name: str) -> UnitNow:
        """KeyError for one that is not registered."""
        hub, ble = self._rooms.hub, self._rooms.ble
        is_near, is_missed = ble is not None and ble.is_near(name), self._rooms.watch.is_missed(name)
        return UnitNow(hub.units[name], hub.latest.get(name), hub.reported_s(name), is_near, is_missed)

    def links(self) -> list[LinkNow]:
        """All ways there are."""
        rooms, settings = self._rooms, self._settings
        found: list[LinkNow] = []
        if isinstance(rooms.far, LorawanLink):
            known = rooms.far.concentrators()
            for each in known:
                is_up = abs(self.now() - each.heard_s) < _GONE_S
                found.append(LinkNow("concentrator", each.eui, is_up, each.heard_s))
            never = set(rooms.far.missing()) - {each.eui for each in known}
            found += [LinkNow("concentrator", eui, False) for eui in sorted(never)]
        elif settings.chirpstack:
            found.append(LinkNow("chirpstack", settings.chirpstack.broker.host, rooms.far.hears()))
        if rooms.ble:
            found.append(LinkNow("bluetooth", settings.ble.adapter or "", rooms.ble.hears()))
        return [*found, LinkNow("broker", settings.broker.host, rooms.city.is_connected)]

    async def outbox(self) -> OutboxNow:
        """What waits for the city."""
        waiting, oldest_s = await self._reader.ask(
            lambda db: (messages.backlog(db), messages.oldest_queued_s(db))
        )
        room, max_mb = self._rooms.keeper.room, self._settings.store.max_mb
        if room is None:
            return OutboxNow(waiting, oldest_s, None, max_mb, None, None)
        return OutboxNow(waiting, oldest_s, room.used_mb, max_mb, room.per_hour, room.hours_left)

    async def told(self, unit: str, kinds: tuple[str, ...], most: int) -> list[Body]:
        """The last messages of a unit, the newest first."""
        found = await self._reader.ask(lambda db: messages.told(db, unit, kinds, most))
        return [msgspec.json.decode(body) for body in found]

    async def commands(self, unit: str | None, most: int) -> list[Command]:
        """The last orders to a unit, or to any; the newest first."""
        return await self._reader.ask(lambda db: commands.last(db, unit, most))

    async def command(self, unit: str, command_id: str) -> Command | None:
        """An order as it stands."""
        return await self._reader.ask(lambda db: commands.find(db, unit, command_id))

    async def standing(self, group: str, order_id: str) -> dict[str, int]:
        """How many units of a group have come how far with an order, by status."""
        return await self._reader.ask(lambda db: groups.standing(db, group, order_id))

    async def order(self, name: str, verb: str, value: int, for_s: float, author: str) -> str:
        """Give an order as the city does, to a unit or to all of a group; its id. OrderRefused."""
        order = {"id": secrets.token_hex(4), "verb": verb, "value": value, "for_s": for_s, "author": author}
        written = msgspec.json.encode(order)
        try:
            self._rooms.door.check(name, written, self.now())
        except OrderError as error:
            self._rooms.counts.reject(error.cause, unit=name)
            raise OrderRefused(error.cause, str(error)) from error
        self._rooms.log.info("console_order", user=author, unit=name, verb=verb, id=order["id"])
        await self._rooms.door.order(name, written)
        return str(order["id"])

    async def self_test(self, unit: str) -> str:
        """What a unit that is near finds about itself: lines "part=finding". NotNear."""
        return await self._asked(lambda ble: ble.self_test(unit))

    async def verdict(self, unit: str) -> str:
        """What a unit that is near has found at the last test of its parts: lines "part=found". NotNear."""
        return await self._asked(lambda ble: ble.verdict(unit))

    async def _asked(self, ask: "Callable[[BleLink], Awaitable[str]]") -> str:
        if self._rooms.ble is None:
            raise NotNear("ble_no_adapter")
        from corolle_gateway.links.ble.refused import Refused  # there with Bluetooth's libraries alone

        try:
            return await ask(self._rooms.ble)
        except Refused as refused:
            raise NotNear(refused.cause) from refused

    def alarms(self) -> list[Alarm]:
        """Those that are open, the gravest first."""
        return self._rooms.alarms.open()

    async def acknowledge(self, number: int, author: str, note: str) -> Alarm:
        """Somebody knows of an alarm; as it is then. OrderRefused."""
        try:
            return await self._rooms.alarms.acknowledge(number, author, note)
        except OrderError as error:
            self._rooms.counts.reject(error.cause)
            raise OrderRefused(error.cause, str(error)) from error

    def sieve(self, unit: str | None, level: str, text: str | None) -> Callable[[str], bool | None]:
        """Says of a line of the log, its end taken off, whether it is wanted."""
        return Sieve(unit=unit, level=level, text=text).passes

    def earlier(self, filters: dict[str, str]) -> Awaitable[list[str]]:
        """The last lines of the log up to now, oldest first. ValueError when `since` is no time."""
        since = sieves.moment(filters["since"], self.now())
        wanted = Sieve(**{**filters, "since": since})
        recent = [line for line in self._recent if wanted.passes(line)]
        return self._earlier(filters, since, recent, self._recent[0] if self._recent else "")

    async def _earlier(
        self, filters: dict[str, str], since: str, recent: list[str], first_recent: str
    ) -> list[str]:
        """What the files have from before the recent lines, and these.

        Megabytes are unpacked and looked through: in a process of its own, which has another core.
        """
        given = [f"--{name}={value}" for name, value in ({**filters, "since": since}).items()]
        folder = f"--data-dir={self._settings.gateway.data_dir}"
        reading = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "corolle_gateway.app", "log", folder, *given),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            kept = [line for line in await _last_lines(reading) if _time(line) < _time(first_recent)]
            return [*kept, *recent][-_EARLIER_LINES:]
        finally:
            if reading.returncode is None:
                reading.kill()
            await reading.wait()

    def tap(self, tap: Tap) -> None:
        """Have `tap` take each line of the log from now on."""
        self._rooms.log.add(tap)

    def untap(self, tap: Tap) -> None:
        """It takes no more."""
        self._rooms.log.remove(tap)


def _time(line: str) -> str:
    return line.partition(" ")[0]


async def _last_lines(reading: asyncio.subprocess.Process) -> list[str]:
    lines: deque[str] = deque(maxlen=_EARLIER_LINES)
    if reading.stdout:
        async for line in reading.stdout:
            lines.append(line.decode(errors="replace").rstrip("\n"))
    return list(lines)

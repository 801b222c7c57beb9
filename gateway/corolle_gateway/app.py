"""The command line: `corolle-gateway run --config FILE`, and what else there is to do with a gateway."""

import argparse
import asyncio
import gc
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import asdict

from corolle_gateway import config, units_file
from corolle_gateway.accounting import command as account_command
from corolle_gateway.clock import Clock, FileClock, SystemClock, watch
from corolle_gateway.config import ChirpstackConfig, Config
from corolle_gateway.console import user_command
from corolle_gateway.counts import Counts
from corolle_gateway.errors import ConfigError, StartError, StoreError
from corolle_gateway.hub.accounts import Accounts
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.alarming.desk import AlarmDesk
from corolle_gateway.hub.alarming.probes import Ways, probes
from corolle_gateway.hub.alarming.watch import Watch
from corolle_gateway.hub.book import Book
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.door import Door
from corolle_gateway.hub.group_desk import GroupDesk
from corolle_gateway.hub.hub import Hub
from corolle_gateway.hub.keeper import Keeper
from corolle_gateway.hub.paths import Paths
from corolle_gateway.hub.places import Places
from corolle_gateway.hub.roll import Roll
from corolle_gateway.hub.sanitary import SanitaryLogs
from corolle_gateway.hub.settings_desk import SettingsDesk
from corolle_gateway.links.chirpstack.link import ChirpstackLink
from corolle_gateway.links.lorawan import terms
from corolle_gateway.links.lorawan.link import LorawanLink
from corolle_gateway.links.lorawan.upkeep import AdrRule
from corolle_gateway.log import Log
from corolle_gateway.logs import command as log_command
from corolle_gateway.model import Registration, UnitsChange
from corolle_gateway.months import Months
from corolle_gateway.northbound import tls_dates
from corolle_gateway.northbound.city import City
from corolle_gateway.northbound.mqtt import MqttClient
from corolle_gateway.northbound.packets import Incoming
from corolle_gateway.service import backup_command, hangup, units_command
from corolle_gateway.service.check import command as check_command
from corolle_gateway.service.inside import Inside
from corolle_gateway.service.notify import Notifier
from corolle_gateway.service.service import Service
from corolle_gateway.store import counts, database
from corolle_gateway.store.ble import BleMemory
from corolle_gateway.store.chirpstack import ChirpstackMemory
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.faults import is_damage
from corolle_gateway.store.lorawan import LorawanMemory
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.salvage import Salvage
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks

if TYPE_CHECKING:
    from corolle_gateway.links.ble.link import BleLink

# Each adds a command: a parser with set_defaults(run=...), called with what was given for the exit status.
_COMMANDS: tuple[Callable[..., None], ...] = (
    check_command.add,
    log_command.add,
    backup_command.add,
    user_command.add,
    units_command.add,
    account_command.add,
)

_Ending = Literal["told", "damaged", "unusable"]

_CANNOT_START = 2
_COLLECT_EVERY = 20_000  # allocations; an uplink makes some hundred, and leaves no circles behind
_BREATH_S = 1.0  # a disk that damages whatever is written is not to keep a core busy


class Gateway:
    """All rooms of the gateway, joined. Made in a running event loop."""

    def __init__(self, settings: Config, clock: Clock, log: Log, db: Connection):
        self._settings = settings
        self._clock = clock
        self._log = log
        self._counts = Counts(log)
        self._tasks = Tasks(log, self._counts)
        copies = database.journal(settings.gateway.data_dir, settings.store.max_mb * 1_000_000)
        self._writer = Writer(db, self._counts, copies)
        self._outbox = Outbox(self._writer)
        book = Book(clock, log, self._counts, self._writer, self._outbox)
        self._desk = Desk(clock, self._counts, self._tasks, book)
        logs = SanitaryLogs(log, self._counts, self._tasks, self._writer, self._desk)
        self._places = Places()
        rooms = clock, self._counts, self._tasks, self._writer, self._outbox
        self._wanted = SettingsDesk(*rooms, self._places)
        self._groups = GroupDesk(*rooms, self._places, book, self._desk)
        self._alarms = Alarms(clock, log, self._counts, self._writer, self._outbox)
        self._watch = Watch(clock, self._alarms, settings.gateway.name, self._wanted)
        logs.doubted = self._watch.doubted
        parts = self._counts, self._writer, self._outbox, self._desk, logs, self._wanted
        accounts = Accounts(Months(settings.accounting.time_zone), self._watch.silent_after_s)
        self._hub = Hub(*parts, accounts, self._watch)
        bound = settings.store
        self._keeper = Keeper(clock, log, self._counts, self._writer, bound.max_mb, bound.keep_days)
        self._far = (
            self._make_chirpstack(settings.chirpstack) if settings.chirpstack else self._make_lorawan()
        )
        self._ble = self._make_ble()
        self._city = self._make_city()
        self._alarms.changed = self._city.alarms_changed
        self._mended: Salvage | None = None
        known = clock, log, self._counts, self._writer, self._follow
        self._roll = Roll(settings.units_file, settings.gateway.name, *known)
        self.units_may_have_changed = self._roll.look

    async def start(self, registrations: list[Registration]) -> None:
        """Go on where an earlier run stopped. StartError when a port or a unit's identity is taken."""
        units = list((await self._roll.enter(registrations)).in_service.values())
        self._counts.load(await self._writer.submit(counts.everyone))
        await self._outbox.load()
        await self._hub.load(units, self._city.changed)
        self._places.load(units)
        paths = Paths(self._far, self._ble)
        await self._desk.load(self._hub.units, paths)
        await self._wanted.load(self._hub.units, paths)
        await self._groups.load(self._far if isinstance(self._far, LorawanLink) else None)
        await self._alarms.load(self._hub.units)
        lorawan = isinstance(self._far, LorawanLink)
        ways = (Ways.of_concentrators if lorawan else Ways.of_network)(self._far, self._ble)
        looks = probes(lambda: self._city.is_connected, lambda: self._keeper.room, ways, self._certificate)
        self._watch.load(self._hub, looks, ways.hears)
        if self._mended:
            self._watch.salvaged(self._mended.lost, self._mended.aside.name)
        await self._start_far(self._far)
        if self._ble:
            await self._ble.start()
        self._tasks.keep(self._desk.run)
        self._tasks.keep(self._keeper.run)
        self._tasks.keep(self._watch.run)
        self._tasks.keep(self._roll.run)
        self._tasks.keep(lambda: watch(self._clock, self._clock_jumped))
        self._city.start()
        if self._settings.console.device:
            self._open_console()
        self._log.info("started", site=self._settings.gateway.site, gateway=self._settings.gateway.name)

    def _open_console(self) -> None:
        from corolle_gateway import crew  # who has no console need not have it in memory

        told = self._clock, self._log, self._counts, self._door, self._hub, self._keeper
        rooms = crew.Rooms(*told, self._alarms, self._watch, self._city, self._far, self._ble)
        crew.open_console(self._settings, rooms, self._tasks)

    def _ends(self) -> dict[Path, datetime]:
        return tls_dates.ends(*self._settings.brokers)

    def _certificate(self) -> dict[str, Any] | None:
        ending = tls_dates.ending(*self._settings.brokers)
        return ending and asdict(ending)

    def _clock_jumped(self, by_s: float) -> None:
        self._desk.clock_jumped(by_s)
        if isinstance(self._far, LorawanLink):
            self._far.clock_jumped(by_s)
        self._watch.clock_jumped(by_s)
        self._counts.count("clock_jumps")
        self._log.warning("clock_jumped", by_s=round(by_s))

    def attend(self, service: Service) -> None:
        """Have it watched over. StartError when a port cannot be had."""
        gateway, rooms = self._settings.gateway, (self._clock, self._counts, self._writer)
        known = lambda: self._hub.units, lambda: self._hub.latest, lambda: self._keeper.room
        told = lambda: self._city.is_connected, self._watch.is_missed, self._alarms.open, self._ends
        inside = Inside(gateway.site, gateway.name, *rooms, *known, *told, service.log_file)
        service.begin(inside, self._tasks)

    async def given_up(self) -> None:
        """Until nothing can be stored any more unless the database is opened anew."""
        await self._writer.given_up.wait()

    @property
    def is_damaged(self) -> bool:
        """Whether the database has to be salvaged for that."""
        return self._writer.is_damaged

    def tell_salvage(self, done: Salvage) -> None:
        """The database was damaged: say what became of it."""
        self._mended = done
        self._counts.reject("store_damaged", tables="+".join(done.damaged) or "none", aside=done.aside)
        self._counts.reject_many("store_message_lost", done.lost)
        told = {name: getattr(done, name) for name in ("rows", "refilled", "restored", "lost", "again")}
        self._log.error("store_salvaged", **told, aside=done.aside)

    async def stop(self) -> None:
        """Take nothing more, store what was taken, say goodbye."""
        self._far.stop()
        await self._city.stop()
        await self._tasks.stop()
        await self._writer.close()
        self._log.info("stopped")

    async def _start_far(self, far: LorawanLink | ChirpstackLink) -> None:
        if isinstance(far, ChirpstackLink):
            await far.start()
            return
        lorawan = self._settings.lorawan
        try:
            await far.start(lorawan.bind, lorawan.port)
        except OSError as error:
            raise StartError(f"UDP {lorawan.bind}:{lorawan.port} cannot be had: {error.strerror}") from error

    async def _follow(self, change: UnitsChange) -> None:
        """Units are others than they were. Waits are first and last: the others know it at once."""
        await self._hub.follow(change)
        self._places.load(change.in_service.values())
        for room in (self._desk, self._wanted, self._alarms, *([self._ble] if self._ble else [])):
            room.follow(change)
        self._city.units_changed(change.changed)
        await self._far.follow(change)

    def _make_lorawan(self) -> LorawanLink:
        lorawan = self._settings.lorawan
        return LorawanLink(
            self._clock,
            self._log,
            self._counts,
            self._tasks,
            LorawanMemory(self._writer),
            self._hub,
            lorawan.net_id,
            lorawan.tx_power_dbm,
            AdrRule(lorawan.adr, lorawan.adr_margin_db),
            terms.wanted(
                lorawan.channels_hz,
                lorawan.rx1_hz,
                lorawan.rx1_delay_s,
                lorawan.rx1_dr_offset,
                lorawan.rx2_dr,
                lorawan.rx2_hz,
                lorawan.max_duty_cycle,
            ),
        )

    def _make_chirpstack(self, chirpstack: ChirpstackConfig) -> ChirpstackLink:
        # A session of its own, for the city's broker may be the same one.
        client_id = f"corolle-{self._settings.gateway.site}-{self._settings.gateway.name}-chirpstack"

        def connect(filters: tuple[str, ...], receive: Callable[[Incoming], None]) -> MqttClient:
            told = self._log, self._counts
            return MqttClient("chirpstack", client_id, chirpstack.broker, None, filters, *told, receive)

        rooms = self._clock, self._counts, self._tasks, ChirpstackMemory(self._writer), self._hub
        return ChirpstackLink(*rooms, chirpstack.applications, connect, self._watch.next_report_s)

    def _make_ble(self) -> "BleLink | None":
        ble = self._settings.ble
        if ble.adapter is None:
            return None
        # Who has no Bluetooth need not have its libraries either.
        from corolle_gateway.links.ble.link import BleLink
        from corolle_gateway.links.ble.stack import Stack

        stack = Stack(ble.adapter, ble.backend)
        memory = BleMemory(self._writer)
        rooms = self._clock, self._log, self._counts, self._tasks
        return BleLink(*rooms, memory, self._hub, stack, ble.connections)

    def _make_city(self) -> City:
        alarms = AlarmDesk(self._clock, self._counts, self._writer, self._outbox, self._alarms)
        self._door = Door(self._places, self._desk, self._groups, self._wanted, alarms)
        return City(
            self._settings.gateway.site,
            self._settings.gateway.name,
            self._settings.broker,
            self._clock,
            self._log,
            self._counts,
            self._tasks,
            self._outbox,
            self._hub,
            self._door,
            lambda fresh: self._writer.submit(lambda db: counts.add(db, fresh)),
            lambda: self._keeper.room,
            self._alarms.summary,
            self._settings.home_assistant,
            self._watch.is_missed,
        )


async def _serve(
    settings: Config,
    registrations: list[Registration],
    clock: Clock,
    db: Connection,
    mended: Salvage | None,
) -> _Ending:
    """Run until a signal, or until the database has to be opened anew."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    log = Log(clock.now, settings.log.level, sys.stderr)
    with Service(settings, log) as service:
        gateway = Gateway(settings, clock, log, db)
        if mended:
            gateway.tell_salvage(mended)
        await gateway.start(registrations)
        hangup.attend(gateway.units_may_have_changed, ended.set)
        gateway.attend(service)
        gc.freeze()  # what is there now stays: it is not to be looked through again and again
        gc.set_threshold(_COLLECT_EVERY)
        return await _until(ended, gateway, log)


async def _until(ended: asyncio.Event, gateway: Gateway, log: Log) -> _Ending:
    given_up = asyncio.create_task(gateway.given_up())
    await asyncio.wait([given_up, asyncio.create_task(ended.wait())], return_when=asyncio.FIRST_COMPLETED)
    if gateway.is_damaged:
        log.error("store_damaged", next="restart, and salvage what can be read")
    elif given_up.done():
        log.error("store_unusable", next="restart, as soon as the disk takes what is written")
    await gateway.stop()
    if gateway.is_damaged:
        return "damaged"
    return "unusable" if given_up.done() else "told"


def _clock(path: Path | None) -> Clock:
    if path is None:
        return SystemClock()
    try:
        return FileClock(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read as clock.file: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(str(error)) from error


def main() -> None:
    """Read the command line and do it; exit status 2 with a sentence when that cannot be begun."""
    parser = argparse.ArgumentParser(prog="corolle-gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the gateway until SIGINT or SIGTERM")
    run.add_argument("--config", type=Path, required=True, metavar="FILE", help="the gateway's TOML file")
    run.set_defaults(run=lambda given: _run(given.config))
    for add_command in _COMMANDS:
        add_command(commands)
    given = parser.parse_args()
    try:
        sys.exit(given.run(given))
    except StartError as error:
        print(f"corolle-gateway: {error}", file=sys.stderr)
        sys.exit(_CANNOT_START)


def _run(path: Path) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the list is read now, and looked at as soon as all runs
    settings = config.load(path)
    registrations = units_file.load(settings.units_file)
    clock = _clock(settings.clock_file)
    folder = settings.gateway.data_dir
    with database.claim(folder):
        db, mended = database.opened(folder)
        try:
            ending = asyncio.run(_serve(settings, registrations, clock, db, mended))
        except sqlite3.Error as error:
            if not is_damage(error):
                raise StoreError(f"{folder}: {error}") from error
            ending = "damaged"
        if ending == "damaged":
            database.mark_damaged(folder)
    if ending != "told":
        _begin_anew(folder)


def _begin_anew(folder: Path) -> None:
    """Nothing on the disk is open meanwhile: it can be mended, and mounted again."""
    notifier = Notifier()
    time.sleep(_BREATH_S)
    while not database.takes_writes(folder):
        notifier.tell(WATCHDOG=1, STATUS="waits for a disk that takes what is written")
        time.sleep(_BREATH_S)
    os.execv(sys.executable, [sys.executable, "-m", "corolle_gateway.app", *sys.argv[1:]])


if __name__ == "__main__":
    main()

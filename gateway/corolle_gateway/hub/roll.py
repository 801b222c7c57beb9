"""The roll of units: entered from their list at the start, and again whenever that list has changed."""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from corolle_gateway import units_file
from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.errors import ConfigError
from corolle_gateway.log import Log
from corolle_gateway.model import Registration, Unit, UnitsChange
from corolle_gateway.store import registry
from corolle_gateway.store.writer import Writer

_LOOK_S = 3.0  # of the machine's own time, whatever the street's: the tools write by that

_Known = dict[str, Registration]


class Roll:
    """`follow` is told of units that are others than before, once they are stored."""

    def __init__(
        self,
        path: Path,
        gateway: str,
        clock: Clock,
        log: Log,
        counts: Counts,
        writer: Writer,
        follow: Callable[[UnitsChange], Awaitable[None]],
    ):
        self._path = path
        self._gateway = gateway
        self._clock = clock
        self._log = log
        self._counts = counts
        self._writer = writer
        self._follow = follow
        self._told = asyncio.Event()
        # The list that was entered at the start may be another one by now, so the first look reads it again.
        self._mark: object = None
        self._unfollowed: UnitsChange | None = None  # entered, and so none when it is entered again

    def look(self) -> None:
        """Somebody says that the list has changed."""
        self._told.set()

    async def enter(self, registrations: list[Registration]) -> UnitsChange:
        """Add these units, or change those of the same names; the others stay.

        ConfigError names one that cannot be entered, and then none is; sqlite3.Error when the disk refuses.
        """
        before = _by_name(await self._writer.submit(registry.everyone))
        _check(self._path, self._gateway, registrations, before)
        fresh = [each for each in registrations if before.get(each.unit.name) != each]
        now_s = self._clock.now()

        def operation(db: sqlite3.Connection) -> list[tuple[Unit, bytes]]:
            registry.put_all(db, fresh, now_s)
            return registry.everyone(db)

        everyone = await self._writer.submit(operation)
        anew = (each.unit.name for each in fresh if _is_anew(before.get(each.unit.name), each))
        return UnitsChange(everyone, frozenset(each.unit.name for each in fresh), frozenset(anew))

    async def run(self) -> None:
        """Look at the list every few seconds, and when told to, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._told.wait()
            is_told, mark = self._told.is_set(), _mark(self._path)
            self._told.clear()
            if is_told or mark != self._mark:
                self._mark = mark
                await self._take_up(is_told)

    async def _take_up(self, is_told: bool) -> None:
        """Whatever is wrong with a list, the units stay as they are until there is another one."""
        try:
            change = self._since(await self.enter(await asyncio.to_thread(units_file.load, self._path)))
            if change.changed:
                self._unfollowed = change
                await self._follow(change)
                self._unfollowed = None
                self._counts.count("units_taken", len(change.changed))
            if is_told or change.changed:
                numbers = {"changed": len(change.changed), "anew": len(change.anew)}
                self._log.info("units_taken", **numbers, units=len(change.in_service))
        except ConfigError as error:
            self._counts.reject_many("units_refused", 1)
            self._log.error("units_refused", error=error)
        except sqlite3.Error:  # the writer has counted it, and the disk may take it the next time
            self._mark = None

    def _since(self, change: UnitsChange) -> UnitsChange:
        """What there is to be followed, with what could not be."""
        before = self._unfollowed
        if before is None:
            return change
        return UnitsChange(change.everyone, before.changed | change.changed, before.anew | change.anew)


def _mark(path: Path) -> object:
    """What differs once a file was replaced, written to, or given other rights; None: it is not there."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _by_name(units: list[tuple[Unit, bytes]]) -> _Known:
    return {unit.name: Registration(unit, app_key) for unit, app_key in units}


def _is_anew(before: Registration | None, now: Registration) -> bool:
    same = before and (before.unit.dev_eui, before.app_key) == (now.unit.dev_eui, now.app_key)
    return before is not None and not same


def _check(path: Path, gateway: str, registrations: list[Registration], before: _Known) -> None:
    """Names and DevEUIs are one unit's alone, also of those that are known and not in the list."""
    names = {each.unit.name for each in registrations}
    if gateway in names:
        raise ConfigError(f"{path}: unit {gateway!r}: the gateway has the same name")
    others = {each.unit.dev_eui: name for name, each in before.items() if name not in names}
    for each in registrations:
        owner = others.get(each.unit.dev_eui)
        if owner:
            raise ConfigError(
                f"{path}: unit {each.unit.name!r}: its dev_eui {each.unit.dev_eui} belongs to {owner!r},"
                " which the gateway knows"
            )

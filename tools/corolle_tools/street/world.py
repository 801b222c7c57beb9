"""The world as the command line asks for it: place, weather, passers-by, pace, and one concentrator."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from corolle_hil.clockfile import ClockFile
from corolle_hil.pace import Paced
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world.climate import Climate
from corolle_hil.world.concentrator import Concentrator
from corolle_hil.world.counts import CountsFile, Rate, bundled
from corolle_hil.world.epw import EpwClimate
from corolle_hil.world.place import Site, lay_out
from corolle_hil.world.scenario import WEEKS, ScenarioClimate

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.street.breakages import Breakage
from corolle_tools.street.folder import StreetFolder
from corolle_tools.street.ledger import Record
from corolle_tools.street.plan import BOARDS, furnish
from corolle_tools.street.tape import Tape

if TYPE_CHECKING:
    from corolle_tools.street.adapters import Adapters

SCENARIOS = tuple(WEEKS)

_STAYING_SHARE = 0.02  # of those who pass a lamp: so many come under a canopy, and stay
_FIRST_EVENING_S = 20 * 3600 + 86_400  # of the week's Tuesday, UTC: it is dark, and people are still about


@dataclass(frozen=True)
class WorldOptions:
    """What the command line says of the world."""

    lamps: int
    canopies: int
    speed: float
    seed: int
    weather: str  # one of SCENARIOS, or an EPW file
    counts: Path | None
    left_off: tuple[str, ...] = ()  # parts that no board has: radios that nobody wants
    breakages: tuple[Breakage, ...] = ()


class World:
    """A street with the concentrator that hears it.

    Raises ValueError for what the options have wrong, OSError for files that cannot be read.
    """

    def __init__(
        self,
        options: WorldOptions,
        folder: StreetFolder,
        gateway: tuple[str, int],
        on_record: Callable[[Record], None],
    ):
        begin_s = folder.last_moment_s() or WEEKS.get(options.weather, WEEKS["summer"]) + _FIRST_EVENING_S
        self._clock = ClockFile(folder.clock, options.speed)
        pace = Paced(options.speed, lambda now_us: self._clock.publish(self._scheduler.epoch_us + now_us))
        self._scheduler = Scheduler(int(begin_s * 1e6), options.seed, pace)
        self._clock.publish(self._scheduler.unix_us)
        place = lay_out(options.lamps, options.canopies, 1, self._scheduler.rng("place"))
        climate, rate = _climate(options.weather, self._scheduler), _rate(options.counts)
        self.units = furnish(place, folder.known_units())
        folder.keep_units(self.units)
        self._identities = {unit.name: unit for unit in self.units}
        self._left_off = options.left_off
        self._street = Street(self._scheduler, place, self._equip, folder.path, climate, on_record)
        for row in place.rows:
            self._street.walk(row, self._street.sensors(), rate)
        self._street.visit(lambda unix_s: rate(unix_s) * _STAYING_SHARE)
        for breakage in options.breakages:
            breakage.plan(self._scheduler, self._street.units)
        site = place.concentrators[0]
        self.adapters = None if "ble" in options.left_off else self._plug_in(site, folder.path)
        self._tape = Tape(folder.datagrams)
        eui = hashlib.sha256(site.name.encode()).digest()[:8]
        self._concentrator = Concentrator(
            self._scheduler, self._street.air, site, eui, gateway, tap=self._tape
        )

    @property
    def now_s(self) -> float:
        """The street's time, in unix seconds."""
        return self._scheduler.unix_us / 1e6

    def run(self, seconds: float | None) -> None:
        """Live for so many seconds of street time (None: on and on), or until `stop`."""
        until_us = None if seconds is None else self._scheduler.now_us + int(seconds * 1e6)
        self._street.run(until_us)

    def stop(self) -> None:
        """Let `run` return; from any thread."""
        self._street.stop()

    def counters(self) -> Record:
        """What was counted in the air and on the boards."""
        return self._street.counters()

    def unplug(self) -> None:
        """Take the Bluetooth adapters away. Time stands still: nobody would get an answer from them."""
        if self.adapters:
            self.adapters.close()
            self.adapters = None

    def close(self) -> None:
        """Switch everything off."""
        self._concentrator.close()
        self.unplug()
        self._street.close()
        self._tape.close()
        self._clock.close()

    def _plug_in(self, site: Site, folder: Path) -> "Adapters":
        # Bumble takes half a second to import: only a street that has BLE waits for it.
        from corolle_tools.street.adapters import Adapters

        return Adapters(self._street.around.ble, site, folder)

    def _equip(self, site: Site) -> Equipment:
        unit = self._identities[site.name]
        board = BOARDS[unit.kind]
        files = partial(node_files, board, unit, self._left_off)
        return Equipment(board_definition(board, self._left_off), files)


def _climate(weather: str, scheduler: Scheduler) -> Climate:
    return ScenarioClimate(scheduler.rng) if weather in SCENARIOS else EpwClimate(Path(weather))


def _rate(counts: Path | None) -> Rate:
    return CountsFile(counts) if counts else bundled()

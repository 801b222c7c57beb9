"""A canopy's mist line as a whole: duties, weather, guard and log, on real pins, flash and timers."""

import asyncio
import sys

import machine
import vfs
from bench import Bench, Shelf
from corolle.system.sanitary_log import SanitaryLog
from corolle.units import canopy
from corolle.units.common import Wake
from corolle.units.garden import Garden
from corolle.units.misting import Misting
from corolle.units.no_tap import NoTap
from corolle.units.sanitary_sender import SanitarySender
from corolle.units.tap import MIST, PURGE, Tap
from corolle.wire.sanitary_record import SANITARY, unpack
from corolle.wire.words import word_of
from water_bench import WaterBench

sys.path.append(sys.path[0].rsplit("/", 1)[0] + "/system")
from ram_flash import RamFlash, mount

_AFTERNOON = 1784035800  # 2026-07-14T13:30:00Z, half past three in Toulouse
_BLOCKS = 400
_DEV_EUI = "02c0ffee00000001"


class Chip:
    """A sensor that never fails; `value` is what it measures."""

    failing = False

    def __init__(self, value):
        self.value = value

    async def read(self):
        return self.value


class _People:
    """An infrared sensor."""

    def __init__(self):
        self.present = self.there = False
        self.wakes = 0

    def watch(self, on_change):
        self.on_change = on_change
        self.update()

    def update(self):
        self.present = self.there
        return self.present

    def move(self, there):
        """Somebody comes or goes."""
        self.there = there
        if self.on_change:
            self.wakes += 1
            self.update()
            self.on_change()


class _Wind:
    def wind_m_s(self):
        return 1.0


class Site(Bench):
    """A canopy's mist line on a hot afternoon, running; `air` is (C, %).

    `before` is the site that was here until the power went: its flash and its shelf are this one's.
    `refused`: the line hangs on a tank.
    """

    def __init__(self, air=(33.0, 30.0), water_c=18.0, before=None, refused=False, **changes):
        shelf = before.shelf if before else Shelf()
        super().__init__(canopy, before.clock.now() if before else _AFTERNOON, shelf, **changes)
        self.flash = before.flash if before else RamFlash(bytearray(b"\xff" * _BLOCKS * 512))
        mount(self.flash)
        self.water = WaterBench()
        self.people = _People()
        self.supply = Chip(water_c)
        sensors = {"air": Chip(air), "water_temperature": self.supply}
        self.garden = Garden(self.common, sensors, 0, _Wind(), self.people)
        self.records = SanitaryLog("/ram/sanitary", _DEV_EUI)
        sender = SanitarySender(self.records, self.common.reporter)
        wake = Wake()
        self.people.watch(wake.set)
        nozzles, drain = self._no_taps() if refused else self._taps(wake)
        parts = nozzles, drain, self.records, sender, wake, self._measure, refused
        self.misting = Misting(self.common, self.garden, *parts)
        self.task = asyncio.create_task(self._sample())
        self.supervisor.spawn("mist", self.misting.run)

    def _taps(self, wake):
        guard, flow = self.water.guard, self.water.mist_flow
        names = (("mist_valve", MIST), ("purge_valve", PURGE))
        return [Tap(self.common, guard, name, flow, counters, wake.set) for name, counters in names]

    def _no_taps(self):
        return [NoTap(self.common.ledger, counters[0]) for counters in (MIST, PURGE)]

    async def _sample(self):
        while True:
            await self.garden.sample()
            await asyncio.sleep(60)

    def _measure(self):
        """The unit's task is called: it reads all sensors."""
        self.measuring = asyncio.create_task(self.garden.sample())

    async def someone(self, seconds):
        """Somebody comes and stays for so long."""
        self.people.move(True)
        await asyncio.sleep(seconds)
        self.people.move(False)
        await asyncio.sleep(0)

    def operations(self):
        """The words of the log."""
        numbers = range(1, self.records.number + 1)
        return [word_of(SANITARY, unpack(self.records.read(number) or b"").code) for number in numbers]

    async def put_in_order(self):
        """Somebody has cleaned the line, and a first purge has let the new water in."""
        await asyncio.sleep(5)
        assert self.misting.carry_out("cleaned", 0, "anne") == "accepted"
        await asyncio.sleep(600)

    def reboot(self, **changes):
        """The power goes and comes again: the site as it is then."""
        self.end()
        return Site(before=self, **changes)

    def end(self):
        """Let nothing of the board run on."""
        for task in [self.task] + [task.running for task in self.supervisor._tasks]:
            task.cancel()
        for timer in range(4):
            machine.Timer(timer).deinit()
        vfs.umount("/ram")

"""The mist line as a whole: duties, weather, guard and log, on real pins, real flash and real timers."""

import asyncio
import sys

import machine
import vfs
from bench import Bench
from corolle.system.sanitary_log import SanitaryLog
from corolle.units import canopy
from corolle.units.common import Wake
from corolle.units.garden import Garden
from corolle.units.misting import Misting
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


class _Chip:
    """A sensor that never fails."""

    failing = False

    def __init__(self, value):
        self.value = value

    async def read(self):
        return self.value


class _People:
    """An infrared sensor."""

    present = False

    def update(self):
        return self.present


class _Wind:
    def wind_m_s(self):
        return 1.0


class _Site(Bench):
    """A canopy's mist line on a hot afternoon, running; `air` is (C, %)."""

    def __init__(self, air=(33.0, 30.0), water_c=18.0, **changes):
        super().__init__(canopy, _AFTERNOON, **changes)
        self.flash = RamFlash(bytearray(b"\xff" * _BLOCKS * 512))
        mount(self.flash)
        self.water = WaterBench()
        self.people = _People()
        self.supply = _Chip(water_c)
        sensors = {"air": _Chip(air), "water_temperature": self.supply}
        self.garden = Garden(self.common, sensors, 0, _Wind(), self.people)
        self.records = SanitaryLog("/ram/sanitary", _DEV_EUI)
        sender = SanitarySender(self.records, self.common.reporter)
        wake = Wake()
        flow = self.water.mist_flow
        nozzles = Tap(self.common, self.water.guard, "mist_valve", flow, MIST, wake.set)
        drain = Tap(self.common, self.water.guard, "purge_valve", flow, PURGE, wake.set)
        self.misting = Misting(self.common, self.garden, nozzles, drain, self.records, sender, wake)
        self.task = asyncio.create_task(self._sample())
        self.supervisor.spawn("mist", self.misting.run)

    async def _sample(self):
        while True:
            await self.garden.sample()
            await asyncio.sleep(60)

    async def someone(self, seconds):
        """Somebody comes and stays for so long."""
        self.people.present = True
        self.misting.look_again()
        await asyncio.sleep(seconds)
        self.people.present = False
        self.misting.look_again()
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

    def end(self):
        """Let nothing of the board run on after the test."""
        for timer in range(4):
            machine.Timer(timer).deinit()
        vfs.umount("/ram")


async def test_a_new_line_mists_nobody_until_it_was_cleaned():
    site = _Site()
    await asyncio.sleep(10)
    await site.someone(300)
    assert site.water.moves.count(("mist_valve", True)) == site.water.moves.count(("purge_valve", True)) == 0
    assert site.misting.reason == "sanitary lock" and site.misting.state == "disinfection due"
    assert site.operations() == ["log begun", "disinfection due"]
    assert site.misting.carry_out("cleaned", 0, "") == "refused", "nobody signs it"
    site.end()


async def test_purged_with_nobody_there_then_bursts_for_who_comes_and_a_purge_at_the_end():
    site = _Site()
    await site.put_in_order()
    assert site.operations()[2:] == ["cleaned", "purged"] and site.misting.state == "ready"
    purged_l = site.misting.litres()[1]
    assert 5.0 <= purged_l < 5.2, "purge_dl, and what the guard's look lets through"
    await site.someone(170)
    bursts = site.water.moves.count(("mist_valve", True))
    assert 2 <= bursts <= 4, "20 s in each minute"
    await asyncio.sleep(600)
    assert site.operations()[4:] == ["misting begun", "misting ended", "purged"]
    assert site.water.open_now() == [] and site.misting.state == "ready"
    site.end()


async def test_who_comes_in_a_purge_ends_it_at_once():
    site = _Site()
    await asyncio.sleep(5)
    site.misting.carry_out("cleaned", 0, "anne")
    await asyncio.sleep(10)
    assert site.water.open_now() == ["purge_valve"]
    site.people.present = True
    site.misting.look_again()
    await asyncio.sleep(0.2)
    assert site.water.open_now() == [] and site.misting.reason == "somebody there"
    await asyncio.sleep(3600)
    assert site.operations()[-1] == "purge put off" and site.water.open_now() == []
    site.end()


async def test_cool_or_humid_air_is_not_misted():
    for air, reason in (((20.0, 30.0), "cool air"), ((30.0, 75.0), "humid air")):
        site = _Site(air)
        await site.put_in_order()
        site.people.present = True
        site.misting.look_again()
        await asyncio.sleep(120)
        assert site.water.moves.count(("mist_valve", True)) == 0 and site.misting.reason == reason
        site.end()


async def test_a_ban_ends_the_misting_and_only_lift_ends_the_ban():
    site = _Site()
    await site.put_in_order()
    site.people.present = True
    site.misting.look_again()
    await asyncio.sleep(5)
    assert site.water.open_now() == ["mist_valve"]
    assert site.misting.carry_out("ban", 0, "prefect") == "accepted"
    await asyncio.sleep(1)
    assert site.water.open_now() == [] and site.misting.state in ("locked", "purge due")
    await asyncio.sleep(1200)
    assert site.water.open_now() == [] and site.misting.reason == "sanitary lock"
    assert site.misting.carry_out("lift", 0, "prefect") == "accepted"
    await site.someone(1)
    await asyncio.sleep(600)
    assert site.misting.state == "ready"
    assert [word for word in site.operations() if word.startswith("ban")] == ["ban", "ban lifted"]
    site.end()


async def test_a_log_that_cannot_be_written_shuts_the_line():
    site = _Site()
    await site.put_in_order()
    site.flash.broken = True
    await site.someone(120)
    assert site.water.open_now() == [] and site.common.faults.has("sanitaryLogBroken")
    assert site.misting.reason == "sanitary lock"
    site.end()


async def test_warm_water_is_told_while_it_flows():
    site = _Site(water_c=27.0)
    await site.put_in_order()
    assert "water warm" in site.operations()
    site.end()

"""Five stories of valves that stayed open in the field, and why none of them can be told of a canopy.

They happened to ESPHome's sprinkler (issues 6872, 6685, 5088 and 5996 of esphome/issues) and to relays that
were driven over Wi-Fi (issue 43 of rgc99/irrigation_unlimited). Each test plays the sequencer that went
wrong, on a guard and a Tap that know nothing of it.
"""

import asyncio

from bench import MIDNIGHT, Bench
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.units.tap import COUNTERS, DRIP, MIST, PURGE, Tap
from corolle.wire.words import CANOPY_FAULTS
from water_bench import WaterBench


class _Canopy:
    """What a bench must know of a unit."""

    COUNTERS, FAULTS = COUNTERS, CANOPY_FAULTS

    @staticmethod
    def settings(wiring):
        return CANOPY_SETTINGS, MIST_SETTINGS


class _Site(Bench):
    """Taps over the guard of a whole canopy."""

    def __init__(self, **changes):
        super().__init__(_Canopy, MIDNIGHT, **changes)
        self.water = WaterBench(**changes)
        guard, called = self.water.guard, lambda: None
        self.drip = Tap(self.common, guard, "valve", self.water.flow, DRIP, called)
        self.mist = Tap(self.common, guard, "mist_valve", self.water.mist_flow, MIST, called)
        self.purge = Tap(self.common, guard, "purge_valve", self.water.mist_flow, PURGE, called)


def test_a_third_valve_that_overlaps():
    """There were two places for valves; a third within the overlap went past their end, and the crash left
    them as they were. Here every valve has its own place, whatever the others do."""
    site = _Site()
    assert site.drip.open(5.0) == "" and site.mist.open(1.0) == ""
    assert site.purge.open(1.0) == "other valve open"
    assert site.water.open_now() == ["mist_valve", "valve"]
    seconds, drip_l, mist_l = site.water.hang(3600)
    assert seconds <= 900 and drip_l <= 10.0 and mist_l <= 5.0, (seconds, drip_l, mist_l)
    assert site.water.trips() == [("valve", "guard litres"), ("mist_valve", "guard time")]
    assert site.purge.open(1.0) == "", "the one that was refused is not shut out"
    site.water.hang(3600)
    assert site.water.open_now() == []


async def test_an_opening_delay_longer_than_the_run():
    """The end of the run came before its delayed beginning: then nobody was left to shut the valve."""
    site = _Site()

    async def run(delay_s, run_s):
        late = asyncio.create_task(begin(delay_s))
        await asyncio.sleep(run_s)
        site.drip.close()
        return late

    async def begin(delay_s):
        await asyncio.sleep(delay_s)
        site.drip.open(5.0)

    late = await run(delay_s=30, run_s=5)
    assert not late.done() and not site.drip.is_open
    await asyncio.sleep(60)
    assert site.drip.is_open, "the late opening has happened"
    await asyncio.sleep(900)
    assert site.water.open_now() == [] and site.water.drip_pipe.pulses <= 1000
    assert site.water.trips() == [("valve", "guard litres")]


def test_a_duration_of_zero():
    """Zero meant for ever. Here nothing wanted opens nothing, and no bound can be set to nothing."""
    site = _Site()
    for dose_l in (0, 0.0, -1):
        assert site.drip.open(dose_l) == "dose given"
    assert ("valve", True) not in site.water.moves
    for name in ("guard_on_s", "guard_dose_dl", "guard_mist_on_s", "guard_purge_dose_dl"):
        try:
            site.common.settings.set(name, 0)
            raise RuntimeError("taken")
        except ValueError as error:
            assert name in str(error)
    for name, reason in (("guard_on_s", "guard time"), ("guard_dose_dl", "guard litres")):
        bench = WaterBench(**{name: 0})
        assert bench.guard.open("valve") == reason and bench.open_now() == []


async def test_a_pause_while_open():
    """A pause after a stop believed that nothing was running, and left the valve alone. Here shutting does
    not ask what is believed, and an opening that nobody remembers ends by itself."""
    site = _Site()
    site.drip.open(5.0)
    site.drip.close()
    site.water.valve.open()  # by a hand, or a pulse that went astray: the guard believes it shut
    site.water.moves.clear()
    site.drip.close()
    assert site.water.moves == [("valve", False)] and site.water.open_now() == []

    async def sequence():
        site.drip.open(5.0)
        await asyncio.sleep(100)
        site.drip.close()

    task = asyncio.create_task(sequence())
    await asyncio.sleep(10)
    task.cancel()  # paused, and never resumed
    await asyncio.sleep(900)
    assert site.water.open_now() == [] and site.water.drip_pipe.pulses <= 1001
    assert site.drip.refusal(True) == "guard litres" and site.drip.resting


async def test_radio_lost_while_open():
    """The order to shut never came. Here no valve waits for the radio: not while it is silent, nor when
    whoever speaks with it fails or waits for ever."""
    for failure in (OSError(110), None):
        site = _Site(guard_on_s=300, guard_dose_dl=1000)

        async def ordered(site=site, failure=failure):
            site.drip.open(50.0)
            if failure:
                raise failure
            await asyncio.Event().wait()  # for the order to shut

        task = asyncio.create_task(ordered())
        await asyncio.sleep(250)
        assert site.drip.is_open
        await asyncio.sleep(60)
        assert site.water.open_now() == []
        assert site.water.trips() == [("valve", "guard time")]
        task.cancel()

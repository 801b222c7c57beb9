"""A canopy through its days: what it waters and refuses, and what it survives."""

import asyncio

import machine
from bench import MIDNIGHT, Bench, Shelf
from corolle.drivers.flow_meter import FlowMeter
from corolle.drivers.latching_valve import LatchingValve
from corolle.units import canopy
from corolle.units.common import Wake
from corolle.units.garden import Garden
from corolle.units.guarded import GuardedMeter, GuardedValve
from corolle.units.sensor import Sensor
from corolle.units.tap import DRIP, Tap
from corolle.units.valve_guard import ValveGuard
from corolle.wire.words import CANOPY_FAULTS, REASONS, code_of

_NOON = MIDNIGHT + 12 * 3600


class _Pipe:
    """A meter's wire; a timer of the board turns the meter while the valve is open."""

    IN, PULL_UP, IRQ_FALLING = 1, 2, 2

    def __init__(self, pulse_every_ms):
        self.pulse_every_ms = pulse_every_ms
        self.timer = machine.Timer(3)
        self.pulses = 0

    def init(self, mode, pull):
        pass

    def irq(self, handler, trigger):
        self.handler = handler

    def flow(self, flows):
        self.timer.deinit()
        if flows:
            self.timer.init(period=self.pulse_every_ms, callback=self._turn)

    def _turn(self, timer):
        self.pulses += 1
        self.handler(self)


class _Valve(LatchingValve):
    """The valve, and the water that follows it."""

    def __init__(self, pipe):
        self.pipe = pipe
        super().__init__(machine.Pin(6), machine.Pin(7))

    def open(self):
        super().open()
        self.pipe.flow(True)

    def close(self):
        super().close()
        self.pipe.flow(False)


class _Ground:
    """Soil and air as the test wants them; `lost` is a bus that does not answer."""

    def __init__(self, vwc_pct, air_c):
        self.vwc_pct = vwc_pct
        self.air = air_c, 55.0
        self.lost = False
        self.probed = 0
        self.reads = {"soil": 0, "air": 0}

    def chip(self, what):
        ground = self

        class _Chip:
            def __init__(self):
                ground.probed += 1
                if ground.lost:
                    raise OSError(19)

            async def read(self):
                if ground.lost:
                    raise OSError(116)
                ground.reads[what] += 1
                return ground.vwc_pct if what == "soil" else ground.air

        return _Chip


class _Mist:
    """A mist line in hot air with nobody there."""

    reason = "nobody there"
    no_flow = False
    looks = 0

    def look_again(self):
        self.looks += 1

    async def run(self, alive):
        await asyncio.Event().wait()


class _Site(Bench):
    """A canopy with everything fitted, running."""

    def __init__(
        self,
        vwc_pct=(30.0, 30.0, 30.0),
        air_c=20.0,
        shelf=None,
        pulse_every_ms=500,
        safe=False,
        misting=None,
        **changes,
    ):
        super().__init__(canopy, _NOON, shelf)
        sandy = {"start_vwc_pct": 20, "band_vwc_pct": 8, "soak_min": 30}
        sandy.update(changes)
        for name, value in sandy.items():
            self.common.settings.set(name, value)
        self.ground = _Ground(list(vwc_pct), air_c)
        wake = Wake()
        self.pipe = _Pipe(pulse_every_ms)
        flow = FlowMeter(self.pipe, 0.01)
        self.valve = _Valve(self.pipe)
        guarded = GuardedValve("valve", self.valve, GuardedMeter("flow", flow), "guard_")
        guard = ValveGuard((guarded,), machine.Timer(0), self.common.settings, self.clock.uptime_s, wake.set)
        tap = Tap(self.common, guard, "valve", flow, DRIP, wake.set)
        soil = Sensor("soil", (self.ground.chip("soil"),), self.common)
        air = Sensor("air", (self.ground.chip("air"),), self.common)
        self.garden = Garden(self.common, {"soil": soil, "air": air}, 3)
        garden = self.garden
        self.canopy = canopy.Canopy(self.common, garden, None if safe else tap, wake, safe, None, misting)
        self.run(self.canopy)

    def fault(self, name):
        return bool(self.common.faults.flags >> code_of(CANOPY_FAULTS, name) & 1)

    def report(self):
        """The values of the next report; what concerns mist and power may come before it."""
        name, values = self.canopy.compose()[1:]
        return values if name == "CANOPY_REPORT" else self.canopy.compose()[2]

    def end(self):
        """Let nothing of the board run on after the test."""
        self.valve.close()
        machine.Timer(0).deinit()

    def events(self):
        return [event for event, _ in self.link.events()]


async def test_the_valve_is_shut_and_says_so_before_anything_is_decided():
    site = _Site()
    assert not site.valve.is_open
    assert site.decisions() == [(0, "closed at boot")]
    await asyncio.sleep(5)
    assert site.decisions()[1:] == [(0, "moist soil")]


async def test_dry_soil_gets_a_dose_to_the_decilitre_then_a_pause():
    site = _Site((15.0, 16.0, 40.0))
    await asyncio.sleep(5)
    assert site.valve.is_open
    await asyncio.sleep(300)
    assert not site.valve.is_open
    assert 5.0 <= site.pipe.pulses / 100 <= 5.1, site.pipe.pulses
    await asyncio.sleep(1700)
    assert not site.valve.is_open
    await asyncio.sleep(200)
    assert site.valve.is_open
    assert site.decisions()[1:] == [(1, "dry soil"), (0, "dose given"), (1, "dry soil")]
    assert site.events() == ["valve opened", "valve closed", "valve opened"]
    site.end()


async def test_where_people_are_misted_the_air_is_looked_at_more_often_than_the_soil():
    mist = _Mist()
    site = _Site(misting=mist)
    await asyncio.sleep(2 * 3600 + 60)
    assert site.ground.reads == {"soil": 9, "air": 25}  # every 15 min, every 5 min
    assert mist.looks == 25
    site.canopy.look_again(0)
    await asyncio.sleep(1)
    assert site.ground.reads == {"soil": 9, "air": 26}  # whoever calls wants a decision, by what is known
    await asyncio.sleep(3600)
    assert site.ground.reads == {"soil": 13, "air": 38}
    site.garden.asked = "soil"
    site.canopy.look_again(0)
    await asyncio.sleep(1)
    assert site.ground.reads == {"soil": 14, "air": 39}  # unless they ask for more


async def test_watering_ends_when_the_soil_is_moist_and_rests():
    site = _Site((15.0, 15.0, 15.0))
    await asyncio.sleep(70)
    site.ground.vwc_pct = [29.0, 29.0, 29.0]
    await asyncio.sleep(70)
    assert not site.valve.is_open and site.canopy.output() == ("moist soil", 0)
    site.ground.vwc_pct = [15.0, 15.0, 15.0]
    await asyncio.sleep(3 * 3600)
    assert site.canopy.output() == ("minimum interval", 0)
    await asyncio.sleep(3 * 3600 + 600)
    assert site.decisions()[1:] == [
        (1, "dry soil"),
        (0, "moist soil"),
        (0, "dose given"),
        (0, "minimum interval"),
        (1, "dry soil"),
        (0, "dose given"),
    ]
    site.end()


async def test_frost_shuts_an_open_valve():
    site = _Site((15.0, 15.0, 15.0))
    await asyncio.sleep(30)
    assert site.valve.is_open
    site.ground.air = 2.0, 90.0
    await asyncio.sleep(70)
    assert not site.valve.is_open and site.canopy.output() == ("frost guard", 0)


async def test_a_lost_bus_is_a_fault_refuses_water_and_comes_back():
    site = _Site((15.0, 15.0, 15.0))
    await asyncio.sleep(400)
    site.ground.lost = True
    await asyncio.sleep(3600)
    assert site.canopy.output() == ("sensor lost", 0) and not site.valve.is_open
    assert site.fault("soil1Fault") and site.fault("soil3Fault") and site.fault("airSensorFault")
    report = site.report()
    assert report["soil1_vwc_pct"] is None and report["air_temperature_c"] is None
    assert site.ground.probed < 20, "a dead chip is asked too often"
    site.ground.lost = False
    await asyncio.sleep(1300)
    assert not site.fault("soil1Fault") and not site.fault("airSensorFault")
    assert site.canopy.output()[0] in ("dry soil", "dose given")
    assert not any("event=restart" in line or "event=hung" in line for line in site.log.lines())
    site.end()


async def test_probes_that_disagree_are_told():
    site = _Site((5.0, 25.0, 45.0))
    await asyncio.sleep(5)
    assert site.canopy.output() == ("probes disagree", 0) and site.fault("probesDisagree")


async def test_the_guard_trips_and_is_told_and_nothing_opens_for_an_hour():
    site = _Site((15.0, 15.0, 15.0), guard_on_s=60)
    await asyncio.sleep(70)
    assert not site.valve.is_open
    assert site.canopy.output() == ("guard time", 0) and site.fault("guardTripped")
    assert ("guard tripped", code_of(REASONS, "guard time")) in site.link.events()
    await asyncio.sleep(3500)
    assert site.canopy.output() == ("guard time", 0)
    await asyncio.sleep(400)
    assert site.events().count("guard tripped") == 2, "it did not try again after the hour"
    site.end()


async def test_orders_open_and_shut_and_end():
    site = _Site()
    await asyncio.sleep(5)
    assert site.canopy.carry_out("open", 120, _NOON + 3600, "ops") == "accepted"
    assert site.valve.is_open and site.canopy.output() == ("override", 1)
    await asyncio.sleep(125)
    assert not site.valve.is_open
    assert site.decisions()[-2:] == [(1, "override until 14:02 by ops"), (0, "moist soil")]
    assert site.canopy.carry_out("close", 0, site.clock.now() + 3600, "ops") == "accepted"
    site.ground.vwc_pct = [5.0, 5.0, 5.0]
    await asyncio.sleep(3000)
    assert site.canopy.output() == ("override", 0)
    assert site.canopy.carry_out("auto", 0, site.clock.now() + 60, "ops") == "accepted"
    await asyncio.sleep(5)
    assert site.canopy.output() == ("dry soil", 1)
    site.end()


async def test_an_order_that_a_guard_or_the_frost_forbids_is_refused_with_the_reason():
    site = _Site(air_c=1.0)
    await asyncio.sleep(5)
    assert site.canopy.carry_out("open", 60, _NOON + 3600, "ops") == "refused"
    assert site.canopy.output() == ("frost guard", 0)
    assert site.canopy.carry_out("open", 901, _NOON + 3600, "ops") == "out of range"
    site.ground.air = 20.0, 50.0
    await asyncio.sleep(700)
    assert site.canopy.output() == ("moist soil", 0), "a refused order came back"


async def test_an_order_ends_with_its_expiry_even_if_it_asked_for_longer():
    site = _Site()
    await asyncio.sleep(5)
    site.canopy.carry_out("open", 600, site.clock.now() + 60, "ops")
    await asyncio.sleep(65)
    assert not site.valve.is_open


async def test_safe_mode_keeps_the_valve_shut_and_still_reports():
    site = _Site((5.0, 5.0, 5.0), safe=True)
    await asyncio.sleep(600)
    assert site.canopy.output() == ("safe mode", 0) and not site.valve.is_open
    assert site.canopy.carry_out("open", 60, _NOON + 3600, "ops") == "refused"
    assert site.report()["reason"] == code_of(REASONS, "safe mode")
    assert site.ground.probed == 0


async def test_litres_are_counted_for_the_day_and_for_ever_over_a_reset():
    shelf = Shelf()
    site = _Site((15.0, 15.0, 15.0), shelf=shelf)
    await asyncio.sleep(400)
    given = site.pipe.pulses / 100
    report = site.report()
    assert abs(report["litres_total"] - given) < 0.001 and report["litres_today"] == report["litres_total"]
    site.feeding.cancel()
    again = _Site(shelf=shelf)
    await asyncio.sleep(5)
    kept = again.report()
    assert abs(kept["litres_total"] - given) < 0.001 and abs(kept["litres_today"] - given) < 0.001
    again.clock.set(_NOON + 86400)
    await asyncio.sleep(5)
    tomorrow = again.report()
    assert tomorrow["litres_today"] == 0 and abs(tomorrow["litres_total"] - given) < 0.001


async def test_litres_that_were_reported_in_the_middle_of_a_dose_are_never_taken_back():
    shelf = Shelf()
    site = _Site((15.0, 15.0, 15.0), shelf=shelf)
    await asyncio.sleep(137)
    assert site.valve.is_open
    told = site.report()["litres_total"]
    site.end()
    again = _Site(shelf=shelf)
    await asyncio.sleep(5)
    assert again.report()["litres_total"] == told > 2


async def test_litres_of_before_a_reset_count_against_the_guards_day():
    shelf = Shelf()
    site = _Site(shelf=shelf, guard_day_dl=80, guard_dose_dl=200)
    await asyncio.sleep(5)
    site.canopy.carry_out("open", 500, _NOON + 3600, "ops")
    await asyncio.sleep(600)
    assert 7.8 <= site.pipe.pulses / 100 <= 8.0
    again = _Site((5.0, 5.0, 5.0), shelf=shelf, guard_day_dl=80)
    await asyncio.sleep(5)
    again.canopy.carry_out("open", 100, _NOON + 7200, "ops")
    await asyncio.sleep(30)
    assert again.pipe.pulses / 100 <= 0.2
    again.end()


async def test_a_quiet_day_needs_few_wake_ups():
    site = _Site()
    waits = []
    wait_ms = site.canopy._wake.wait_ms

    async def counted(timeout_ms):
        waits.append(timeout_ms)
        return await wait_ms(timeout_ms)

    site.canopy._wake.wait_ms = counted
    await asyncio.sleep(86400)
    assert 96 <= len(waits) <= 300, len(waits)


async def test_a_drought_order_that_nobody_repeats_stays_in_force_and_is_told_after_a_week():
    site = _Site((10.0, 10.0, 10.0), pulse_every_ms=600, stale_min=240)
    assert site.canopy.carry_out("drought", 3, 0, "prefet 31") == "accepted"
    for _ in range(7):  # an ESP32's ticks do not reach over a week
        await asyncio.sleep(86400 - 10)
    assert not site.common.faults.has("droughtOutdated")
    await asyncio.sleep(1000)
    assert site.common.faults.has("droughtOutdated")
    assert ("fault raised", code_of(CANOPY_FAULTS, "droughtOutdated")) in site.link.events()
    assert not site.valve.is_open and site.canopy.output()[0] == "drought order"
    site.canopy.carry_out("drought", 2, 0, "prefet 31")
    await asyncio.sleep(2)
    assert not site.common.faults.has("droughtOutdated")
    site.end()

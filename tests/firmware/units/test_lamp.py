"""A lamp through its nights: what it decides, how it gets there, and what it survives."""

import asyncio
import time

from bench import MIDNIGHT, TOULOUSE, Bench, Shelf
from corolle.units import lamp
from corolle.units.lamp_power import PowerWatch
from corolle.wire.words import LAMP_FAULTS, REASONS, code_of

_NOON = MIDNIGHT + 12 * 3600


class _Dimmer:
    """Remembers each level and when it came."""

    def __init__(self):
        self.levels = []

    def set(self, level_pct):
        self.levels.append((time.ticks_ms(), level_pct))

    @property
    def level_pct(self):
        return self.levels[-1][1] if self.levels else 100


def _ignore():
    """Nobody listens."""


class _Sensor:
    """A presence sensor that the test moves."""

    def __init__(self):
        self.on_change = _ignore
        self.present = False
        self.passages = 0

    def update(self):
        return self.present

    def show(self, present, lost=False):
        self.passages += present and not self.present
        self.present = present
        if not lost:
            self.on_change()


class _Board:
    """What is fitted, as the wiring gives it."""

    def __init__(self, dimmer, sensor, sensors):
        self._dimmer = dimmer
        self._sensor = sensor
        self._sensors = sensors

    def dimmer(self):
        return self._dimmer

    def relay(self):
        return None

    def presence(self, on_change):
        self._sensor.on_change = on_change
        return self._sensor

    def radar(self, on_change):
        return None

    def rtc(self):
        return None

    def lamp_sensors(self):
        return self._sensors


class _Post(Bench):
    """A lamp post with a dimmer and a presence sensor, running."""

    def __init__(
        self,
        now_s: int | None = MIDNIGHT,
        shelf=None,
        place=TOULOUSE,
        dimmer=True,
        safe=False,
        programme="",
        sensors=None,
        **changes,
    ):
        super().__init__(lamp, now_s, shelf, **changes)
        self.dimmer, self.sensor = _Dimmer(), _Sensor()
        board = _Board(self.dimmer if dimmer else None, self.sensor, sensors or {})
        self.lamp = lamp.build(self.common, board, place, safe, programme)
        self.run(self.lamp)

    def report(self):
        """The report proper; what the crew wants to know comes before it now and then."""
        _, name, values = self.lamp.compose()
        return values if name == "LAMP_REPORT" else self.lamp.compose()[2]

    def fault(self, name):
        return bool(self.common.faults.flags >> code_of(LAMP_FAULTS, name) & 1)


async def test_it_comes_down_from_the_hardware_default_to_its_schedule():
    post = _Post()
    await asyncio.sleep(10)
    assert post.decisions() == [(10, "schedule")]
    assert post.dimmer.level_pct == 10
    levels = [level for _, level in post.dimmer.levels]
    assert levels == sorted(levels, reverse=True)


async def test_by_day_it_is_off():
    post = _Post(_NOON)
    await asyncio.sleep(10)
    assert post.decisions() == [(0, "day")] and post.dimmer.level_pct == 0


async def test_a_passer_by_has_full_light_within_a_second_and_for_the_hold():
    post = _Post()
    await asyncio.sleep(60)
    start = time.ticks_ms()
    post.sensor.show(True)
    await asyncio.sleep(2)
    rise = [(time.ticks_diff(at, start), level) for at, level in post.dimmer.levels]
    rise = [(after_ms, level) for after_ms, level in rise if after_ms >= 0]
    assert rise[0][0] <= 200
    assert rise[-1][1] == 100 and rise[-1][0] <= 1000
    post.sensor.show(False)
    await asyncio.sleep(58)
    assert post.dimmer.level_pct == 100
    await asyncio.sleep(10)
    assert post.dimmer.level_pct == 10
    assert post.decisions()[1:] == [(100, "presence"), (10, "schedule")]


async def test_whoever_stays_keeps_the_light():
    post = _Post()
    await asyncio.sleep(10)
    post.sensor.show(True)
    await asyncio.sleep(300)
    assert post.dimmer.level_pct == 100
    assert post.decisions()[1:] == [(100, "presence")]


async def test_a_second_passer_by_in_the_middle_of_the_fall_turns_it_round():
    post = _Post()
    await asyncio.sleep(10)
    post.sensor.show(True)
    post.sensor.show(False)
    while len(post.decisions()) < 3:  # on, and down again
        await asyncio.sleep_ms(100)
    await asyncio.sleep(2)
    assert 10 < post.dimmer.level_pct < 100
    post.sensor.show(True)
    await asyncio.sleep(1)
    assert post.dimmer.level_pct == 100


async def test_a_lost_interrupt_is_a_delay_and_not_a_dark_street():
    post = _Post()
    await asyncio.sleep(10)
    post.sensor.show(True, lost=True)
    await asyncio.sleep(62)
    assert post.dimmer.level_pct == 100


async def test_an_order_holds_until_its_end_and_says_whose_it_is():
    post = _Post()
    await asyncio.sleep(10)
    until_s = post.clock.now() + 600
    assert post.lamp.carry_out("level", 40, until_s, "ops") == "accepted"
    assert post.lamp.output() == ("override", 40)
    await asyncio.sleep(300)
    assert post.dimmer.level_pct == 40
    await asyncio.sleep(310)
    assert post.dimmer.level_pct == 10
    assert post.decisions()[1:] == [(40, "override until 02:10 by ops"), (10, "schedule")]
    assert ("override ended", code_of(REASONS, "schedule")) in post.link.events()


async def test_auto_ends_an_order():
    post = _Post()
    await asyncio.sleep(10)
    post.lamp.carry_out("level", 0, post.clock.now() + 3600, "ops")
    assert post.lamp.carry_out("auto", 0, post.clock.now() + 60, "ops") == "accepted"
    assert post.lamp.output() == ("schedule", 10)


async def test_an_order_outlives_a_reset_and_not_its_end():
    shelf = Shelf()
    post = _Post(shelf=shelf)
    await asyncio.sleep(1)
    post.lamp.carry_out("level", 70, MIDNIGHT + 600, "ops")
    again = _Post(MIDNIGHT + 300, shelf)
    await asyncio.sleep(10)
    assert again.decisions() == [(70, "override until 02:10 by ops")]
    assert _Post(MIDNIGHT + 601, shelf).lamp.carry_out("report", 0, 0, "") == "accepted"
    await asyncio.sleep(600)
    assert again.lamp.output()[0] == "schedule"


async def test_without_a_clock_it_is_full_until_the_clock_comes():
    post = _Post(now_s=None)
    await asyncio.sleep(890)
    assert post.decisions() == [(100, "clock unknown")] and not post.fault("clockUnknown")
    await asyncio.sleep(60)
    assert post.fault("clockUnknown")
    post.clock.set(_NOON)
    await asyncio.sleep(5)
    assert post.dimmer.level_pct == 0 and not post.fault("clockUnknown")
    assert ("clock set", 32767) in post.link.events()


async def test_a_clock_that_steps_is_followed_at_once():
    post = _Post(_NOON)
    await asyncio.sleep(10)
    post.clock.set(MIDNIGHT)
    await asyncio.sleep(5)
    assert post.dimmer.level_pct == 10


async def test_without_a_dimmer_or_in_safe_mode_nothing_is_driven_and_orders_are_refused():
    for post in (_Post(_NOON, dimmer=False), _Post(_NOON, safe=True)):
        await asyncio.sleep(10)
        assert post.lamp.output() == ("safe mode", 100)
        assert post.lamp.carry_out("level", 0, _NOON + 600, "ops") == "refused"
        assert post.dimmer.levels == []
        post.feeding.cancel()


async def test_a_stuck_sensor_is_found_told_and_ignored():
    post = _Post(stuck_min=30)
    await asyncio.sleep(10)
    post.sensor.show(True)
    await asyncio.sleep(1790)
    assert post.dimmer.level_pct == 100 and not post.fault("presenceStuck")
    await asyncio.sleep(120)
    assert post.dimmer.level_pct == 10 and post.fault("presenceStuck")
    post.sensor.show(False)
    await asyncio.sleep(1)
    assert not post.fault("presenceStuck") and post.dimmer.level_pct == 10
    post.sensor.show(True)
    await asyncio.sleep(1)
    assert post.dimmer.level_pct == 100


async def test_the_report_tells_level_reason_passages_and_virtual_energy():
    post = _Post(rated_w=40)
    await asyncio.sleep(3600)
    post.sensor.show(True)
    post.sensor.show(False)
    report = post.report()
    assert (report["level_pct"], report["reason"]) == (10, code_of(REASONS, "schedule"))
    assert report["power_w"] == 4.0
    assert abs(report["energy_wh"] - 4.0) <= 0.2
    await asyncio.sleep(1)
    report = post.report()
    assert (report["passages"], report["power_w"], report["temperature_c"]) == (1, 40.0, None)


async def test_where_the_rated_power_is_not_known_none_is_reported():
    post = _Post()
    await asyncio.sleep(3600)
    report = post.report()
    assert (report["power_w"], report["energy_wh"]) == (None, None)


async def test_passages_and_energy_outlive_a_reset():
    shelf = Shelf()
    post = _Post(shelf=shelf, rated_w=100)
    for _ in range(20):
        post.sensor.show(True)
        post.sensor.show(False)
        await asyncio.sleep(600)
    energy_wh = post.report()["energy_wh"]
    kept = _Post(post.clock.now(), shelf).report()
    assert kept["passages"] >= 14
    assert energy_wh - 100 * 0.4 <= kept["energy_wh"] <= energy_wh


async def test_what_was_reported_is_never_taken_back():
    shelf = Shelf()
    post = _Post(shelf=shelf, rated_w=100)
    for _ in range(5):
        post.sensor.show(True)
        await asyncio.sleep(150)
        post.sensor.show(False)
    told = post.report()
    kept = _Post(post.clock.now(), shelf).report()
    assert (kept["passages"], kept["energy_wh"]) == (told["passages"], told["energy_wh"])
    assert told["passages"] == 5 and told["energy_wh"] > 10


async def test_a_day_of_eight_passages_an_hour_needs_few_wake_ups():
    post = _Post(_NOON)
    wakes = []
    wake = post.lamp._lamp_light._wake
    wait_ms = wake.wait_ms

    async def counted(timeout_ms):
        wakes.append(timeout_ms)
        return await wait_ms(timeout_ms)

    wake.wait_ms = counted
    for _ in range(24 * 8):
        await asyncio.sleep(440)
        post.sensor.show(True)
        await asyncio.sleep(10)
        post.sensor.show(False)
    steps = len(post.dimmer.levels)
    assert 24 * 16 < len(wakes) < 3000, len(wakes)
    assert steps < 5000, steps


async def test_every_interval_of_sleep_was_announced_to_the_supervisor():
    post = _Post()
    for _ in range(100):
        await asyncio.sleep(397)
        post.sensor.show(not post.sensor.present)
    assert not any("event=hung" in line or "event=restart" in line for line in post.log.lines())


def test_a_dimmer_that_was_not_there_stays_a_fault_whatever_the_meter_says():
    bench = Bench(lamp, rated_w=40)
    for there in (False, True):
        bench.common.faults.set("dimmingFailure", there)
        power = PowerWatch(bench.common, None)
        power.power_w, power.voltage_v = 40.0, 230.0
        power.judge(100, lambda: False)
        assert bench.common.faults.has("dimmingFailure") is there

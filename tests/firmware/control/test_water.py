"""Thresholds, doses and pauses, and every refusal with its reason."""

from canopy_bench import NOW, measured, readings, settings
from corolle.control.canopy_memory import WaterMemory
from corolle.control.measured import Measured
from corolle.control.water import PRIORITY, decide
from corolle.wire.words import REASONS, code_of

_H = 3600


def _decide(found, memory=None, now_s=NOW, **changes):
    answer = decide(now_s, settings(**changes), found, memory or WaterMemory())
    assert code_of(REASONS, answer[1])
    assert answer[2] > now_s
    return answer[:2]


def _next_s(found, memory=None, **changes):
    return decide(NOW, settings(**changes), found, memory or WaterMemory())[2] - NOW


def _ordered(open_it=True):
    memory = WaterMemory()
    memory.order(open_it, NOW + 600, "ops")
    return memory


def _everything_at_once():
    found, memory = readings(5, 5, 5, air_c=2.9), _ordered()
    found.leak = True
    found.shed = 3
    found.drought = 4
    found.local_s = 12 * _H
    found.tank = measured(4.9)
    memory.rain_dmm, memory.rain_until_s = 50, NOW + 6 * _H
    return found, memory


def _spread(found, *vwc_pct):
    for probe, value in enumerate(vwc_pct):
        found.soil[probe].value = value


def test_each_rung_wins_over_all_below_it():
    """A canopy on which everything happens at once; one thing after the other is taken away."""
    found, memory = _everything_at_once()
    ladder = (
        ((False, "leak"), lambda: setattr(found, "leak", False)),
        ((False, "low battery"), lambda: setattr(found, "shed", 2)),
        ((False, "frost guard"), lambda: setattr(found.air, "value", (3.0, 50.0))),
        ((False, "drought order"), lambda: setattr(found, "drought", 3)),
        ((True, "override"), lambda: setattr(memory, "order_until_s", 0)),
        ((False, "drought order"), lambda: setattr(found, "drought", 0)),
        ((False, "outside hours"), lambda: setattr(found, "local_s", 6 * _H)),
        ((False, "rain expected"), lambda: setattr(memory, "rain_dmm", 49)),
        ((False, "tank empty"), lambda: setattr(found, "tank", None)),
        ((True, "dry soil"), lambda: _spread(found, 5, 25, 45)),
        ((False, "probes disagree"), lambda: _spread(found, 25, 25, 25)),
        ((False, "moist soil"), lambda: None),
    )
    for said, take_away in ladder:
        assert _decide(found, memory, window_from_min=300, window_until_min=600) == said
        take_away()
    assert len(PRIORITY) == 11


def test_two_thresholds_on_the_median():
    assert _decide(readings(18, 19, 30)) == (True, "dry soil")
    assert _decide(readings(18, 20, 30)) == (False, "moist soil")
    memory = WaterMemory()
    memory.watering = True
    assert _decide(readings(27, 27.9, 40), memory) == (True, "dry soil")
    assert _decide(readings(27, 28, 40), memory) == (False, "moist soil")


def test_two_thresholds_of_tension():
    found, memory = readings(40, 40, 40), WaterMemory()
    found.tension = measured(35.0)
    assert _decide(found, memory, start_kpa=30) == (True, "dry soil")
    memory.follow(NOW, settings(), True, "dry soil")
    found.tension.update(NOW, 12.0)
    assert _decide(found, memory, start_kpa=30) == (True, "dry soil")
    found.tension.update(NOW, 10.0)
    assert _decide(found, memory, start_kpa=30) == (False, "moist soil")


def test_frost_guard_before_everything():
    assert _decide(readings(5, 5, 5, air_c=2.9), _ordered()) == (False, "frost guard")
    assert _decide(readings(5, 5, 5, air_c=3.0)) == (True, "dry soil")


def test_without_the_air_sensor_that_is_fitted_nothing_opens():
    lost = readings(5, 5, 5)
    lost.air = Measured()
    assert _decide(lost, _ordered()) == (False, "sensor lost")
    lost.air = measured((20.0, 50.0), NOW - 1801)
    assert _decide(lost) == (False, "sensor lost")
    lost.air = None
    assert _decide(lost) == (True, "dry soil")


def test_orders_open_and_shut_until_they_end():
    assert decide(NOW, settings(), readings(50, 50, 50), _ordered()) == (True, "override", NOW + 600)
    shut = _ordered(False)
    assert decide(NOW, settings(), readings(5, 5, 5), shut) == (False, "override", NOW + 600)
    assert _decide(readings(5, 5, 5, now_s=NOW + 600), shut, NOW + 600) == (True, "dry soil")


def test_an_order_opens_under_a_lesser_drought_order_and_never_in_a_crisis():
    found = readings(5, 5, 5)
    found.local_s = 12 * _H
    for level, reason in ((1, "override"), (2, "override"), (3, "override"), (4, "drought order")):
        found.drought = level
        assert _decide(found, _ordered()) == (reason == "override", reason)
    assert _decide(found, _ordered(), drought4=0) == (True, "override"), "the city's order leaves it free"


def test_a_drought_order_by_the_hour_ends_in_the_evening():
    found = readings(5, 5, 5)
    found.drought, found.local_s = 2, 18 * _H - 90
    assert _decide(found) == (False, "drought order")
    assert _next_s(found) == 90
    found.local_s = 18 * _H
    assert _decide(found) == (True, "dry soil")


def test_hours_of_the_night_past_midnight_and_without_a_clock():
    night = {"window_from_min": 22 * 60, "window_until_min": 5 * 60}
    found = readings(5, 5, 5)
    for local_s, may in ((21 * _H, False), (22 * _H, True), (2 * _H, True), (5 * _H, False)):
        found.local_s = local_s
        assert _decide(found, **night) == ((True, "dry soil") if may else (False, "outside hours"))
    found.local_s = None
    assert _decide(found, **night) == (True, "dry soil")
    found.local_s = 22 * _H - 60
    assert _next_s(found, **night) == 60


def test_rain_is_waited_for_until_it_was_to_come():
    memory = WaterMemory()
    memory.rain_dmm, memory.rain_until_s = 50, NOW + 300
    assert _decide(readings(5, 5, 5), memory) == (False, "rain expected")
    assert _next_s(readings(5, 5, 5), memory) == 300
    assert _decide(readings(5, 5, 5), memory, rain_skip_dmm=51) == (True, "dry soil")
    assert _decide(readings(5, 5, 5, now_s=NOW + 300), memory, NOW + 300) == (True, "dry soil")


def test_an_empty_tank_refuses_and_a_tank_that_nobody_can_read_does_not():
    found = readings(5, 5, 5)
    found.tank = measured(4.9)
    assert _decide(found) == (False, "tank empty")
    found.tank = measured(5.0)
    assert _decide(found) == (True, "dry soil")
    found.tank = measured(None)
    assert _decide(found) == (True, "dry soil")
    found.tank = measured(0.0, NOW - 1801)
    assert _decide(found) == (True, "dry soil")


def test_refusals_of_probes():
    stale = readings(5, 5, 5, now_s=NOW - 1801)
    stale.air = measured((20.0, 50.0))
    assert _decide(stale) == (False, "probe stale")
    assert _decide(readings(None, None, None)) == (False, "probe out of range")
    assert _decide(readings(5, 21, None)) == (False, "probes disagree")
    assert _decide(readings(5, 30, 55)) == (False, "probes disagree")
    assert _decide(readings(5, 20, None)) == (True, "dry soil")
    assert _decide(readings(5, 25, None), spread_vwc_pct=19) == (False, "probes disagree")
    assert _decide(readings()) == (False, "probe stale")


def _run(memory, found, minutes, start_s, soil_after_dose=0.0):
    """Follow the decisions each minute; water flows at 1 L/min while the valve is open."""
    said = []
    for minute in range(minutes):
        now_s = start_s + minute * 60
        gain = soil_after_dose if memory.open else 0
        if memory.open:
            found.dose_l += 1
        noise = (minute % 2) / 1000  # as every probe has it
        found.update(now_s, [int(probe.value) + gain + noise for probe in found.soil])
        found.air.update(now_s, (20.0, 50.0))
        was_open = memory.open
        is_open, reason, _ = decide(now_s, settings(), found, memory)
        memory.follow(now_s, settings(), is_open, reason)
        if is_open and not was_open:
            found.dose_l = 0
        if not said or said[-1][1:] != (is_open, reason):
            said.append((minute, is_open, reason))
    return said


def test_doses_with_pauses_until_the_soil_is_moist_then_rest():
    memory, found = WaterMemory(), readings(18, 18, 18)
    said = _run(memory, found, 120, NOW, soil_after_dose=1)
    assert said == [
        (0, True, "dry soil"),
        (5, False, "dose given"),
        (35, True, "dry soil"),
        (40, False, "moist soil"),
    ]
    _spread(found, 15, 15, 15)
    said = _run(memory, found, 420, NOW + 120 * 60)
    assert said[0] == (0, False, "minimum interval")
    assert said[1] == (40 + 360 - 120, True, "dry soil")


def test_water_that_never_reaches_the_probes_still_comes_in_doses():
    said = _run(WaterMemory(), readings(10, 10, 10), 24 * 60, NOW)
    opened = [minute for minute, is_open, _ in said if is_open]
    assert opened == list(range(0, 24 * 60, 35))


def test_a_closing_for_whatever_cause_is_followed_by_a_pause():
    memory = WaterMemory()
    memory.follow(NOW, settings(), True, "dry soil")
    memory.follow(NOW + 30, settings(), False, "guard time")
    assert _decide(readings(10, 10, 10, now_s=NOW + 60), memory, NOW + 60) == (False, "dose given")
    later = NOW + 30 + 1800
    assert _decide(readings(10, 10, 10, now_s=later), memory, later) == (True, "dry soil")

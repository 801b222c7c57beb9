"""Thresholds, doses and pauses, and every refusal with its reason."""

from corolle.control.water import WaterMemory, WaterReadings, decide, probe_fault, soil
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.settings import rows
from corolle.wire.words import REASONS, code_of

_NOW = 100_000


def _settings(**changes):
    values = {row[0]: row[1] for row in rows(CANOPY_SETTINGS)}
    values.update(changes)
    return values


def _readings(*vwc_pct, air_c=20.0, now_s=_NOW):
    readings = WaterReadings(len(vwc_pct), True)
    for probe, value in enumerate(vwc_pct):
        readings.vwc_pct[probe] = value
        readings.vwc_at_s[probe] = now_s
    readings.air_c, readings.air_at_s = air_c, now_s
    return readings


def _decide(readings, memory=None, now_s=_NOW, **changes):
    answer = decide(now_s, _settings(**changes), readings, memory or WaterMemory())
    assert code_of(REASONS, answer[1])
    assert answer[2] > now_s
    return answer[:2]


def test_two_thresholds_on_the_median():
    assert _decide(_readings(18, 19, 30)) == (True, "dry soil")
    assert _decide(_readings(18, 20, 30)) == (False, "moist soil")
    memory = WaterMemory()
    memory.watering = True
    assert _decide(_readings(27, 27.9, 40), memory) == (True, "dry soil")
    assert _decide(_readings(27, 28, 40), memory) == (False, "moist soil")


def test_frost_guard_before_everything():
    memory = WaterMemory()
    memory.order(True, _NOW + 600, "ops")
    assert _decide(_readings(5, 5, 5, air_c=2.9), memory) == (False, "frost guard")
    assert _decide(_readings(5, 5, 5, air_c=3.0)) == (True, "dry soil")


def test_without_the_air_sensor_that_is_fitted_nothing_opens():
    lost = _readings(5, 5, 5)
    lost.air_at_s = None
    assert _decide(lost) == (False, "sensor lost")
    lost.air_at_s = _NOW - 1801
    assert _decide(lost) == (False, "sensor lost")
    lost.has_air = False
    assert _decide(lost) == (True, "dry soil")


def test_orders_open_and_shut_until_they_end():
    memory = WaterMemory()
    memory.order(True, _NOW + 600, "ops")
    assert decide(_NOW, _settings(), _readings(50, 50, 50), memory) == (True, "override", _NOW + 600)
    memory.order(False, _NOW + 600, "ops")
    assert decide(_NOW, _settings(), _readings(5, 5, 5), memory) == (False, "override", _NOW + 600)
    assert _decide(_readings(5, 5, 5, now_s=_NOW + 600), memory, _NOW + 600) == (True, "dry soil")


def test_a_probe_out_of_range_is_left_out_and_one_odd_of_three_is_outvoted():
    assert soil(_NOW, _settings(), _readings(10, None, 12)) == (11.0, "")
    assert soil(_NOW, _settings(), _readings(10, 60, 12)) == (12, "")


def test_refusals_of_probes():
    stale = _readings(5, 5, 5, now_s=_NOW - 1801)
    stale.air_at_s = _NOW
    assert _decide(stale) == (False, "probe stale")
    assert _decide(_readings(None, None, None)) == (False, "probe out of range")
    assert _decide(_readings(5, 21, None)) == (False, "probes disagree")
    assert _decide(_readings(5, 30, 55)) == (False, "probes disagree")
    assert _decide(_readings(5, 20, None)) == (True, "dry soil")
    assert _decide(_readings(5, 25, None), spread_vwc_pct=19) == (False, "probes disagree")
    assert _decide(_readings()) == (False, "probe stale")


def test_what_is_wrong_with_each_probe():
    readings = _readings(10, None, 12)
    readings.vwc_at_s[2] = _NOW - 1801
    faults = [probe_fault(_NOW, _settings(), readings, probe) for probe in range(3)]
    assert faults == ["", "probe out of range", "probe stale"]


def _run(memory, readings, minutes, start_s, soil_after_dose=0.0):
    """Follow the decisions each minute; water flows at 1 L/min while the valve is open."""
    settings, said = _settings(), []
    for minute in range(minutes):
        now_s = start_s + minute * 60
        for probe in range(3):
            readings.vwc_at_s[probe] = now_s
            readings.vwc_pct[probe] += soil_after_dose if memory.open else 0
        readings.air_at_s = now_s
        if memory.open:
            readings.dose_l += 1
        was_open = memory.open
        is_open, reason, _ = decide(now_s, settings, readings, memory)
        memory.follow(now_s, settings, is_open, reason)
        if is_open and not was_open:
            readings.dose_l = 0
        if not said or said[-1][1:] != (is_open, reason):
            said.append((minute, is_open, reason))
    return said


def test_doses_with_pauses_until_the_soil_is_moist_then_rest():
    memory, readings = WaterMemory(), _readings(18.0, 18.0, 18.0)
    said = _run(memory, readings, 120, _NOW, soil_after_dose=1.0)
    assert said == [
        (0, True, "dry soil"),
        (5, False, "dose given"),
        (35, True, "dry soil"),
        (40, False, "moist soil"),
    ]
    readings.vwc_pct = [15.0, 15.0, 15.0]
    said = _run(memory, readings, 420, _NOW + 120 * 60)
    assert said[0] == (0, False, "minimum interval")
    assert said[1] == (40 + 360 - 120, True, "dry soil")


def test_water_that_never_reaches_the_probes_still_comes_in_doses():
    said = _run(WaterMemory(), _readings(10.0, 10.0, 10.0), 24 * 60, _NOW)
    opened = [minute for minute, is_open, _ in said if is_open]
    assert opened == list(range(0, 24 * 60, 35))


def test_a_closing_for_whatever_cause_is_followed_by_a_pause():
    memory, readings = WaterMemory(), _readings(10, 10, 10)
    memory.follow(_NOW, _settings(), True, "dry soil")
    memory.follow(_NOW + 30, _settings(), False, "guard time")
    assert _decide(_readings(10, 10, 10, now_s=_NOW + 60), memory, _NOW + 60) == (False, "dose given")
    later = _NOW + 30 + 1800
    assert _decide(_readings(10, 10, 10, now_s=later), memory, later) == (True, "dry soil")
    assert readings.dose_l == 0

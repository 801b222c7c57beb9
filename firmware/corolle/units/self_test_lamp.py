"""What a lamp post is made of: its power follows its level, its chips answer, its clock chip keeps time."""

import asyncio
import time

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_CHIPS = const("corolle.units.self_test_chips")
_DS3231 = const("corolle.drivers.ds3231")
_PARTS = const("dimmer relay meter presence radar lux temperature tilt rtc")
_ME = const("self-test")
_THEIRS = const("=untested: somebody is there, who needs the light")
_SETTLE_MS = const(3000)  # as in learning.py
_HOLD_MS = const(12000)  # a relay's contact rests before it opens
_NOISE_W = const(2)
_AMISS = const(0.2)  # of full power: the same bar as of the fault
_RADAR_MS = const(500)  # ten reports a second
_TICK_MS = const(10)
_TICKS = const(150)  # a second, and half of one
_APART_S = const(10)
_DRIFT = const(0.02)  # far more than a crystal's, far less than that of a clock in trouble


async def look(common, parts: tuple, lines: list) -> None:
    """`parts`: LampLight, PowerWatch, Senses, People."""
    lamp, power, senses, people = parts
    if not common.safe_mode:
        await _chips(common, power, senses, people, lines)
        if lamp.fader:
            await _light(common, lamp, power, lines)
        if senses.rtc:
            lines.append("rtc=" + await _rtc(senses.rtc))
    for name in _PARTS.split():
        if f" {name}@" not in " " + common.fitted:
            lines.append(name + "=not fitted")


async def _chips(common, power, senses, people, lines: list) -> None:
    sensors = {
        "meter": power.meter,
        "lux": senses.lux_sensor,
        "temperature": senses.temperature_sensor,
        "tilt": senses.tilt_sensor,
    }
    with borrowed(_CHIPS) as chips:
        await chips.look(sensors, lines)
        for presence in people.presences:
            if hasattr(presence.sensor, "distance_cm"):
                lines.append("radar=" + await _radar(presence.sensor))
            else:
                chips.look_for_people("presence", presence.sensor, presence.stuck, lines)


async def _radar(sensor) -> str:
    sensor.fresh()
    await asyncio.sleep_ms(_RADAR_MS)
    sensor.speed_m_s()
    return f"good: version {sensor.version}" if sensor.heard else "bad: it reports nothing"


async def _light(common, lamp, power, lines: list) -> None:
    """The street is left dark for a moment only where it is dark anyway."""
    levels = (100, 60, 20) if lamp.output()[1] else (100, 60, 20, 0)
    lamp.light.trial_yields = common.testing == "ordered"
    drawn = await _drawn(lamp, power, levels)
    has_relay = " relay@" in " " + common.fitted
    if not drawn:
        for name in ("dimmer", "relay") if has_relay else ("dimmer",):
            lines.append(name + _THEIRS)
        return
    if lamp.failed:
        lines.append(f"dimmer=bad: {lamp.failed}")
    elif None in drawn:
        lines.append("dimmer=untested: " + ("the meter is silent" if power.meter else "there is no meter"))
    else:
        lines.append("dimmer=" + _judged(levels, drawn, power))
    if not has_relay:
        return
    if None in drawn:
        lines.append("relay=untested: no measured effect")
    elif drawn[0] < _NOISE_W:
        lines.append("relay=bad: nothing passes, or no luminaire is there")
    elif len(levels) == len(drawn) == 4 and drawn[3] > max(_NOISE_W, drawn[0] * _AMISS):
        lines.append(f"relay=bad: {drawn[3]:.1f} W pass when it is open")
    else:
        lines.append("relay=good: closes" + (" and opens" if len(drawn) == 4 else ""))


async def _drawn(lamp, power, levels: tuple) -> list:
    """Watts at each level, None where they are not known; nothing when somebody came who needs the light."""
    light, drawn = lamp.light, []
    light.trial = _ME
    try:
        for level_pct in levels:
            light.trial_pct = level_pct
            lamp.look_again()
            await asyncio.sleep_ms(_SETTLE_MS if level_pct else _HOLD_MS)
            measured = await power.meter.read(True) if power.meter else None
            drawn.append(measured and measured[0])
            if lamp.output()[0] != _ME:
                return []
    finally:
        light.trial_pct, light.trial_yields = None, False
        lamp.look_again()
    return drawn


def _judged(levels: tuple, drawn: list, power) -> str:
    figures = ", ".join([f"{levels[place]} % {drawn[place]:.1f} W" for place in range(len(levels))])
    full_w = drawn[0]
    if full_w < _NOISE_W:
        return f"bad: no power: {figures}"
    for place in range(1, 3):
        if drawn[place] > drawn[place - 1] - full_w * _AMISS / 2:
            return f"bad: power does not follow: {figures}"
        expected_w = power.expected_w(levels[place])
        if expected_w is not None and abs(drawn[place] - expected_w) > max(_NOISE_W, full_w * _AMISS):
            return f"bad: {expected_w:.1f} W expected at {levels[place]} %: {figures}"
    return f"good: {figures}"


async def _rtc(making: tuple) -> str:
    """Does it run, and as fast as the controller's crystal?"""
    try:
        with borrowed(_DS3231) as ds3231:
            chip = ds3231.DS3231(*making)
            if chip.read() is None:
                return "bad: it has stood still: its battery?"
            begin_s, begin_ms = await _edge(chip)
            await asyncio.sleep_ms(_APART_S * 1000 - _TICK_MS * 20)
            end_s, end_ms = await _edge(chip)
    except OSError as error:
        return f"bad: {error}"
    if end_s == begin_s:
        return "bad: its seconds do not go on"
    ran_ms = time.ticks_diff(end_ms, begin_ms)
    drift = ran_ms / (end_s - begin_s) / 1000 - 1
    return f"{'good' if abs(drift) < _DRIFT else 'bad'}: runs, crystal {drift * 100:+.1f} % off it"


async def _edge(chip) -> tuple:
    """(a second, tick at which it begins)."""
    was_s = now_s = chip.read()
    for _ in range(_TICKS):
        if now_s != was_s:
            break
        await asyncio.sleep_ms(_TICK_MS)
        now_s = chip.read()
    return now_s, time.ticks_ms()

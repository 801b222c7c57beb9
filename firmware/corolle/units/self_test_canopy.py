"""What a canopy is made of: its chips answer, its drip line gives water when it is open and none when not.

Nobody is misted or purged at for a test: those valves move by their duties, and are judged by what they gave.
"""

import asyncio

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_CHIPS = const("corolle.units.self_test_chips")
_DROUGHT = ("corolle.control.drought", "corolle.control.hours")
_PARTS = const(
    "valve flow leak presence wind air soil tension tank soil_temperature water_temperature battery panel"
    " mist_valve purge_valve mist_flow"
)
_ME = const("self-test")
_OPEN_S = const(10)
_FLOWS_S = const(8)
_LONGEST_S = const(60)  # water runs out of a line
_DRY_S = const(3)
_NOT_YET = const("untested: its duties alone open it, and have not yet")
_FEW = const(1)  # pulses of a knock at the meter


async def look(common, parts: tuple, lines: list) -> None:
    """`parts`: the Canopy."""
    canopy, garden = parts[0], parts[0].garden
    if not common.safe_mode:
        await _chips(canopy, garden, lines)
        _contacts(garden, lines)
        if canopy.tap:
            await _drip(common, canopy, lines)
        elif " valve@" in " " + common.fitted and " flow@" not in " " + common.fitted:
            lines.append("valve=untested: there is no water meter, so it stays shut")
        if canopy.misting:
            _mist(canopy.misting, lines)
    for name in _PARTS.split():
        if f" {name}@" not in " " + common.fitted:
            lines.append(name + "=not fitted")


async def _chips(canopy, garden, lines: list) -> None:
    power, sensors = canopy.power, dict(garden.sensors)
    if power:
        sensors["battery"], sensors["panel"] = power.battery, power.panel
    with borrowed(_CHIPS) as chips:
        await chips.look(sensors, lines)
        if garden.presence:
            garden.presence.update()
            chips.look_for_people("presence", garden.presence, False, lines)


def _contacts(garden, lines: list) -> None:
    if garden.leak:
        lines.append("leak=bad: it is wet" if garden.leak.present else "leak=good: dry")
    if garden.wind:
        speed_m_s = garden.wind.wind_m_s()
        lines.append(f"wind=good: {speed_m_s:.1f} m/s" if speed_m_s else "wind=untested: it stands still")


async def _drip(common, canopy, lines: list) -> None:
    """Through the same door as an order, so the same guards stand before it."""
    was_open = canopy.output()[1]
    refusal = "" if was_open else _open(common, canopy)
    if refusal:
        lines.append(f"valve=untested: {refusal}")
        lines.append(f"flow=untested: {refusal}")
        return
    pulses = await _pulses(canopy.tap, _FLOWS_S)
    if not was_open:
        canopy.carry_out("auto", 0, common.clock.now(), _ME)
    if not pulses:
        lines.append(f"valve=bad: open, and no water in {_FLOWS_S} s")
        lines.append("flow=bad: no pulse: tap, tank, meter?")
        return
    lines.append(f"flow=good: {pulses} pulses in {_FLOWS_S} s")
    lines.append("valve=" + await _shuts(common, canopy))


def _open(common, canopy) -> str:
    """Why the valve may not be opened, "" when it is open."""
    presence = canopy.garden.presence
    if common.testing == "ordered" and presence and presence.update():
        return "somebody there"
    if canopy.memory.order_until_s > common.clock.uptime_s():
        return "somebody's order is in force"
    readings = canopy.garden.readings
    with borrowed(*_DROUGHT) as drought:
        if drought.ban(common.settings, readings.drought, readings.local_s)[0]:
            return "drought order"
    until_s = common.clock.now() + _OPEN_S
    verdict = canopy.carry_out("open", _OPEN_S, until_s, _ME)
    return "" if verdict == "accepted" else canopy.output()[0]


async def _shuts(common, canopy) -> str:
    if canopy.output()[1]:
        return "good: water flows, and is wanted"
    await asyncio.sleep(min(common.settings["guard_runout_s"], _LONGEST_S))
    pulses = 0 if canopy.output()[1] else await _pulses(canopy.tap, _DRY_S)
    return f"bad: {pulses} pulses when it is shut" if pulses > _FEW else "good: opens and shuts"


async def _pulses(tap, for_s: int) -> int:
    before = tap.pulses()
    await asyncio.sleep(for_s)
    return tap.pulses() - before


def _mist(misting, lines: list) -> None:
    mist_l, purge_l = misting.litres()
    for name, litres in (("mist_valve", mist_l), ("purge_valve", purge_l), ("mist_flow", mist_l + purge_l)):
        gave = f"good: {litres:.1f} L since installation"
        lines.append(f"{name}={gave if litres else _NOT_YET}")

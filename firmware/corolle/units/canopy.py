"""The program of a canopy, and what puts one together from its board: in memory for the boot alone."""

from machine import Timer

from corolle.units import tap
from corolle.units.canopy_unit import Canopy, both
from corolle.units.canopy_wiring import CanopyWiring
from corolle.units.common import Wake
from corolle.units.garden import Garden
from corolle.units.guarded import GuardedMeter, GuardedValve
from corolle.units.sensor import Sensor
from corolle.units.tap import DRIP, MIST, PURGE, Tap
from corolle.units.valve_guard import ValveGuard
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed
from corolle.wire.words import CANOPY_FAULTS

__all__ = ("CLASS_C", "COUNTERS", "FAULTS", "build", "settings")

FAULTS = CANOPY_FAULTS
COUNTERS = tap.COUNTERS
CLASS_C = False  # on a battery: it listens only after it has spoken

_GUARD_TIMER = const(0)  # nobody else may have it
_COUNTERS = {"valve": DRIP, "mist_valve": MIST, "purge_valve": PURGE}
# What each part's Sensor is told as a fault when its entry is wrong.
_FAULTS = {"soil": "soil1Fault", "air": "airSensorFault"}
_TANK_LAW = const("arrete of 7 August 2017, article 7: mist comes from the drinking network, not from a tank")


def settings(wiring) -> tuple:
    """The tables of this board's settings."""
    with borrowed("corolle.system.canopy_settings", "corolle.system.mist_settings") as tables:
        drip = tables.CANOPY_SETTINGS
        if not (wiring.part("mist_valve") or wiring.part("battery")):
            return (drip,)
        from corolle.system.mist_settings import MIST_SETTINGS

        return drip, MIST_SETTINGS


def build(common, wiring, place, safe_mode: bool, programme: str) -> Canopy:
    """The canopy of this board; its valves are shut already. It has no use for a programme of light.

    What is broken or missing is a fault, and never raises.
    """
    wake, mist_wake = Wake(), Wake()
    parts = CanopyWiring(wiring)
    leak = common.attempt("sensorFault", parts.leak)
    presence = common.attempt("sensorFault", lambda: parts.presence(mist_wake.set))
    wind = common.attempt("sensorFault", parts.wind)
    sensors, probes = _sensors(common, parts)
    power = _power(common, sensors)
    garden = Garden(common, sensors, probes, wind, presence, leak)
    if common.attempt("sensorFault", lambda: parts.supply("valve")) != "tank":
        garden.readings.tank = None  # what stands in it is of no concern to the drip line
    if safe_mode:
        return Canopy(common, garden, None, wake, True, power)

    lines = common.attempt("flowMeterFault", lambda: _lines(parts, presence)) or ()
    guard = _guard(common, lines, both(wake.set, mist_wake.set), leak) if lines else None
    taps = {}
    for line in lines:
        call = wake if line.name == "valve" else mist_wake
        taps[line.name] = Tap(common, guard, line.name, line.meter.flow, _COUNTERS[line.name], call.set)
    misting = _misting(common, parts, garden, taps, mist_wake, wake.set)
    if presence and not misting:
        presence.watch(None)
    return Canopy(common, garden, taps.get("valve"), wake, False, power, misting)


def _lines(parts, presence) -> tuple:
    """The guarded valves: of the drip line, and of the mist line when it has both valves and a meter.

    A purge is shut before anybody (arrete du 7 aout 2017, article 4), by the guard should a task hang.
    """
    lines = []
    valve, flow = parts.valve("valve"), parts.flow("flow")
    if valve and flow:
        lines.append(GuardedValve("valve", valve, GuardedMeter("flow", flow), "guard_"))
    mist, purge, flow = parts.valve("mist_valve"), parts.valve("purge_valve"), parts.flow("mist_flow")
    if mist and purge and flow and lines:
        meter = GuardedMeter("mist_flow", flow)
        lines.append(GuardedValve("mist_valve", mist, meter, "guard_mist_"))
        lines.append(GuardedValve("purge_valve", purge, meter, "guard_purge_", presence))
    return tuple(lines)


def _guard(common, lines: tuple, on_trip, leak) -> ValveGuard:
    guard = ValveGuard(lines, Timer(_GUARD_TIMER), common.settings, common.clock.uptime_s, on_trip, leak=leak)
    if leak:
        leak.watch(guard.leaked)
    return guard


def _sensors(common, parts) -> tuple:
    """(Sensors by the names of their parts, how many probes the soil has)."""
    makers = {
        "soil": parts.soil,
        "air": parts.air,
        "tension": parts.tension,
        "tank": parts.tank,
        "soil_temperature": lambda: parts.temperature("soil_temperature"),
        "water_temperature": lambda: parts.temperature("water_temperature"),
        "battery": lambda: parts.power("battery"),
        "panel": lambda: parts.power("panel"),
    }
    made, probes = {}, 0
    for name, maker in makers.items():
        driver = common.attempt(_FAULTS.get(name, "sensorFault"), maker)
        if driver:
            made[name] = Sensor(name, driver, common)
            if name == "soil":
                probes = len(driver[-1]["channels"])
    return made, probes


def _power(common, sensors: dict):
    """Takes battery and panel out of the sensors: the garden has no use for them."""
    battery, panel = sensors.pop("battery", None), sensors.pop("panel", None)
    if battery is None:
        return None
    from corolle.units.canopy_power import CanopyPower

    return CanopyPower(common, battery, panel)


def _misting(common, parts, garden, taps: dict, wake, sense):
    """The mist line; None where there is none, or its duties cannot be recorded.

    Where its water is not what the law wants it can open nothing, and keeps its log all the same.
    """
    supply = common.attempt("mistLocked", lambda: parts.supply("mist_valve"))
    refused = supply not in ("", "mains")
    if refused:
        from corolle.units.no_tap import NoTap

        common.log("fitting", level="error", part="mist_valve", error=_TANK_LAW)
        common.faults.set("mistLocked", True)
        taps = {"mist_valve": NoTap(common.ledger, MIST[0]), "purge_valve": NoTap(common.ledger, PURGE[0])}
    elif "mist_valve" not in taps:
        return None
    from corolle.system.sanitary_log import SanitaryLog
    from corolle.units.misting import Misting
    from corolle.units.sanitary_sender import SanitarySender

    log = common.attempt("sanitaryLogBroken", lambda: SanitaryLog("/data/sanitary", common.dev_eui))
    if log is None:
        return None
    sender = SanitarySender(log, common.reporter)
    lines = taps["mist_valve"], taps["purge_valve"]
    return Misting(common, garden, *lines, log, sender, wake, sense, refused)

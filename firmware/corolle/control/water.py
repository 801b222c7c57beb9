"""Whether the drip valve shall be open, and why: one list of rungs, the first with something to say decides.

Pure: seconds, settings, readings and memory come in, (open, reason, next moment) goes out. Seconds are of a
clock that only runs forward (the node's uptime): a step of the time of day must not shorten a pause.
"""

from corolle.control.canopy_memory import WaterMemory
from corolle.control.drought import CRISIS, ban
from corolle.control.hours import window
from corolle.control.measured import Readings
from corolle.control.soil import dry
from corolle.wire.compat import const

_WATCH_S = const(60)  # how often an open valve is looked at
_SHED = const(3)  # control.energy's level at which there is no watering


def decide(now_s: int, settings, readings: Readings, memory: WaterMemory) -> tuple:
    """(open, reason, next moment)."""
    for rung in PRIORITY:
        answer = rung(now_s, settings, readings, memory)
        if answer:
            return answer
    raise RuntimeError("no rung decided")


def _shut(now_s: int, settings, reason: str, until_s: int | None = None) -> tuple:
    """Shut for that reason; looked at again when the next readings are due, or sooner."""
    again_s = now_s + settings["sample_min"] * 60
    return False, reason, again_s if until_s is None else min(again_s, until_s)


def _leak(now_s, settings, readings, memory):
    return _shut(now_s, settings, "leak") if readings.leak else None


def _battery(now_s, settings, readings, memory):
    return _shut(now_s, settings, "low battery") if readings.shed >= _SHED else None


def _air(now_s, settings, readings, memory):
    air = readings.air
    if air is None:
        return None
    if not air.fresh(now_s, settings):
        return _shut(now_s, settings, "sensor lost")
    return _shut(now_s, settings, "frost guard") if air.value[0] < settings["frost_c"] else None


def _crisis(now_s, settings, readings, memory):
    return _drought(now_s, settings, readings, memory) if readings.drought >= CRISIS else None


def _order(now_s, settings, readings, memory):
    if now_s < memory.order_until_s:
        return memory.order_open, "override", memory.order_until_s
    return None


def _drought(now_s, settings, readings, memory):
    forbidden, left_s = ban(settings, readings.drought, readings.local_s)
    return _shut(now_s, settings, "drought order", now_s + left_s) if forbidden else None


def _hours(now_s, settings, readings, memory):
    from_s, until_s = settings["window_from_min"] * 60, settings["window_until_min"] * 60
    inside, left_s = window(readings.local_s, from_s, until_s)
    return None if inside else _shut(now_s, settings, "outside hours", now_s + left_s)


def _rain(now_s, settings, readings, memory):
    if now_s < memory.rain_until_s and memory.rain_dmm >= settings["rain_skip_dmm"]:
        return _shut(now_s, settings, "rain expected", memory.rain_until_s)
    return None


def _tank(now_s, settings, readings, memory):
    tank = readings.tank
    # A level that nobody knows refuses nothing: plants die of that, and an empty line only stays dry.
    if tank is None or tank.value is None or not tank.fresh(now_s, settings):
        return None
    return _shut(now_s, settings, "tank empty") if tank.value < settings["tank_empty_pct"] else None


def _doubt(now_s, settings, readings, memory):
    fault = dry(now_s, settings, readings, memory.watering)[1]
    return _shut(now_s, settings, fault) if fault else None


def _thresholds(now_s, settings, readings, memory):
    if not dry(now_s, settings, readings, memory.watering)[0]:
        return _shut(now_s, settings, "moist soil")
    if memory.open:
        given = readings.dose_l * 10 >= settings["dose_dl"]
        return _shut(now_s, settings, "dose given") if given else (True, "dry soil", now_s + _WATCH_S)
    if now_s < memory.soak_until_s:
        return _shut(now_s, settings, "dose given", memory.soak_until_s)
    if not memory.watering and now_s < memory.rest_until_s:
        return _shut(now_s, settings, "minimum interval", memory.rest_until_s)
    return True, "dry soil", now_s + _WATCH_S


# The first rung that answers wins. Above an order stands what no author may undo from afar: a leak floods the
# street, a flat battery may open a valve that it cannot shut again, frost bursts what holds water, and a
# crisis is the prefect's word. An order overrules what the canopy only thinks of soil, tank, rain and hours,
# and the lesser drought orders, whose exceptions are its author's to answer for.
PRIORITY = (
    _leak,
    _battery,
    _air,
    _crisis,
    _order,
    _drought,
    _hours,
    _rain,
    _tank,
    _doubt,
    _thresholds,
)

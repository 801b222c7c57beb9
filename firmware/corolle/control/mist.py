"""Whether the nozzles shall mist, and why: one list of rungs, the first with something to say decides.

Mist cools where the air is hot and dry, hardly moves, and somebody stands in it. Pure, like water.py: now is
the node's uptime in seconds, (open, reason, next moment) goes out. What purges or locks the line by law is
control.sanitary.
"""

from corolle.control.canopy_memory import MistMemory
from corolle.control.drought import NONE, action
from corolle.control.hours import window
from corolle.control.measured import Readings
from corolle.control.psychrometry import wet_bulb_c
from corolle.wire.compat import const

_WATCH_S = const(900)  # what could change it wakes whoever decides: readings, people, orders, the guard
_HOUR_LOOK_S = const(300)  # a bucket of the guard's hour
_SHED = const(2)  # control.energy's level at which there is no misting


def decide(now_s: int, settings, readings: Readings, memory: MistMemory) -> tuple:
    """(open, reason, next moment)."""
    for rung in PRIORITY:
        answer = rung(now_s, settings, readings, memory)
        if answer:
            return answer
    raise RuntimeError("no rung decided")


def _off(now_s: int, reason: str) -> tuple:
    return False, reason, now_s + _WATCH_S


def _leak(now_s, settings, readings, memory):
    return _off(now_s, "leak") if readings.leak else None


def _battery(now_s, settings, readings, memory):
    return _off(now_s, "low battery") if readings.shed >= _SHED else None


def _drought(now_s, settings, readings, memory):
    forbidden = action(settings, readings.drought) == NONE
    return _off(now_s, "drought order") if forbidden else None


def _hours(now_s, settings, readings, memory):
    from_s, until_s = settings["mist_from_min"] * 60, settings["mist_until_min"] * 60
    inside, left_s = window(readings.local_s, from_s, until_s)
    return None if inside else (False, "outside hours", now_s + left_s)


def _sensors(now_s, settings, readings, memory):
    for sensor in (readings.air, readings.wind):
        if sensor is None or sensor.value is None or not sensor.fresh(now_s, settings):
            return _off(now_s, "sensor lost")
    return _off(now_s, "sensor lost") if readings.presence_s is None else None


def _litres(now_s, settings, readings, memory):
    if memory.hour_l * 10 >= settings["mist_hour_dl"]:
        return False, "guard litres an hour", now_s + _HOUR_LOOK_S
    return _off(now_s, "guard litres a day") if memory.day_l * 10 >= settings["mist_day_dl"] else None


def _air(now_s, settings, readings, memory):
    air_c, humidity_pct = readings.air.value
    # Mist ends at the rule, and begins a band beyond it: no flutter, and no mist against the rule.
    band_k = _band(settings, memory, "mist_band_dk") / 10
    if air_c < settings["mist_air_c"] + band_k:
        return _off(now_s, "cool air")
    if humidity_pct > settings["mist_humidity_pct"] - _band(settings, memory, "mist_band_pct"):
        return _off(now_s, "humid air")
    cooling_k = air_c - wet_bulb_c(air_c, humidity_pct)
    return _off(now_s, "humid air") if cooling_k < settings["mist_cooling_k"] + band_k else None


def _wind(now_s, settings, readings, memory):
    most_dm_s = settings["mist_wind_dm_s"] - _band(settings, memory, "mist_calm_dm_s")
    return _off(now_s, "windy") if readings.wind.value * 10 > most_dm_s else None


def _band(settings, memory, name: str) -> int:
    return 0 if memory.fit else settings[name]


def _presence(now_s, settings, readings, memory):
    alone = now_s >= readings.presence_s + settings["mist_hold_s"]
    return _off(now_s, "nobody there") if alone else None


def _bursts(now_s, settings, readings, memory):
    if memory.open and now_s >= memory.burst_until_s:
        return False, "burst pause", now_s + settings["mist_off_s"]
    if not memory.open and now_s < memory.pause_until_s:
        return False, "burst pause", memory.pause_until_s
    end_s = memory.burst_until_s if memory.open else now_s + settings["mist_on_s"]
    return True, "hot air", min(end_s, readings.presence_s + settings["mist_hold_s"])


# The first rung that answers wins; there is no order that mists against one of them.
PRIORITY = (
    _leak,
    _battery,
    _drought,
    _hours,
    _sensors,
    _litres,
    _air,
    _wind,
    _presence,
    _bursts,
)

"""What programme and law say of one moment at one place: asked for a dozen times a day, kept by Night.

In memory while it answers: with what it stands on, it is a tenth of a lamp's program.
"""

from corolle.control.calendar import at_local, evening
from corolle.control.curfew import waits_for_sunset, window
from corolle.control.schedule import Schedule
from corolle.control.sun import rise_and_set
from corolle.wire.compat import const

_NOON_MIN = const(720)


def plan(now_s: int, place: tuple, settings, programme: str) -> tuple:
    """(level in % with nobody near, next moment at which it may change)."""
    zone = settings["zone_min"], settings["summer_time"]
    days = evening(now_s, *zone)
    end_s = at_local(days + 1, _NOON_MIN, *zone)
    sunrise_s = rise_and_set(end_s, *place)[0]
    steps = Schedule(programme).steps(days, _sunset_s(days, place, zone), sunrise_s, *zone)
    level_pct = steps[0][1] if steps else settings["base_pct"]
    for at_s, next_pct in steps:
        if now_s < at_s:
            return level_pct, min(at_s, end_s)
        level_pct = next_pct
    return level_pct, end_s


def curfew(now_s: int, place: tuple, settings) -> tuple:
    """(in force, next moment at which that may change)."""
    zone = settings["zone_min"], settings["summer_time"]
    category = settings["category"]
    days = evening(now_s, *zone)
    end_s = at_local(days + 1, _NOON_MIN, *zone)
    if waits_for_sunset(category):
        sunset_s = _sunset_s(days, place, zone)
        if now_s < sunset_s:
            return True, sunset_s
    for night in (days, days + 1):  # the next night's dark hours may begin in this one's morning
        hours = window(category, settings["closing_min"], settings["opening_min"], night, *zone)
        if hours and now_s < hours[1]:
            in_force = now_s >= hours[0]
            return in_force, min(hours[in_force], end_s)
    return False, end_s


def _sunset_s(days: int, place: tuple, zone: tuple) -> int:
    """Of a day's evening: the sunset of the sun's day that holds the clocks' noon."""
    return rise_and_set(at_local(days, _NOON_MIN, *zone), *place)[1]

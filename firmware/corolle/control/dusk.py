"""When it is dark at one place by the sun: asked for twice a day, kept by Night, in memory for the answer."""

from corolle.control.sun import rise_and_set
from corolle.wire.compat import const

_DAY_S = const(86400)


def span(now_s: int, place: tuple, settings) -> tuple:
    """(dark now, next moment at which that changes or must be asked again)."""
    # By the sun's day and not the clocks': a wrong time zone must not turn day and night about.
    rise_s, set_s = rise_and_set(now_s, *place)
    if set_s > rise_s:  # else it is polar night
        off_s = rise_s + settings["off_offset_min"] * 60
        on_s = set_s + settings["on_offset_min"] * 60
        if now_s < off_s:
            return True, off_s
        if now_s < on_s:
            return False, on_s
    ahead_s = int(place[1] * 240)
    return True, ((now_s + ahead_s) // _DAY_S + 1) * _DAY_S - ahead_s

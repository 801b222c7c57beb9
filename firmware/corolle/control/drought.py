"""What a prefect's drought order lets a canopy do, by its level.

Levels are VigiEau's: 0 none, 1 vigilance, 2 alerte, 3 alerte renforcee, 4 crise (code de l'environnement,
article R211-66). The order itself says what is forbidden at each: hence a table of settings, drought1 to
drought4. An order that nobody repeats stays in force.
"""

from corolle.control.hours import window
from corolle.wire.compat import const

_FREE = const(0)
_HOURS = const(1)  # not between drought_from_h and drought_until_h
NONE = const(2)
CRISIS = const(4)
_OLD_S = const(604800)


def action(settings, level: int) -> int:
    """0: water may flow, 1: not in the hot hours, 2: not at all."""
    return settings[f"drought{level}"] if level else _FREE


def ban(settings, level: int, local_s: int | None) -> tuple:
    """(watering is forbidden now, seconds until that may change by itself)."""
    what = action(settings, level)
    forbidden, left_s = window(local_s, settings["drought_from_h"] * 3600, settings["drought_until_h"] * 3600)
    return what == NONE or (what == _HOURS and forbidden), left_s


def outdated(told_s: int, now_s: int | None) -> bool:
    """Whether the level was told more than seven days ago, in unix seconds (0: never, None: no clock).

    A reason for an alarm, and none to water: whoever tells the level may be cut off.
    """
    return bool(told_s and now_s is not None and now_s - told_s > _OLD_S)

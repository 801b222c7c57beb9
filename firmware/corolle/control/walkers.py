"""Who passes, by their speed, and how long they need light."""

from corolle.wire.compat import const

PEDESTRIAN = const(0)
CYCLIST = const(1)
VEHICLE = const(2)

_HOLDS = ("hold_s", "cyclist_hold_s", "vehicle_hold_s")


def kind_of(speed_m_s: float | None, settings) -> int:
    """Who walks at this speed; a pedestrian where it is not known."""
    if speed_m_s is None or speed_m_s * 10 < settings["cyclist_dm_s"]:
        return PEDESTRIAN
    return CYCLIST if speed_m_s * 10 < settings["vehicle_dm_s"] else VEHICLE


def hold_s(kind: int, settings) -> int:
    """How long light stays after the last movement of such a walker."""
    return settings[_HOLDS[kind]]

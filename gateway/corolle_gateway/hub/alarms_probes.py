"""What the gateway looks at in itself: the ways to the city and to the units, and the room in its store."""

from collections.abc import Callable

from corolle_gateway.hub.alarms_own import Figures, Probe
from corolle_gateway.hub.keeper import Room

# What mends itself within so many seconds nobody has to know of.
_PATIENCE_S = 300.0


def probes(
    broker_up: Callable[[], bool],
    room: Callable[[], Room | None],
    missing: Callable[[], dict[str, list[str]]],
    adapter_up: Callable[[], bool] | None,
) -> list[Probe]:
    """Probe by probe. `missing`: the ways to units that are gone, by the code of their alarm.

    `adapter_up` is None where there is no Bluetooth.
    """
    found = [
        Probe("brokerAway", _PATIENCE_S, lambda: None if broker_up() else {}),
        Probe("storeFilling", 0.0, lambda: _filling(room())),
    ]
    found += [
        Probe("concentratorGone", 0.0, lambda: _gone(missing(), "concentratorGone")),
        Probe("networkAway", _PATIENCE_S, lambda: _gone(missing(), "networkAway")),
    ]
    if adapter_up:
        found.append(Probe("adapterGone", _PATIENCE_S, lambda: None if adapter_up() else {}))
    return found


def _filling(room: Room | None) -> Figures | None:
    if room is None or not room.is_short:
        return None
    return {"hours_left": room.hours_left, "unsent": room.unsent, "used_mb": room.used_mb}


def _gone(missing: dict[str, list[str]], code: str) -> Figures | None:
    names = missing.get(code)
    return {"missing": names} if names else None

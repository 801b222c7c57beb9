"""What the gateway looks at in itself: the ways to the city and to the units, and the room in its store."""

from collections.abc import Callable
from typing import Protocol

from corolle_gateway.hub.alarming.own import Figures, Probe
from corolle_gateway.hub.keeper import Room

# What mends itself within so many seconds nobody has to know of.
_PATIENCE_S = 300.0


class Near(Protocol):
    """Bluetooth."""

    def hears(self) -> bool:
        """Whether the adapter listens."""
        ...


class Far(Protocol):
    """LoRaWAN."""

    def hears(self) -> bool:
        """Whether units can be heard at all."""
        ...

    def missing(self) -> list[str]:
        """What was there and is gone."""
        ...


class Ways:
    """The ways to the units. `near` is None where there is no Bluetooth.

    `gone` is the code of the alarm when something of the far way is missing, after `patience_s`.
    """

    def __init__(self, far: Far, gone: str, patience_s: float, near: Near | None):
        self._far = far
        self._gone = gone
        self._patience_s = patience_s
        self._near = near

    @classmethod
    def of_concentrators(cls, far: Far, near: Near | None) -> "Ways":
        """Concentrators of the gateway's own, which are missing only after minutes."""
        return cls(far, "concentratorGone", 0.0, near)

    @classmethod
    def of_network(cls, far: Far, near: Near | None) -> "Ways":
        """Another network server."""
        return cls(far, "networkAway", _PATIENCE_S, near)

    def hears(self) -> bool:
        """Whether units can be heard; Bluetooth alone does where there was never a concentrator."""
        return self._far.hears() or (
            self._near is not None and self._near.hears() and not self._far.missing()
        )

    def probes(self) -> list[Probe]:
        """What looks at them."""
        found = [Probe(self._gone, self._patience_s, self._missing)]
        if near := self._near:
            found.append(Probe("adapterGone", _PATIENCE_S, lambda: None if near.hears() else {}))
        return found

    def _missing(self) -> Figures | None:
        names = self._far.missing()
        return {"missing": names} if names else None


def probes(
    broker_up: Callable[[], bool],
    room: Callable[[], Room | None],
    ways: Ways,
    certificate: Callable[[], Figures | None],
) -> list[Probe]:
    """All of them. `certificate` tells of the one that ends first, if that is soon."""
    return [
        Probe("brokerAway", _PATIENCE_S, lambda: None if broker_up() else {}),
        Probe("certificateEnds", 0.0, certificate),
        Probe("storeFilling", 0.0, lambda: _filling(room())),
        *ways.probes(),
    ]


def _filling(room: Room | None) -> Figures | None:
    if room is None or not room.is_short:
        return None
    return {"hours_left": room.hours_left, "unsent": room.unsent, "used_mb": room.used_mb}

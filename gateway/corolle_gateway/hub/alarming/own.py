"""The gateway's own troubles, each an alarm once it has lasted for a while."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from corolle_gateway.clock import Clock
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.alarming.life import Sign

Figures = dict[str, Any]


class Probe(Struct, frozen=True):
    """`look` gives the figures of a trouble that is there now, None when there is none."""

    code: str
    patience_s: float
    look: Callable[[], Figures | None]


class OwnTroubles:
    """`gateway` is the name by which the gateway has alarms of its own."""

    def __init__(self, clock: Clock, alarms: Alarms, gateway: str):
        self._clock = clock
        self._alarms = alarms
        self._gateway = gateway
        self.probes: list[Probe] = []
        self._since_s: dict[str, float] = {}

    def look(self) -> None:
        """Raise and clear."""
        now_s = self._clock.now()
        for probe in self.probes:
            figures = probe.look()
            if figures is None:
                self._since_s.pop(probe.code, None)
                self._alarms.tell(self._gateway, Sign(probe.code, False))
            elif abs(now_s - self._since_s.setdefault(probe.code, now_s)) >= probe.patience_s:
                if not self._alarms.of(self._gateway, probe.code):
                    self._alarms.tell(self._gateway, Sign(probe.code, True, figures))

    def happened(self, code: str, figures: Figures) -> None:
        """Something that is over already."""
        self._alarms.tell(self._gateway, Sign(code, True, figures))

"""The parts of a lamp post: who is there, how the light gets to its level, what it uses."""

import time

from corolle.control.fade import ramp
from corolle.wire.compat import const

_PCT_WS = const(36_000)  # percent times watt-seconds in 0.1 Wh


class Presence:
    """`pir` is the driver; `node` what the unit's parts share."""

    def __init__(self, pir, node):
        self._pir = pir
        self._node = node
        self._counted = 0
        self._since_s = 0
        self._was = False
        self._stuck = False

    @property
    def present(self) -> bool:
        """Whether somebody is there, as far as a sensor that works can tell."""
        return self._was and not self._stuck

    def look(self) -> bool:
        """Whether somebody is there, or was until just now."""
        node, now_s = self._node, self._node.clock.uptime_s()
        present = self._pir.update()
        came = self._pir.passages - self._counted  # also who was gone again before anybody looked
        self._counted += came
        node.ledger["passages"] += came
        if present and not self._was:
            self._since_s = now_s
        was_there = self.present
        self._was = present
        self._stuck = present and now_s - self._since_s >= node.settings["stuck_min"] * 60
        node.faults.set("presenceStuck", self._stuck)
        return self.present or bool((was_there or came) and not self._stuck)


class Fader:
    """`dimmer` has set(level_pct). Before the first start() the lamp is at its hardware default: full."""

    def __init__(self, dimmer):
        self._dimmer = dimmer
        self._level_pct = 100.0
        self._ramp = iter(())
        self._due_ms = time.ticks_ms()
        self._running = False

    def start(self, level_pct: int, duration_ms: int) -> None:
        """Begin a ramp from wherever the light is now."""
        self._ramp = ramp(self._level_pct, level_pct, duration_ms)
        self._due_ms = time.ticks_ms()
        self._running = True

    def step(self) -> int | None:
        """Do what is due; milliseconds until the next step, None at the end of the ramp."""
        while self._running:
            wait_ms = time.ticks_diff(self._due_ms, time.ticks_ms())
            if wait_ms > 0:
                return wait_ms
            self._level_pct, stay_ms = next(self._ramp)
            self._dimmer.set(self._level_pct)
            self._due_ms = time.ticks_add(self._due_ms, stay_ms)
            self._running = stay_ms > 0
        return None


class VirtualEnergy:
    """Adds to the ledger's `energy_dwh` (0.1 Wh); nothing where the rated power is not known."""

    def __init__(self, ledger, settings, uptime_s):
        self._ledger = ledger
        self._settings = settings
        self._uptime_s = uptime_s
        self._since_s = uptime_s()
        self._rest = 0

    def account(self, level_pct: int) -> None:
        """The lamp was at this level since the last call."""
        now_s = self._uptime_s()
        self._rest += self._settings["rated_w"] * level_pct * (now_s - self._since_s)
        self._since_s = now_s
        self._ledger["energy_dwh"] += self._rest // _PCT_WS
        self._rest %= _PCT_WS

    def power_w(self, level_pct: int) -> float | None:
        """Power at a level, None when it is not known."""
        rated_w = self._settings["rated_w"]
        return rated_w * level_pct / 100 if rated_w else None

"""The parts of a lamp post: who is there, how the light gets to its level, what it uses."""

import time

from corolle.control.fade import ramp
from corolle.wire.compat import const

# A gear keeps its fade time in memory that wears; up to here it needs none.
_GEAR_RISE_MS = const(450)
_WS_PER_DWH = const(360)  # watt-seconds in 0.1 Wh


class Presence:
    """What one sensor sees. `sensor` is a driver with update() and passages; `common` what parts share."""

    def __init__(self, sensor, common, counts: bool = True):
        self.sensor = sensor
        self._common = common
        self._counts = counts  # of two sensors that see the same people, one counts them
        self._counted = 0
        self._since_s = 0
        self._was = False
        self.stuck = False

    @property
    def present(self) -> bool:
        """Whether somebody is there, as far as a sensor that works can tell."""
        return self._was and not self.stuck

    def look(self) -> bool:
        """Whether somebody is there, or was until just now."""
        common, now_s = self._common, self._common.clock.uptime_s()
        present = self.sensor.update()
        came = self.sensor.passages - self._counted  # also who was gone again before anybody looked
        self._counted += came
        if self._counts:
            common.ledger["passages"] += came
        if present and not self._was:
            self._since_s = now_s
        was_there = self.present
        self._was = present
        self.stuck = present and now_s - self._since_s >= common.settings["stuck_min"] * 60
        return self.present or bool((was_there or came) and not self.stuck)


class Fader:
    """`dimmer` has set(level_pct), or start(level_pct, duration_ms) when it fades by itself.

    `relay`, where there is one, has set(on), which returns milliseconds for which the contact may not open
    yet. Before the first start() the lamp is at its hardware default: full.
    """

    def __init__(self, dimmer, relay):
        self._dimmer = dimmer
        self._relay = relay
        self._level_pct = 100.0
        self._ramp = iter(())
        self._due_ms = time.ticks_ms()
        self._running = False
        self._fades = hasattr(dimmer, "start")

    def start(self, level_pct: float, duration_ms: int) -> None:
        """Begin a ramp from wherever the light is now. OSError: the dimmer's bus fails."""
        if self._relay and level_pct:
            self._relay.set(True)
        self._due_ms = time.ticks_ms()
        self._running = True
        if self._fades:
            if level_pct > self._level_pct:
                duration_ms = min(duration_ms, _GEAR_RISE_MS)
            self._ramp = iter(((level_pct, duration_ms), (level_pct, 0)))
            self._dimmer.start(level_pct, duration_ms)
        else:
            self._ramp = ramp(self._level_pct, level_pct, duration_ms)

    def step(self) -> int | None:
        """Do what is due; milliseconds until the next step, None at the end of the ramp."""
        while self._running:
            wait_ms = time.ticks_diff(self._due_ms, time.ticks_ms())
            if wait_ms > 0:
                return wait_ms
            self._level_pct, stay_ms = next(self._ramp)
            if not self._fades:
                self._dimmer.set(self._level_pct)
            if not stay_ms and self._relay and not self._level_pct:
                stay_ms = self._open_contact()
            self._due_ms = time.ticks_add(self._due_ms, stay_ms)
            self._running = stay_ms > 0
        return None

    def _open_contact(self) -> int:
        stay_ms = self._relay.set(False)
        if stay_ms:
            self._ramp = iter(((self._level_pct, 0),))  # ask again when it may open
        return stay_ms


class Energy:
    """Counts light and what it costs, in the ledger: `burn_s`, and `energy_dwh` (0.1 Wh).

    `expected_w(level_pct)` is None where nothing is known of the luminaire. Where no meter works, energy is
    reckoned from it; `known` says whether there has been anything to count by.
    """

    def __init__(self, common, expected_w):
        self._common = common
        self._expected_w = expected_w
        self._since_s = common.clock.uptime_s()
        self._reckoned_ws = 0.0  # since the meter was last read
        self._meter_dwh: int | None = None
        self.known = common.ledger["energy_dwh"] > 0

    def account(self, level_pct: float) -> None:
        """The luminaire was driven at this level since the last call."""
        now_s = self._common.clock.uptime_s()
        for_s, self._since_s = now_s - self._since_s, now_s
        if level_pct:
            self._common.ledger["burn_s"] += for_s
        watts = self._expected_w(level_pct)
        if watts is not None:
            self.known = True
            self._reckoned_ws += watts * for_s

    def settle(self, meter_dwh: int | None) -> None:
        """Book what the meter has counted since the boot; None, or at first: what was reckoned meanwhile."""
        ledger = self._common.ledger
        if meter_dwh is None or self._meter_dwh is None:
            whole = int(self._reckoned_ws / _WS_PER_DWH)
            self._reckoned_ws -= whole * _WS_PER_DWH
            ledger["energy_dwh"] += whole
        else:
            self._reckoned_ws = 0.0
            ledger["energy_dwh"] += meter_dwh - self._meter_dwh
        self._meter_dwh = meter_dwh
        self.known = self.known or meter_dwh is not None

"""A lamp post: decides its level, ramps to it, counts passers-by and energy."""

import asyncio
import struct

from corolle.control.light import LightMemory, Night, decide
from corolle.system.lamp_settings import LAMP_SETTINGS as SETTINGS
from corolle.units.common import Wake
from corolle.units.lamp_parts import Fader, Presence, VirtualEnergy
from corolle.wire.compat import const
from corolle.wire.lamp_report import LAMP_REPORT
from corolle.wire.words import LAMP_FAULTS as FAULTS
from corolle.wire.words import REASONS, code_of

__all__ = ("CLASS_C", "COUNTERS", "FAULTS", "SETTINGS", "Lamp", "build")

COUNTERS = ("energy_dwh", "passages")  # kept in the ledger
CLASS_C = True  # on the mains: it listens always

_RECORD = const("override")
_OVERRIDE = const("<BI")  # level, end; the author follows
_OVERRIDE_BYTES = const(5)
_MOMENT_MS = const(150)  # light is to answer within 200 ms
_LONGEST_S = const(900)  # a sleep, however far off the next change is
_LOOK_S = const(30)  # at night: how late a lost interrupt of the presence sensor may be found
_NO_CLOCK_S = const(900)  # so long after a boot the clock may be unknown without a fault


class Lamp:
    """`common` is what the unit's parts share; `place` is (latitude, longitude) in degrees.

    Without a dimmer the lamp is at full light, without a presence sensor (`pir`) it sees nobody.
    """

    def __init__(self, common, place: tuple, dimmer, pir, wake: Wake, safe_mode: bool):
        self._common = common
        self._night = Night(*place)
        self._memory = LightMemory(safe_mode or dimmer is None)
        self._wake = wake
        self._fader = Fader(dimmer) if dimmer else None
        self._presence = Presence(pir, common) if pir else None
        self._energy = VirtualEnergy(common.ledger, common.settings, common.clock.uptime_s)
        self._level_pct = 100  # as without software
        self._reason = "boot"
        self._restore_override()

    def output(self) -> tuple:
        """(reason, level in %)."""
        return self._reason, self._level_pct

    def look_again(self, step_s: int) -> None:
        """The clock stepped: what was planned by it is void."""
        self._wake.set()

    async def run(self, alive) -> None:
        """Light the street for ever."""
        while True:
            next_s = self._step()
            if await self._ramp(alive):
                continue
            self._common.ledger.keep()
            pause_s = self._pause_s(next_s)
            alive(pause_s)
            await self._wake.wait_ms(pause_s * 1000)

    def carry_out(self, verb: str, value: int, until_s: int, author: str) -> str:
        """Obey a command that was found right; returns the verdict."""
        if verb == "report":
            self._common.reporter.soon()
            return "accepted"
        if self._memory.safe_mode:
            return "refused"
        self._memory.override(value, until_s if verb == "level" else 0, author)
        self._common.save(
            _RECORD, struct.pack(_OVERRIDE, value, self._memory.override_until_s) + author.encode()
        )
        self._step()
        self._wake.set()  # the ramp is the task's
        return "accepted"

    def compose(self) -> tuple:
        """The report: a message and its values. Kept before they are told: a counter never goes back."""
        common = self._common
        self._energy.account(self._level_pct)
        common.ledger.keep(now=True)
        return LAMP_REPORT, {
            "level_pct": self._level_pct,
            "reason": code_of(REASONS, self._reason),
            "power_w": self._energy.power_w(self._level_pct),
            "energy_wh": common.ledger["energy_dwh"] / 10,
            "passages": common.ledger["passages"],
            "faults": common.faults.flags,
            "presence": int(bool(self._presence and self._presence.present)),
        }

    async def _ramp(self, alive) -> bool:
        """Go to the level decided; True when somebody called before it was reached."""
        fader = self._fader
        wait_ms = fader.step() if fader else None
        while fader and wait_ms is not None:
            alive(1)
            # A wait that can be called from costs more than a ramp's step; so it is cut into moments instead.
            await asyncio.sleep_ms(min(wait_ms, _MOMENT_MS))
            if self._wake.called:
                self._wake.called = False
                return True
            wait_ms = fader.step()
        return False

    def _step(self) -> int | None:
        """Decide; returns the next moment at which the answer can change."""
        common, memory = self._common, self._memory
        now_s = common.clock.now_or_none()
        common.faults.set("clockUnknown", now_s is None and common.clock.uptime_s() >= _NO_CLOCK_S)
        if self._presence and self._presence.look() and now_s is not None:
            memory.seen(now_s, common.settings["hold_s"])
        level_pct, reason, next_s = decide(now_s, common.settings, self._night, memory)
        if (level_pct, reason) != (self._level_pct, self._reason):
            self._change(level_pct, reason)
        return next_s

    def _change(self, level_pct: int, reason: str) -> None:
        common, memory = self._common, self._memory
        self._energy.account(self._level_pct)
        common.decided("light", level_pct, reason, memory.override_until_s, memory.override_author)
        if self._reason == "override":
            common.reporter.event("override ended", code_of(REASONS, reason))
        if self._fader and level_pct != self._level_pct:
            rises = level_pct > self._level_pct
            self._fader.start(level_pct, common.settings["rise_ms" if rises else "fall_ms"])
        self._level_pct, self._reason = level_pct, reason

    def _pause_s(self, next_s: int | None) -> int:
        longest_s = _LOOK_S if self._presence and self._reason != "day" else _LONGEST_S
        if next_s is None:
            return longest_s
        return max(1, min(next_s - self._common.clock.now(), longest_s))

    def _restore_override(self) -> None:
        record = self._common.store.load(_RECORD)
        if record and len(record) >= _OVERRIDE_BYTES:
            level_pct, until_s = struct.unpack_from(_OVERRIDE, record)
            self._memory.override(level_pct, until_s, record[_OVERRIDE_BYTES:].decode())


def build(common, wiring, place, safe_mode: bool) -> Lamp:
    """The lamp of this board. `place` is None where it is not known: without the sun it is always night."""
    wake = Wake()
    safe_mode = safe_mode or place is None
    dimmer = pir = None
    if not safe_mode:
        dimmer = common.attempt("dimmingFailure", wiring.dimmer)
        pir = common.attempt("sensorFault", lambda: wiring.presence(wake.set))
    return Lamp(common, place or (0, 0), dimmer, pir, wake, safe_mode)

"""The light of a lamp post: its level is decided and ramped to, for whoever passes and as was ordered."""

import asyncio
import struct

from corolle.control.derating import driven_pct
from corolle.control.light import decide
from corolle.wire.compat import const
from corolle.wire.words import REASONS, code_of

_LEVEL = const("override")  # records: an order's level, end and author
_CAP = const("cap")
_ORDER = const("<BI")
_ORDER_BYTES = const(5)
_MOMENT_MS = const(150)  # light is to answer within 200 ms
_RAMP_S = const(60)  # the longest that settings allow
_LONGEST_S = const(900)  # a sleep, however far off the next change is
_LOOK_S = const(300)  # at night: how late a lost interrupt of the presence sensor may be found
_NO_CLOCK_S = const(900)  # so long after a boot the clock may be unknown without a fault
_STRANGE_DEG = const(6)  # the sun is so high: light is strange


class LampLight:
    """`common` is what the unit's parts share, `light` a control.light.Light, `people` a lamp_people.People.

    `fader` drives the light; None: there is no dimmer, and full light. Functions in `on_move` are called when
    another level begins, with the one that was driven until now.
    """

    def __init__(self, common, light, fader, people, wake):
        self._common = common
        self.light = light
        self.fader = fader
        self._people = people
        self._wake = wake
        self._level_pct = 100  # as without software
        self._reason = "boot"
        self._steady_at_s = 0
        self.failed = ""  # what the dimmer's bus said last
        self.driven_pct = 100.0  # what the luminaire is asked for
        self.on_move: list = []
        for record in (_LEVEL, _CAP):
            self._restore(record)

    def output(self) -> tuple:
        """(reason, level in %)."""
        return self._reason, self._level_pct

    def steady_s(self) -> int:
        """Seconds since the light came to its level; below 0 while it is on its way."""
        return self._common.clock.uptime_s() - self._steady_at_s

    def is_strange_light(self) -> bool:
        """Whether a luminaire that shines now does so by mistake."""
        now_s = self._common.clock.now()
        return self._reason == "day" and self.light.night.sun_up_deg(now_s) > _STRANGE_DEG

    def look_again(self, step_s: int = 0) -> None:
        """Something is known that was not; the clock has stepped by so much."""
        if step_s:
            self.light.clock_stepped(step_s)
        before_pct = self._level_pct
        self._step()
        if step_s or self._level_pct != before_pct:
            self._wake.set()  # the ramp is the task's

    async def run(self, alive) -> None:
        """Light the street for ever."""
        while True:
            next_s = self._step()
            if await self._ramp(alive):
                continue
            if self._people.unclassed:
                self._people.class_them(self._common.clock.now())
                continue
            pause_s = self._pause_s(next_s)
            alive(pause_s)
            await self._wake.wait_ms(pause_s * 1000)

    def order(self, verb: str, level_pct: int, until_s: int, author: str) -> None:
        """Obey: level, cap, or auto, which ends both."""
        if verb != "cap":
            self._take(_LEVEL, level_pct, until_s if verb == "level" else 0, author)
        if verb != "level":
            self._take(_CAP, level_pct, until_s if verb == "cap" else 0, author)
        self._step()
        self._wake.set()  # the ramp is the task's

    async def _ramp(self, alive) -> bool:
        """Go to the level decided; True when somebody called before it was reached."""
        fader = self.fader
        wait_ms = fader.step() if fader else None
        if wait_ms is not None:
            alive(_RAMP_S)
        while fader and wait_ms is not None:
            # A wait that can be called from costs more than a ramp's step; so it is cut into moments instead.
            await asyncio.sleep_ms(min(wait_ms, _MOMENT_MS))
            if self._wake.called:
                self._wake.called = False
                return True
            wait_ms = fader.step()
        return False

    def _step(self) -> int | None:
        """Look and decide; returns the next moment at which the answer can change."""
        common, light = self._common, self.light
        now_s = common.clock.now()
        light.clock_known = common.clock.known
        late = not light.clock_known and common.clock.uptime_s() >= _NO_CLOCK_S
        common.faults.set("clockUnknown", late)
        self._people.look(now_s)
        level_pct, reason, next_s = decide(light, now_s)
        if (level_pct, reason) != (self._level_pct, self._reason):
            self._change(level_pct, reason)
        return next_s

    def _change(self, level_pct: int, reason: str) -> None:
        common, light = self._common, self.light
        _, until_s, author = light.cap if reason == "group cap" else light.order
        common.decided("light", level_pct, reason, until_s, author)
        if self._reason == "override":
            common.reporter.event("override ended", code_of(REASONS, reason))
        common.faults.set("thermalDerating", reason == "derating")
        common.faults.set("thermalShutdown", reason == "thermal shutdown")
        before_pct, self._level_pct, self._reason = self._level_pct, level_pct, reason
        if level_pct != before_pct:
            self._move(before_pct)

    def _move(self, before_pct: int) -> None:
        """Drive the luminaire to the level."""
        for told in self.on_move:
            told(self.driven_pct)
        ledger, settings = self._common.ledger, self._common.settings
        if not before_pct:
            ledger["starts"] += 1
        self.driven_pct = driven_pct(self._level_pct, ledger["burn_s"], settings)
        duration_ms = settings["rise_ms" if self._level_pct > before_pct else "fall_ms"]
        if self.light.trial_pct is not None:
            duration_ms = 0  # nobody is to enjoy it
        self._steady_at_s = self._common.clock.uptime_s() + duration_ms // 1000 + 1
        if self.fader:
            self._drive(duration_ms)

    def _drive(self, duration_ms: int) -> None:
        failed = ""
        try:
            self.fader.start(self.driven_pct, duration_ms)
        except OSError as error:
            failed = str(error)
            self._common.log("dimmer", level="error", error=failed)
        if failed or self.failed:  # else what the meter says of it stands
            self._common.faults.set("dimmingFailure", bool(failed))
        self.failed = failed

    def _pause_s(self, next_s: int | None) -> int:
        longest_s = _LOOK_S if self._people and self._reason != "day" else _LONGEST_S
        if next_s is None:
            return longest_s
        return max(1, min(next_s - self._common.clock.now(), longest_s))

    def _take(self, record: str, level_pct: int, until_s: int, author: str) -> None:
        self._set_order(record, (level_pct, until_s, author))
        self._common.save(record, struct.pack(_ORDER, level_pct, until_s) + author.encode())

    def _restore(self, record: str) -> None:
        kept = self._common.store.load(record)
        if kept and len(kept) >= _ORDER_BYTES:
            level_pct, until_s = struct.unpack_from(_ORDER, kept)
            self._set_order(record, (level_pct, until_s, kept[_ORDER_BYTES:].decode()))

    def _set_order(self, record: str, order: tuple) -> None:
        if record == _CAP:
            self.light.cap = order
        else:
            self.light.order = order

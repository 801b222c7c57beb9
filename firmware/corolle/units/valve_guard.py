"""Stands below whoever decides: bounds each opening, hour and day of every valve, whatever is wanted.

It looks once a second from ONE hardware timer, while a valve is open or water flows that nothing explains.
MicroPython runs a timer's callback between two instructions of whatever else it does, so a task that never
yields cannot keep a valve open. A bound is not to be exceeded: a valve shuts when the next second would do
so.

Who may interrupt whom: the callback may come in the middle of any method here, and so may other interrupts.
So the callback alone counts while the timer runs, and an opening is claimed before it is judged.
"""

from corolle.wire.compat import const

_LOOK_MS = const(1000)
_REST_S = const(3600)  # after a trip: long enough for somebody to see the event before the valve moves again
_OTHER = const("other valve open")


class ValveGuard:
    """The only one to move the valves. The constructor shuts them all.

    Args:
        valves: units/guarded.py's; two at one meter are never open together, for whose water would it be?
        timer: machine.Timer that nobody else has.
        settings: guard_runout_s, guard_stray_s, and the bounds of each valve.
        uptime_s: seconds that only run forward.
        on_trip: called without arguments, also from the callback and from interrupts.
        apart: pairs of valves' names that are never open together either.
        leak: a contact that is `present` while it is wet, or None. Its interrupt may call leaked().
    """

    def __init__(self, valves: tuple, timer, settings, uptime_s, on_trip, apart: tuple = (), leak=None):
        for line in valves:
            line.valve.close()
        self._valves = valves
        self._meters: list = []
        for line in valves:
            if line.meter.last is None:
                line.meter.last = line
                self._meters.append(line.meter)
        self._timer = timer
        self._settings = settings
        self._uptime_s = uptime_s
        self._on_trip = on_trip
        self._apart = apart
        self._leak = leak
        self._leak_trip = ""
        self._wet = False
        self._dry_at_s = 0  # end of the rest after a leak; 0: there was none
        self._watching = False
        self._now_s = uptime_s()
        # Bound once: to bind a method in an interrupt would take memory.
        self._on_look, self._on_pulse = self._look, self._watch
        for line in valves:
            line.closed_at_s = self._now_s
        self._rest()
        self.leaked()

    @property
    def names(self) -> list:
        """The valves' names."""
        return [line.name for line in self._valves]

    def open(self, name: str) -> str:
        """Open a valve, or say why not: the reason, "" when it is open."""
        line = self._find(name)
        if line.moving:
            return _OTHER  # called from an interrupt, in the middle of this valve's own pulse
        self._catch_up()
        if line.is_open:
            return self._refusal(line)
        line.moving = True
        try:
            return self._move(line)
        finally:
            line.moving = False

    def close(self, name: str) -> None:
        """Shut a valve; it is shut once more whatever it is believed to be."""
        line = self._find(name)
        outer, line.moving = line.moving, True
        self._shut(line)
        line.moving = outer

    def refusal(self, name: str) -> str:
        """Why a valve may not be open now; "" when it may."""
        self._catch_up()
        return self._refusal(self._find(name))

    def wait_s(self, name: str) -> int:
        """Seconds until leak, unexplained flow or the rest after a trip are over, at the earliest; else 0."""
        self._catch_up()
        line = self._find(name)
        until_s = max(line.rest_until_s, self._dry_at_s)
        if line.meter.unexplained:
            until_s = max(until_s, line.meter.quiet_at_s, self._now_s + 1)
        return max(0, until_s - self._now_s)

    def is_open(self, name: str) -> bool:
        """Whether a valve is open."""
        return self._find(name).is_open

    def pulses(self, name: str) -> int:
        """What has passed through a valve since the boot, up to this moment."""
        line = self._find(name)
        meter = line.meter
        while True:
            counted = meter.counted
            pulses = line.pulses
            if meter.last is line:
                pulses += max(0, meter.flow.pulses - counted)
            if counted == meter.counted:  # else the callback has counted in between
                return pulses

    def litres(self, name: str) -> float:
        """Water since this opening, or in the last one."""
        line = self._find(name)
        return (self.pulses(name) - line.opened_at_pulses) * line.meter.flow.litres_per_pulse

    def spent_l(self, name: str) -> tuple:
        """(litres of the last hour, of the last day) through a valve."""
        self._catch_up()
        line = self._find(name)
        hour, day = line.spent_pulses(self._now_s)
        return hour * line.meter.flow.litres_per_pulse, day * line.meter.flow.litres_per_pulse

    def take_trip(self) -> tuple:
        """(name, reason) of a trip, once; ("", "") when there is none.

        The name is the valve's; the meter's for "unexplained flow"; "leak" for a leak, that shuts them all.
        """
        self._catch_up()
        for part in self._valves + tuple(self._meters):
            if part.trip:
                reason, part.trip = part.trip, ""
                return part.name, reason
        reason, self._leak_trip = self._leak_trip, ""
        return reason, reason

    def restore(self, name: str, litres: float, broken: int = 0) -> None:
        """Count water that a valve gave before a reset as if it were given now.

        `broken`: openings that a reset broke off. Nobody knows what they gave: each may have been a full one.
        """
        line = self._find(name)
        pulses = int(litres / line.meter.flow.litres_per_pulse + 0.5)
        line.credit(self._uptime_s(), pulses + broken * line.most_pulses(self._settings))

    def leaked(self) -> None:
        """Look at the leak contact, and shut everything when it is wet."""
        leak, was_wet = self._leak, self._wet
        if leak is None:
            return
        self._now_s = self._uptime_s()
        self._wet = leak.present
        if self._wet or was_wet:
            self._dry_at_s = self._now_s + _REST_S
        elif self._now_s >= self._dry_at_s:
            self._dry_at_s = 0
        if self._wet and not was_wet:
            for line in self._valves:
                self._shut(line)
            self._leak_trip = "leak"
            self._on_trip()

    def _find(self, name: str):
        for line in self._valves:
            if line.name == name:
                return line
        raise KeyError(name)

    def _move(self, line) -> str:
        line.claim(self._now_s)
        refusal = self._refusal(line)
        if refusal:
            line.is_open = False
            return refusal
        line.meter.last = line
        line.charge(self._now_s)
        self._watch()  # before the valve: should the next line fail, an open valve is already watched
        if line.is_open:
            line.valve.open()
        if not line.is_open:
            line.valve.close()  # an interrupt has shut it, in the middle of the pulse or before
        return ""

    def _refusal(self, line) -> str:
        if self._dry_at_s:
            return "leak"
        if line.meter.unexplained:
            return "unexplained flow"
        if self._now_s < line.rest_until_s:
            return line.rest_reason
        if line.exposes():
            return "somebody there"
        return line.spent(self._settings, self._now_s) or (_OTHER if self._blocked(line) else "")

    def _blocked(self, line) -> bool:
        for other in self._valves:
            if other is line or not (other.is_open or other.moving):
                continue
            if other.meter is line.meter:
                return True
            for first, second in self._apart:
                if (line.name == first and other.name == second) or (
                    line.name == second and other.name == first
                ):
                    return True
        return False

    def _shut(self, line) -> None:
        line.valve.close()
        if line.is_open:
            line.is_open = False
            line.closed_at_s = self._now_s
            self._watch()

    def _trip(self, line, reason: str) -> None:
        self._shut(line)
        line.rest_until_s = self._now_s + _REST_S
        line.trip = line.rest_reason = reason
        self._on_trip()

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            self._timer.init(mode=self._timer.PERIODIC, period=_LOOK_MS, callback=self._on_look)

    def _catch_up(self) -> None:
        """While the timer rests, whoever asks counts."""
        if self._watching:
            self._now_s = self._uptime_s()
        else:
            self._count()
            for meter in self._meters:
                if meter.new:
                    self._watch()  # its pulse should have done so: an interrupt can be lost
        self.leaked()

    def _look(self, timer) -> None:
        try:
            self._count()
            self.leaked()
            self._check()
        except MemoryError:
            # A task that hangs may have taken it all: what cannot be counted is shut.
            for line in self._valves:
                if line.is_open:
                    self._trip(line, "guard time")

    def _count(self) -> None:
        now_s = self._now_s = self._uptime_s()
        for meter in self._meters:
            meter.count()
            meter.last.passed(now_s, meter.new)
        for line in self._valves:
            line.time(now_s)

    def _check(self) -> None:
        for line in self._valves:
            if line.is_open:
                reason = line.spent(self._settings, self._now_s)
                if reason:
                    self._trip(line, reason)
                elif line.exposes():
                    self._shut(line)  # no trip: it may open again as soon as nobody is there
                    self._on_trip()
        busy = False
        for meter in self._meters:
            busy = self._explain(meter) or busy
        if not busy:
            self._rest()

    def _explain(self, meter) -> bool:
        """Whether a meter is to be looked at again: it runs, runs out, or nobody knows why it turns."""
        now_s, settings = self._now_s, self._settings
        for line in self._valves:
            if line.meter is meter and (
                line.is_open or now_s - line.closed_at_s <= settings["guard_runout_s"]
            ):
                return True
        if meter.stray(now_s, settings["guard_stray_s"]):
            for line in self._valves:
                if line.meter is meter:
                    line.valve.close()  # once more: a latching valve may have missed its pulse
            meter.trip = "unexplained flow"
            self._on_trip()
        return meter.unexplained or now_s < meter.quiet_at_s

    def _rest(self) -> None:
        """Nothing is open and nothing flows: the next pulse of a meter starts the timer again."""
        self._watching = False
        self._timer.deinit()
        for meter in self._meters:
            meter.flow.call_after(meter.flow.litres_per_pulse, self._on_pulse)

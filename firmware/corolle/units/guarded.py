"""One valve and one meter as their guard sees them: what passed, for how long, and what that allows.

All of it is whole numbers, pulses and seconds: a timer's callback must not need memory.
"""

from corolle.units.windows import Window
from corolle.wire.compat import const

_LOOK_S = const(1)  # until the guard looks again
_FEW = const(3)  # pulses that a draught in the pipe or a knock at the meter may make


class GuardedMeter:
    """A meter before one valve or several, of which one at a time may be open.

    `name` is the part's on the board, `flow` its driver. `new` is what came between the last two looks,
    `last` the valve that opened last: water is its water. `trip`: a trip that nobody has taken note of yet.
    """

    def __init__(self, name: str, flow):
        self.name = name
        self.flow = flow
        self.counted = flow.pulses
        self.new = 0
        self.last: GuardedValve | None = None
        self.unexplained = False
        self.quiet_at_s = 0
        self.trip = ""
        self._pulses_per_100_l = int(100 / flow.litres_per_pulse + 0.01)
        self._strays = 0
        self._strays_since_s = 0

    def count(self) -> None:
        """Take what has come since the last look. A counter that goes back has begun again."""
        counted, pulses = self.counted, self.flow.pulses
        self.new = pulses - counted if pulses >= counted else pulses
        self.counted = pulses

    def pulses(self, dl: int) -> int:
        """How many pulses a volume is."""
        return dl * self._pulses_per_100_l // 1000

    def stray(self, now_s: int, within_s: int) -> bool:
        """No valve is open: True when unexplained flow begins. It lasts until `within_s` were dry."""
        if not self.new:
            self.unexplained = self.unexplained and now_s < self.quiet_at_s
            return False
        if now_s - self._strays_since_s > within_s:
            self._strays, self._strays_since_s = 0, now_s
        self._strays += self.new
        self.quiet_at_s = now_s + within_s
        begins = self._strays > _FEW and not self.unexplained
        self.unexplained = self.unexplained or begins
        return begins


class GuardedValve:
    """A valve and its bounds: settings whose names begin with `bounds` and end with on_s, dose_dl, hour_dl,
    day_dl, day_s and noflow_s.

    `name` is the part's on the board, `valve` its driver. `moving`: somebody is in the middle of a pulse.
    `trip` is the reason of a trip that nobody has taken note of yet. `people` is the sensor of those whom its
    water must not meet, None where it may.
    """

    def __init__(self, name: str, valve, meter: GuardedMeter, bounds: str, people=None):
        self.name = name
        self.valve = valve
        self.meter = meter
        self.is_open = self.moving = False
        self._people = people
        self.pulses = 0  # through this valve, since the boot
        self.opened_at_pulses = 0
        self.closed_at_s = 0
        self.rest_until_s = 0
        self.rest_reason = self.trip = ""
        self._opened_at_s = self._flow_at_s = self._timed_at_s = 0
        self._hour = Window(300, 12)
        self._day = Window(3600, 24)
        self._day_open_s = Window(3600, 24)
        # The names are made once: to make them at each look would take memory.
        self._on_s, self._dose_dl = bounds + "on_s", bounds + "dose_dl"
        self._hour_dl, self._day_dl = bounds + "hour_dl", bounds + "day_dl"
        self._day_s, self._noflow_s = bounds + "day_s", bounds + "noflow_s"

    def claim(self, now_s: int) -> None:
        """Begin an opening: whoever looks from now on takes the valve for open."""
        self._opened_at_s = self._flow_at_s = self._timed_at_s = now_s
        self.opened_at_pulses = self.pulses
        self.is_open = True

    def charge(self, now_s: int) -> None:
        """A second is paid when it begins: openings of less than one count too."""
        self._day_open_s.add(now_s, _LOOK_S)

    def credit(self, now_s: int, pulses: int) -> None:
        """Count water against the allowances without an opening: it passed before a reset."""
        self._hour.add(now_s, pulses)
        self._day.add(now_s, pulses)

    def passed(self, now_s: int, pulses: int) -> None:
        """Water has come through, or none."""
        if pulses:
            self.pulses += pulses
            self.credit(now_s, pulses)
            self._flow_at_s = now_s

    def most_pulses(self, settings) -> int:
        """What an opening may give."""
        return self.meter.pulses(settings[self._dose_dl])

    def exposes(self) -> bool:
        """Whether somebody is where its water would meet them."""
        return self._people is not None and self._people.update()

    def spent_pulses(self, now_s: int) -> tuple:
        """(what passed in the last hour, in the last day)."""
        return self._hour.total(now_s), self._day.total(now_s)

    def time(self, now_s: int) -> None:
        """Count the time since the last look, when the valve is open."""
        if self.is_open:
            self._day_open_s.add(now_s, max(0, now_s - self._timed_at_s))
            self._timed_at_s = now_s

    def spent(self, settings, now_s: int) -> str:
        """Which bound would be exceeded before the next look, as a reason; "" when none would."""
        meter = self.meter
        new = open_s = dose = 0
        if self.is_open:
            new = meter.new
            open_s = now_s - self._opened_at_s
            dose = self.pulses - self.opened_at_pulses
        if open_s + _LOOK_S >= settings[self._on_s]:
            return "guard time"
        if dose + new >= self.most_pulses(settings):
            return "guard litres"
        if self._hour.total(now_s) + new >= meter.pulses(settings[self._hour_dl]):
            return "guard litres an hour"
        if self._day.total(now_s) + new >= meter.pulses(settings[self._day_dl]):
            return "guard litres a day"
        if self._day_open_s.total(now_s) >= settings[self._day_s]:
            return "guard time"
        dry = self.is_open and now_s - self._flow_at_s >= settings[self._noflow_s]
        return "no flow" if dry else ""

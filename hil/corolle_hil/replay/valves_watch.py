"""One valve as somebody sees it who stands beside it: how long it is open, and what has come through.

Nothing of it is asked of the firmware: the plunger, the pulses of the meter and the water of the branch are
the world's. A bound is judged while the board can keep it, that is while it has power and has had the time to
boot; water that runs through a latching valve in a power cut is nobody's.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.chips.solenoid import Solenoid
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.water import Branch

_HOUR_S, _DAY_S = 3600, 86_400
_LATE_S = 0.2  # a plunger's way, and the pulse of a latching valve
_LOOK_S = 1.0  # between two looks of the guard
_PULSES = 2  # one in the meter, one that came between two looks


@dataclass(frozen=True)
class Bounds:
    """A guard's bounds of one valve, in seconds and litres."""

    on_s: float
    dose_l: float
    hour_l: float
    day_l: float
    day_s: float
    noflow_s: float

    @classmethod
    def of(cls, settings: Mapping[str, int], prefix: str, share: float = 1.0) -> "Bounds":
        """As they are set, or a share of that; `prefix` is what their names begin with."""

        def bound(name: str) -> float:
            return settings[prefix + name] * share

        return cls(
            on_s=bound("on_s"),
            dose_l=bound("dose_dl") / 10,
            hour_l=bound("hour_dl") / 10,
            day_l=bound("day_dl") / 10,
            day_s=bound("day_s"),
            noflow_s=bound("noflow_s"),
        )


@dataclass(frozen=True)
class Decision:
    """What the node last said of an output, and when."""

    value: int
    reason: str
    at_us: int


class Sliding:
    """A sum over the last seconds."""

    def __init__(self, seconds: int):
        self._us = seconds * 1_000_000
        self._parts: deque[tuple[int, float]] = deque()
        self._sum = 0.0

    def add(self, now_us: int, amount: float) -> None:
        """Something came."""
        if amount:
            self._parts.append((now_us, amount))
            self._sum += amount

    def total(self, now_us: int) -> float:
        """What came within the last seconds."""
        while self._parts and now_us - self._parts[0][0] >= self._us:
            self._sum -= self._parts.popleft()[1]
        return self._sum


class Watch:
    """One valve; look() again and again while it is open.

    `blame(rule, detail)` is called for each bound exceeded; `openings`, `open_s` and `litres` count.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        name: str,
        valve: LatchingValve | Solenoid,
        branch: Branch,
        meter: FlowMeter,
        litres_per_pulse: float,
        bounds: Bounds,
        blame: Callable[[str, str], None],
    ):
        self.name = name
        self.valve = valve
        self.bounds = bounds
        self.decision: Decision | None = None
        self.openings = 0
        self.open_s = 0.0
        self.reasons: set[str] = set()
        self._scheduler = scheduler
        self._branch = branch
        self._meter = meter
        self._slack_l = _PULSES * litres_per_pulse
        self._blame = blame
        self._opened_us: int | None = None
        self._begun_us = 0  # of the opening, or of the attendance in its midst
        self._pulsed_us = 0
        self._pulses = meter.pulses
        self._stuck = meter.stuck
        self._dose_l = 0.0
        self._life_s = 0.0  # open since the boot
        self._looked_us = scheduler.now_us
        self._looked_l = branch.litres
        self._attended = False
        self._flow_l_s = 0.0  # what it was before it shut
        self._hour, self._day = Sliding(_HOUR_S), Sliding(_DAY_S)

    @property
    def litres(self) -> float:
        """What has come through since the beginning."""
        return self._branch.litres

    @property
    def opened_us(self) -> int | None:
        """Since when it is open; None while it is shut."""
        return self._opened_us

    def booted(self) -> None:
        """The node begins anew: it has decided nothing yet."""
        self.decision = None
        self._life_s = 0.0

    def look(self, attended: bool) -> None:
        """Take in what has been since the last look, then judge; `attended`: the board can act."""
        now_us = self._scheduler.now_us
        passed_s = (now_us - self._looked_us) / 1e6
        passed_l, self._looked_l = self._branch.litres - self._looked_l, self._branch.litres
        was_open, counts = self._opened_us is not None, self._attended and not self._is_mute()
        if was_open and self._attended:
            self._life_s += passed_s
            self.open_s += passed_s
            self._dose_l += passed_l * counts
            if counts:
                self._hour.add(now_us, passed_l)
                self._day.add(now_us, passed_l)
        self._looked_us = now_us
        self._follow(now_us, attended)
        if was_open and self._attended and attended:
            self._judge(now_us)
        self._attended = attended

    def _follow(self, now_us: int, attended: bool) -> None:
        """The valve has opened or shut, somebody has begun to attend it, or the meter has turned."""
        if not self.valve.is_open:
            self._opened_us = None
        elif self._opened_us is None:
            self._opened_us = self._begun_us = self._pulsed_us = now_us
            self._dose_l = 0.0
            self.openings += 1
        elif attended and not self._attended:
            self._begun_us = self._pulsed_us = now_us
        if self.valve.is_open:
            self._flow_l_s = self._branch.flow_l_s
        sticks = self._meter.stuck and not self._stuck
        if self._meter.pulses != self._pulses or sticks:  # a contact that stays shut has closed once more
            self._pulsed_us = now_us
        self._pulses, self._stuck = self._meter.pulses, self._meter.stuck

    def _is_mute(self) -> bool:
        """A meter that does not count cannot bound litres; time without a pulse is bounded instead."""
        return self._meter.dead or self._meter.stuck

    def _judge(self, now_us: int) -> None:
        bounds, slack_l = self.bounds, self._slack_l + self._flow_l_s * _LOOK_S
        open_s, dry_s = (now_us - self._begun_us) / 1e6, (now_us - self._pulsed_us) / 1e6
        for rule, found, bound in (
            ("on-time", open_s, bounds.on_s + _LATE_S),
            ("litres an opening", self._dose_l, bounds.dose_l + slack_l),
            ("litres an hour", self._hour.total(now_us), bounds.hour_l + slack_l),
            ("litres a day", self._day.total(now_us), bounds.day_l + slack_l),
            ("time a day", self._life_s, bounds.day_s + _LOOK_S + _LATE_S),
            ("no flow", dry_s, bounds.noflow_s + 2 * _LOOK_S + _LATE_S),  # a pulse is seen a look late
        ):
            if found > bound:
                self._blame(rule, f"{self.name}: {found:.3f}, bound {bound:.3f}")

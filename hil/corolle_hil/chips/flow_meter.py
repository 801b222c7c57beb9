"""A water meter with a reed contact to ground: one falling edge for each portion of water."""

from collections.abc import Callable

from corolle_hil.ports import Line, Train
from corolle_hil.scheduler import Handle, Scheduler

_CLOSED_SHARE = 0.3  # part of a turn for which the magnet holds the contact shut
_LONGEST_CLOSED_US = 100_000


class FlowMeter(Train):
    """One meter.

    Faults: `dead` (no pulses), `stuck` (the contact stays shut), `bounces` (extra edges at each closing).

    Args:
        line: the pulse wire; the contact pulls it low, a pull-up on the board holds it high.
        litres_per_pulse: what passes between two pulses.
        flow_l_s: the flow through the meter now, in litres a second.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        line: Line,
        litres_per_pulse: float,
        flow_l_s: Callable[[], float],
    ):
        if litres_per_pulse <= 0:
            raise ValueError(f"litres_per_pulse = {litres_per_pulse} must be above 0")
        self.dead = False
        self.bounces = 0
        self.pulses = 0
        self._scheduler = scheduler
        self._line = line
        self._litres_per_pulse = litres_per_pulse
        self._flow_l_s = flow_l_s
        self._share = 0.0  # part of the present portion that has passed
        self._rate_l_s = 0.0
        self._since_us = scheduler.now_us
        self._next: Handle | None = None
        self._opening: Handle | None = None
        self._closed_at_us = -1
        self._stuck = False
        line.train = self
        line.drive(1)

    @property
    def stuck(self) -> bool:
        """Whether the contact stays shut."""
        return self._stuck

    @stuck.setter
    def stuck(self, stuck: bool) -> None:
        self._stuck = stuck
        self._line.drive(0 if stuck else 1)

    def update(self) -> None:
        """Call it whenever the flow has changed."""
        now_us = self._scheduler.now_us
        self._share += self._rate_l_s * (now_us - self._since_us) / 1e6 / self._litres_per_pulse
        self._since_us = now_us
        self._rate_l_s = self._flow_l_s()
        self._expect()

    def ahead(self) -> tuple[int, int]:
        """Pulses until something happens; each has its own edges when the contact bounces."""
        now_us = self._scheduler.now_us
        if self.bounces or self._closed_at_us != now_us or not self._next or not self._opening:
            return 0, 0
        self._next.cancel()  # both are the train's own
        self._opening.cancel()
        until_us, period_us = self._scheduler.quiet_until_us(), self._period_us
        self._shut()
        self._expect()
        return max(0, until_us - 1 - now_us) // period_us, period_us

    def skip(self, count: int) -> None:
        """The contact is shut at the end, as it was."""
        period_us = self._period_us
        for handle in (self._next, self._opening):
            if handle:
                handle.cancel()
        self._scheduler.leap(self._scheduler.now_us + count * period_us)
        self.pulses += count
        self._share, self._since_us = 0.0, self._scheduler.now_us
        self._shut()
        self._expect()

    @property
    def _period_us(self) -> int:
        """From one pulse to the next."""
        return max(1, round(self._litres_per_pulse / self._rate_l_s * 1e6))

    def _expect(self) -> None:
        if self._next:
            self._next.cancel()
            self._next = None
        if self._rate_l_s > 0:
            missing_l = max(0.0, 1 - self._share) * self._litres_per_pulse
            self._next = self._scheduler.after(max(1, round(missing_l / self._rate_l_s * 1e6)), self._pass)

    def _pass(self) -> None:
        self._share, self._since_us = 0.0, self._scheduler.now_us
        if not self.dead and not self._stuck:
            self._pulse()
        self._expect()

    def _pulse(self) -> None:
        self.pulses += 1
        for _ in range(self.bounces):
            self._line.drive(0)
            self._line.drive(1)
        self._line.drive(0)
        self._shut()

    def _shut(self) -> None:
        closed_us = round(min(_LONGEST_CLOSED_US, _CLOSED_SHARE * self._period_us))
        self._closed_at_us = self._scheduler.now_us
        self._opening = self._scheduler.after(closed_us, self._open)

    def _open(self) -> None:
        self._opening = None
        if not self._stuck:
            self._line.drive(1)

"""A cup anemometer with a reed contact to ground: one falling edge a turn."""

from collections.abc import Callable

from corolle_hil.ports import Line, Train
from corolle_hil.scheduler import Handle, Scheduler

_CALM_HZ = 0.1  # slower than that the bearings hold the cups
_LOOK_US = 30_000_000  # in a calm
_ASK_US = 10_000_000
_CLOSED_SHARE = 0.3
_LONGEST_CLOSED_US = 50_000


class Anemometer(Train):
    """One anemometer.

    It costs nothing while the controller's pull-up is off: there are no edges on such a wire.

    Faults: `stuck` (the cups stand still), `bounces` (extra edges at each closing).

    Args:
        line: the pulse wire.
        m_s_per_hz: the wind of one turn a second.
        wind_m_s: the wind at the cups now.
    """

    def __init__(self, scheduler: Scheduler, line: Line, m_s_per_hz: float, wind_m_s: Callable[[], float]):
        if m_s_per_hz <= 0:
            raise ValueError(f"m_s_per_hz = {m_s_per_hz} must be above 0")
        self.stuck = False
        self.bounces = 0
        self._scheduler = scheduler
        self._line = line
        self._m_s_per_hz = m_s_per_hz
        self._wind_m_s = wind_m_s
        self._turns_hz = 0.0
        self._asked_us: int | None = None
        self._next: Handle | None = None
        self._period_us = self._closed_us = 0
        self._closed_at_us = -1
        line.train = self
        line.watch(lambda _: self._begin())

    def ahead(self) -> tuple[int, int]:
        """Turns until the wind is asked for again; each has its own edges when the contact bounces."""
        now_us = self._scheduler.now_us
        if self.bounces or self._closed_at_us != now_us or not self._next or self._asked_us is None:
            return 0, 0
        self._next.cancel()  # it is the train's own
        until_us = min(self._scheduler.quiet_until_us(), self._asked_us + _ASK_US)
        self._stay_closed()
        return max(0, until_us - 1 - now_us) // self._period_us, self._period_us

    def skip(self, count: int) -> None:
        """The contact is shut at the end, as it was."""
        if self._next:
            self._next.cancel()
        self._scheduler.leap(self._scheduler.now_us + count * self._period_us)
        self._stay_closed()

    def _begin(self) -> None:
        """The controller listens, or listens no more."""
        if self._next:
            self._next.cancel()
            self._next = None
        self._line.drive(None)
        if self._line.level == 1:
            self._expect()

    def _expect(self) -> None:
        turns_hz = 0.0 if self.stuck else self._blown_hz()
        if turns_hz < _CALM_HZ:
            self._next = self._scheduler.after(_LOOK_US, self._expect)
            return
        self._period_us = round(1e6 / turns_hz)
        self._closed_us = round(min(_LONGEST_CLOSED_US, _CLOSED_SHARE * self._period_us))
        self._next = self._scheduler.after(self._period_us - self._closed_us, self._close)

    def _blown_hz(self) -> float:
        """Turns a second in this wind, which is asked for less often than the cups turn."""
        now_us = self._scheduler.now_us
        if self._asked_us is None or now_us - self._asked_us >= _ASK_US:
            self._asked_us, self._turns_hz = now_us, self._wind_m_s() / self._m_s_per_hz
        return self._turns_hz

    def _close(self) -> None:
        self._stay_closed()
        for _ in range(self.bounces):
            self._line.drive(0)
            self._line.drive(None)
        self._line.drive(0)

    def _stay_closed(self) -> None:
        self._closed_at_us = self._scheduler.now_us
        self._next = self._scheduler.after(self._closed_us, self._open)

    def _open(self) -> None:
        self._line.drive(None)
        self._expect()

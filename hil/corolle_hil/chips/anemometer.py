"""A cup anemometer with a reed contact to ground: one falling edge a turn."""

from collections.abc import Callable

from corolle_hil.ports import Line
from corolle_hil.scheduler import Handle, Scheduler

_CALM_HZ = 0.1  # slower than that the bearings hold the cups
_LOOK_US = 30_000_000  # in a calm
_ASK_US = 10_000_000
_CLOSED_SHARE = 0.3
_LONGEST_CLOSED_US = 50_000


class Anemometer:
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
        line.watch(lambda _: self._begin())

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
        period_us = round(1e6 / turns_hz)
        closed_us = round(min(_LONGEST_CLOSED_US, _CLOSED_SHARE * period_us))
        self._next = self._scheduler.after(period_us - closed_us, self._close, closed_us)

    def _blown_hz(self) -> float:
        """Turns a second in this wind, which is asked for less often than the cups turn."""
        now_us = self._scheduler.now_us
        if self._asked_us is None or now_us - self._asked_us >= _ASK_US:
            self._asked_us, self._turns_hz = now_us, self._wind_m_s() / self._m_s_per_hz
        return self._turns_hz

    def _close(self, closed_us: int) -> None:
        self._next = self._scheduler.after(closed_us, self._open)
        for _ in range(self.bounces):
            self._line.drive(0)
            self._line.drive(None)
        self._line.drive(0)

    def _open(self) -> None:
        self._line.drive(None)
        self._expect()

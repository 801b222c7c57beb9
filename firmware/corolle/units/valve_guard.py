"""Stands below whoever decides to water: bounds each opening, each hour and each day, whatever is wanted.

It looks once a second from a hardware timer while the valve is open. MicroPython runs a timer's callback
between two instructions of whatever else it does, so a task that never yields cannot keep the valve open.
A bound is not to be exceeded: the valve shuts when the next second would do so.
"""

from corolle.wire.compat import const

_LOOK_S = const(1)
_REST_S = const(3600)  # after a trip: long enough for somebody to see the event before the valve moves again


class Window:
    """A sliding sum over `buckets` of `bucket_s` seconds each, and one more that is still filling."""

    def __init__(self, bucket_s: int, buckets: int):
        self._bucket_s = bucket_s
        self._amounts = [0] * (buckets + 1)
        self._newest = 0  # number of the bucket that is filling, since second 0

    def add(self, now_s: int, amount: int) -> None:
        """Something came."""
        self._turn(now_s)
        self._amounts[self._newest % len(self._amounts)] += amount

    def total(self, now_s: int) -> int:
        """What came in the window, and up to one bucket before it."""
        self._turn(now_s)
        return sum(self._amounts)

    def _turn(self, now_s: int) -> None:
        bucket = now_s // self._bucket_s
        for number in range(self._newest + 1, min(bucket, self._newest + len(self._amounts)) + 1):
            self._amounts[number % len(self._amounts)] = 0
        self._newest = max(bucket, self._newest)


class ValveGuard:
    """The only one to move the valve. `timer` is machine.Timer; `on_trip()` is called from its callback.

    settings: guard_on_s and guard_dose_dl for one opening, guard_hour_dl, guard_day_dl and guard_day_s.
    `trip` is the reason of a trip that nobody has taken note of yet.
    """

    def __init__(self, valve, flow, timer, settings, uptime_s, on_trip):
        self._valve = valve
        self._flow = flow
        self._timer = timer
        self._settings = settings
        self._uptime_s = uptime_s
        self._on_trip = on_trip
        self._hour = Window(300, 12)
        self._day = Window(3600, 24)
        self._day_open_s = Window(3600, 24)
        self._opened_at_s = self._looked_at_s = 0
        self._opened_at_pulses = self._counted_pulses = flow.pulses
        self._running = False
        self._rest_until_s = 0
        self._last_trip = ""
        self.trip = ""

    def open(self) -> str:
        """Open the valve, or say why not: the reason, "" when it is open."""
        refusal = self.refusal()
        if refusal or self._valve.is_open:
            return refusal
        self._opened_at_s, self._opened_at_pulses = self._uptime_s(), self._flow.pulses
        self._running = True
        # The timer first: should the next line fail, an open valve is already watched.
        self._timer.init(mode=self._timer.PERIODIC, period=_LOOK_S * 1000, callback=self._look)
        self._valve.open()
        return ""

    def refusal(self) -> str:
        """Why the valve may not be open now; "" when it may."""
        now_s = self._count()[0]
        return self._last_trip if now_s < self._rest_until_s else self._spent(now_s, 0, 0)

    def close(self) -> None:
        """Shut the valve."""
        self._valve.close()
        self._timer.deinit()
        self._count()
        self._running = False

    @property
    def is_open(self) -> bool:
        """Whether the valve was last pulsed open."""
        return self._valve.is_open

    @property
    def litres(self) -> float:
        """Water since this opening, or in the last one."""
        return (self._flow.pulses - self._opened_at_pulses) * self._flow.litres_per_pulse

    def wait_s(self) -> int:
        """Seconds until the rest after a trip is over."""
        return max(0, self._rest_until_s - self._uptime_s())

    def restore(self, day_l: float) -> None:
        """Count water that was given before a reset as if it were given now."""
        self._day.add(self._uptime_s(), self._pulses(day_l))

    def _look(self, timer) -> None:
        now_s, new = self._count()
        reason = self._spent(now_s, new, _LOOK_S)
        if now_s - self._opened_at_s + _LOOK_S >= self._settings["guard_on_s"]:
            reason = "guard time"
        elif self._flow.pulses - self._opened_at_pulses + new >= self._limit("guard_dose_dl"):
            reason = "guard litres"
        if reason:
            self.close()
            self._rest_until_s = now_s + _REST_S
            self.trip = self._last_trip = reason
            self._on_trip()

    def _spent(self, now_s: int, pulses: int, open_s: int) -> str:
        """Which allowance of the hour or the day ends with so many pulses and seconds more, as a reason."""
        if self._hour.total(now_s) + pulses >= self._limit("guard_hour_dl"):
            return "guard litres an hour"
        if self._day.total(now_s) + pulses >= self._limit("guard_day_dl"):
            return "guard litres a day"
        spent_s = self._day_open_s.total(now_s) + open_s
        return "guard time" if spent_s >= self._settings["guard_day_s"] else ""

    def _count(self) -> tuple:
        """Enter water and open time since the last look: (the present second, new pulses)."""
        now_s, pulses = self._uptime_s(), self._flow.pulses
        new = pulses - self._counted_pulses
        self._counted_pulses = pulses
        self._hour.add(now_s, new)
        self._day.add(now_s, new)
        if self._running:
            self._day_open_s.add(now_s, now_s - max(self._looked_at_s, self._opened_at_s))
        self._looked_at_s = now_s
        return now_s, new

    def _limit(self, setting: str) -> int:
        return self._pulses(self._settings[setting] / 10)

    def _pulses(self, litres: float) -> int:
        return int(litres / self._flow.litres_per_pulse)

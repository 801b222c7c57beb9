"""The night at one place: when it is dark, what the city's programme says, and when a curfew is in force.

A lamp decides thousands of times a night and the answers change a dozen times. So each is kept with the
moment until which it holds, and asking again is two comparisons.
"""

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_NEVER_S = const(1 << 40)
_SUN = ("corolle.control.dusk", "corolle.control.sun")
_MODULES = (
    "corolle.control.almanac",
    "corolle.control.curfew",
    "corolle.control.schedule",
    "corolle.control.sun",
    "corolle.control.calendar",
)


class Night:
    """Each question's answer is (what, moment in unix seconds until which that holds)."""

    def __init__(self, lat_deg: float, lon_deg: float):
        self._place = lat_deg, lon_deg
        self._span_since_s = self._plan_since_s = self._curfew_since_s = 0
        self.forget()

    def forget(self) -> None:
        """Compute all anew: settings or the programme have changed, or the clock was stepped."""
        self._span = self._plan = self._curfew = (0, 0)

    def span(self, now_s: int, settings) -> tuple:
        """(dark now, next moment at which that changes or must be asked again)."""
        if not self._span_since_s <= now_s < self._span[1]:
            with borrowed(*_SUN) as dusk:
                self._span = dusk.span(now_s, self._place, settings)
            self._span_since_s = now_s
        return self._span

    def plan(self, now_s: int, settings, programme: str) -> tuple:
        """(level in % with nobody near, next moment at which it may change). `programme`: see schedule.py."""
        if not programme:
            return settings["base_pct"], _NEVER_S
        if not self._plan_since_s <= now_s < self._plan[1]:
            with borrowed(*_MODULES) as almanac:
                self._plan = almanac.plan(now_s, self._place, settings, programme)
            self._plan_since_s = now_s
        return self._plan

    def curfew(self, now_s: int, settings) -> tuple:
        """(in force, next moment at which that may change). By day too, where light waits for sunset."""
        if not settings["category"]:  # a street
            return False, _NEVER_S
        if not self._curfew_since_s <= now_s < self._curfew[1]:
            with borrowed(*_MODULES) as almanac:
                self._curfew = almanac.curfew(now_s, self._place, settings)
            self._curfew_since_s = now_s
        return self._curfew

    def sun_up_deg(self, now_s: int) -> float:
        """The sun's height above the horizon in degrees, without refraction."""
        with borrowed("corolle.control.sun") as sun:
            return sun.elevation_deg(now_s, *self._place)

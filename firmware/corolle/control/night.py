"""The night at one place: when it is dark, what the city's programme says, and when a curfew is in force.

A lamp decides thousands of times a night and the answers change a dozen times. So each is kept with the
moment until which it holds, and asking again is two comparisons.
"""

from corolle.control.calendar import DAY_S, at_local, evening
from corolle.control.curfew import waits_for_sunset, window
from corolle.control.sun import elevation_deg, rise_and_set
from corolle.wire.compat import const

_NOON_MIN = const(720)


class Night:
    """Each question's answer is (what, moment in unix seconds until which that holds)."""

    def __init__(self, lat_deg: float, lon_deg: float):
        self._lat_deg, self._lon_deg = lat_deg, lon_deg
        self._ahead_s = int(lon_deg * 240)
        self._span_since_s = self._plan_since_s = self._curfew_since_s = 0
        self.forget()

    def forget(self) -> None:
        """Compute all anew: settings or the programme have changed, or the clock was stepped."""
        self._span = self._plan = self._curfew = (0, 0)

    def span(self, now_s: int, settings) -> tuple:
        """(dark now, next moment at which that changes or must be asked again)."""
        if not self._span_since_s <= now_s < self._span[1]:
            self._span_since_s, self._span = now_s, self._find_span(now_s, settings)
        return self._span

    def plan(self, now_s: int, settings, schedule) -> tuple:
        """(level in % with nobody near, next moment at which it may change); `schedule` may be None."""
        if not self._plan_since_s <= now_s < self._plan[1]:
            self._plan_since_s, self._plan = now_s, self._find_plan(now_s, settings, schedule)
        return self._plan

    def curfew(self, now_s: int, settings) -> tuple:
        """(in force, next moment at which that may change); by day too, where light must wait for sunset."""
        if not self._curfew_since_s <= now_s < self._curfew[1]:
            self._curfew_since_s, self._curfew = now_s, self._find_curfew(now_s, settings)
        return self._curfew

    def sun_up_deg(self, now_s: int) -> float:
        """The sun's height above the horizon in degrees, without refraction."""
        return elevation_deg(now_s, self._lat_deg, self._lon_deg)

    def _find_span(self, now_s: int, settings) -> tuple:
        # By the sun's day and not the clocks': a wrong time zone must not turn day and night about.
        rise_s, set_s = rise_and_set(now_s, self._lat_deg, self._lon_deg)
        if set_s > rise_s:  # else it is polar night
            off_s = rise_s + settings["off_offset_min"] * 60
            on_s = set_s + settings["on_offset_min"] * 60
            if now_s < off_s:
                return True, off_s
            if now_s < on_s:
                return False, on_s
        return True, ((now_s + self._ahead_s) // DAY_S + 1) * DAY_S - self._ahead_s

    def _find_plan(self, now_s: int, settings, schedule) -> tuple:
        zone = settings["zone_min"], settings["summer_time"]
        days = evening(now_s, *zone)
        end_s = at_local(days + 1, _NOON_MIN, *zone)
        if not schedule:
            return settings["base_pct"], end_s
        sunrise_s = rise_and_set(end_s, self._lat_deg, self._lon_deg)[0]
        steps = schedule.steps(days, self._sunset_s(days, zone), sunrise_s, *zone)
        level_pct = steps[0][1] if steps else settings["base_pct"]
        for at_s, next_pct in steps:
            if now_s < at_s:
                return level_pct, min(at_s, end_s)
            level_pct = next_pct
        return level_pct, end_s

    def _find_curfew(self, now_s: int, settings) -> tuple:
        zone = settings["zone_min"], settings["summer_time"]
        category = settings["category"]
        days = evening(now_s, *zone)
        end_s = at_local(days + 1, _NOON_MIN, *zone)
        if waits_for_sunset(category):
            sunset_s = self._sunset_s(days, zone)
            if now_s < sunset_s:
                return True, sunset_s
        for night in (days, days + 1):  # the next night's dark hours may begin in this one's morning
            hours = window(category, settings["closing_min"], settings["opening_min"], night, *zone)
            if hours and now_s < hours[1]:
                in_force = now_s >= hours[0]
                return in_force, min(hours[in_force], end_s)
        return False, end_s

    def _sunset_s(self, days: int, zone: tuple) -> int:
        """Of a day's evening: the sunset of the sun's day that holds the clocks' noon."""
        return rise_and_set(at_local(days, _NOON_MIN, *zone), self._lat_deg, self._lon_deg)[1]

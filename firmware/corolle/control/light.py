"""How bright a lamp shall be, and why: one list of rungs, the first that has something to say decides.

Pure: time, settings, the night and memory come in, (level in %, reason, next moment) goes out. The next
moment is the unix second at which the answer can change by itself (None: never); what changes it otherwise (a
passer-by, an order, a step of the clock) wakes whoever asks.
"""

from corolle.control.calendar import DAY_S, local_minute, next_local
from corolle.control.sun import rise_and_set
from corolle.wire.compat import const

_NOON_MIN = const(720)


class LightMemory:
    """What a lamp remembers between two decisions; moments are unix seconds, at which the thing has ended."""

    def __init__(self, safe_mode: bool = False):
        self.safe_mode = safe_mode
        self.override_pct = 0
        self.override_until_s = 0
        self.override_author = ""
        self.near_until_s = 0

    def override(self, level_pct: int, until_s: int, author: str) -> None:
        """An order: this level until then."""
        self.override_pct, self.override_until_s, self.override_author = level_pct, until_s, author

    def seen(self, now_s: int, hold_s: int) -> None:
        """Somebody is there now."""
        self.near_until_s = now_s + hold_s


class Night:
    """When it is dark at one place; sunrise and sunset are computed once a solar day."""

    def __init__(self, lat_deg: float, lon_deg: float):
        self._lat_deg, self._lon_deg = lat_deg, lon_deg
        self._ahead_s = int(lon_deg * 240)
        self._day = -1
        self._rise_s = self._set_s = 0

    def span(self, now_s: int, settings) -> tuple:
        """(dark now, next moment at which that changes or must be asked again)."""
        day = (now_s + self._ahead_s) // DAY_S
        if day != self._day:
            self._rise_s, self._set_s = rise_and_set(now_s, self._lat_deg, self._lon_deg)
            self._day = day
        if self._set_s > self._rise_s:  # else it is polar night
            off_s = self._rise_s + settings["off_offset_min"] * 60
            on_s = self._set_s + settings["on_offset_min"] * 60
            if now_s < off_s:
                return True, off_s
            if now_s < on_s:
                return False, on_s
        return True, (day + 1) * DAY_S - self._ahead_s


def decide(now_s: int | None, settings, night: Night, memory: LightMemory) -> tuple:
    """(level in %, reason, next moment). `now_s` is None while the clock is unknown."""
    for rung in PRIORITY:
        answer = rung(now_s, settings, night, memory)
        if answer:
            return answer
    raise RuntimeError("no rung decided")


def _safe_mode(now_s, settings, night, memory):
    return (100, "safe mode", None) if memory.safe_mode else None


def _clock_unknown(now_s, settings, night, memory):
    return (100, "clock unknown", None) if now_s is None else None


def _override(now_s, settings, night, memory):
    if now_s < memory.override_until_s:
        return memory.override_pct, "override", memory.override_until_s
    return None


def _day(now_s, settings, night, memory):
    dark, turn_s = night.span(now_s, settings)
    return None if dark else (0, "day", turn_s)


def _presence(now_s, settings, night, memory):
    # Only a step of the clock can put the end further off than the hold: nobody's light lasts for ever.
    until_s = min(memory.near_until_s, now_s + settings["hold_s"])
    level_pct, _, turn_s = _schedule(now_s, settings, night, memory)
    if now_s < until_s and settings["presence_pct"] >= level_pct:
        return settings["presence_pct"], "presence", min(until_s, turn_s)
    return None


def _schedule(now_s, settings, night, memory):
    turn_s = night.span(now_s, settings)[1]
    if not settings["evening_pct"]:
        return settings["base_pct"], "schedule", turn_s
    zone = settings["zone_min"], settings["summer_time"]
    end_min = settings["evening_end_min"]
    evening = _is_evening(local_minute(now_s, *zone), end_min)
    level_pct = settings["evening_pct"] if evening else settings["base_pct"]
    return level_pct, "schedule", min(turn_s, next_local(now_s, end_min, *zone))


def _is_evening(minute: int, end_min: int) -> bool:
    """Whether a local minute lies between noon and the evening's end, which may be after midnight."""
    return (minute - _NOON_MIN) % 1440 < (end_min - _NOON_MIN) % 1440


# The first rung that answers wins.
PRIORITY = (_safe_mode, _clock_unknown, _override, _day, _presence, _schedule)

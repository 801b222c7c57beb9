"""How bright a lamp shall be, and why: one list of rungs, the first that has something to say decides.

Pure: what is known stands in a Light, the moment comes in, (level in %, reason, next moment) goes out. The
next moment is the unix second at which the answer can change by itself (None: never); what changes it
otherwise (a passer-by, an order, a measurement, a step of the clock) wakes whoever asks.
"""

from corolle.control.derating import limit_pct
from corolle.wire.compat import const

_DAYLIGHT_LX = const(60)  # brighter than any street at night, reached some minutes after sunrise
_LUX_LIVES_S = const(600)  # daylight never stands still; a reading that does is a broken sensor's


class Light:
    """What a lamp knows and remembers; moments are seconds of the node's clock, at which the thing has ended.

    `settings` read like a dict's, `night` is a control.night.Night, `programme` a text of control.schedule.
    """

    def __init__(self, settings, night, programme: str = "", safe_mode: bool = False):
        self.settings = settings
        self.night = night
        self.programme = programme
        self.safe_mode = safe_mode
        self.clock_known = False
        self.trial_pct: int | None = None  # the level that is being tried
        self.trial = ""  # why: "learning" or "self-test"
        self.trial_yields = False  # to people
        self.temperature_c: float | None = None  # of the housing; None: not measured
        self.lux: float | None = None  # daylight; None: not measured
        self.lux_until_s = 0  # so long it is believed
        self.gloomy = False  # it is dark by day
        self.order: tuple = (0, 0, "")  # level in %, end, author
        self.cap: tuple = (100, 0, "")  # highest level in %, end, author: the group's
        self.near_until_s = 0
        self.neighbour_pct = 0
        self.neighbour_until_s = 0

    def seen(self, now_s: int, hold_s: int) -> None:
        """Somebody is there now."""
        self.near_until_s = max(self.near_until_s, now_s + hold_s)

    def told(self, now_s: int, level_pct: int, until_s: int) -> None:
        """Somebody comes, as the neighbours say; the brightest of their wishes holds."""
        if level_pct >= self.neighbour_pct or now_s >= self.neighbour_until_s:
            self.neighbour_pct, self.neighbour_until_s = level_pct, until_s

    def measured(self, now_s: int, lux: float | None) -> None:
        """Take a reading of daylight. It is believed for as long as daylight can stand still."""
        if lux is None:
            self.lux, self.lux_until_s, self.gloomy = None, 0, False
            return
        if lux != self.lux:
            self.lux, self.lux_until_s = lux, now_s + _LUX_LIVES_S
        dark_lux = self.settings["dark_lux"]
        # Twice as much light ends what this much began: clouds go to and fro.
        self.gloomy = lux < dark_lux * (2 if self.gloomy else 1)

    def clock_stepped(self, step_s: int) -> None:
        """The node's clock went on by so much at once: what was going to end in a minute still does."""
        self.near_until_s += step_s
        self.neighbour_until_s += step_s
        self.lux_until_s += step_s
        self.night.forget()


def decide(light: Light, now_s: int, start: int = 0) -> tuple:
    """(level in %, reason, next moment), from the rung `start` on down."""
    for place in range(start, len(PRIORITY)):
        answer = PRIORITY[place](light, now_s, place)
        if answer:
            return answer
    raise RuntimeError("no rung decided")


def _capped(light: Light, now_s: int, place: int, most_pct: int, reason: str, until_s: int | None) -> tuple:
    """What the rungs below say, but no more light than this."""
    level_pct, why, next_s = decide(light, now_s, place + 1)
    return min(level_pct, most_pct), reason if level_pct > most_pct else why, _sooner(next_s, until_s)


def _sooner(one_s: int | None, other_s: int | None) -> int | None:
    if one_s is None or other_s is None:
        return other_s if one_s is None else one_s
    return min(one_s, other_s)


def _safe_mode(light, now_s, place):
    return (100, "safe mode", None) if light.safe_mode else None


def _trial(light, now_s, place):
    if light.trial_pct is None or (light.trial_yields and _is_needed(light, now_s, place)):
        return None
    return light.trial_pct, light.trial, None


def _is_needed(light: Light, now_s: int, place: int) -> bool:
    """Whether somebody is there, or comes, while it is dark."""
    near = now_s < max(light.near_until_s, light.neighbour_until_s)
    return near and decide(light, now_s, place + 1)[0] > 0


def _derating(light, now_s, place):
    if light.temperature_c is None:
        return None
    most_pct = limit_pct(light.temperature_c, light.settings)
    return _capped(light, now_s, place, most_pct, "derating" if most_pct else "thermal shutdown", None)


def _override(light, now_s, place):
    level_pct, until_s, _ = light.order
    # An end that cannot be told is no end: without a clock nobody's order holds.
    return (level_pct, "override", until_s) if light.clock_known and now_s < until_s else None


def _group_cap(light, now_s, place):
    most_pct, until_s, _ = light.cap
    if light.clock_known and now_s < until_s:
        return _capped(light, now_s, place, most_pct, "group cap", until_s)
    return None


def _clock_unknown(light, now_s, place):
    if light.clock_known:
        return None
    if light.lux is not None and light.lux >= _DAYLIGHT_LX and now_s < light.lux_until_s:
        return 0, "daylight", light.lux_until_s
    return 100, "clock unknown", None


def _day(light, now_s, place):
    dark, turn_s = light.night.span(now_s, light.settings)
    return None if dark or _is_gloomy(light, now_s) else (0, "day", turn_s)


def _curfew(light, now_s, place):
    in_force, next_s = light.night.curfew(now_s, light.settings)
    return (0, "curfew", next_s) if in_force else None


def _presence(light, now_s, place):
    return _raised(light, now_s, place, light.settings["presence_pct"], "presence", light.near_until_s)


def _neighbour(light, now_s, place):
    return _raised(light, now_s, place, light.neighbour_pct, "neighbour", light.neighbour_until_s)


def _raised(light, now_s, place, level_pct, reason, until_s):
    """More light than the rungs below want, until then, or until they may want something else."""
    if now_s >= until_s:
        return None
    below_pct, _, next_s = decide(light, now_s, place + 1)
    # A curfew or the day may begin sooner: their rungs stand above, and must be asked.
    next_s = _sooner(next_s, light.night.curfew(now_s, light.settings)[1])
    next_s = _sooner(next_s, light.night.span(now_s, light.settings)[1])
    return (level_pct, reason, _sooner(next_s, until_s)) if level_pct >= below_pct else None


def _dark_weather(light, now_s, place):
    dark, turn_s = light.night.span(now_s, light.settings)
    if dark:
        return None
    level_pct = light.night.plan(turn_s, light.settings, light.programme)[0]  # as at dusk
    return level_pct, "dark weather", _sooner(turn_s, light.lux_until_s)


def _schedule(light, now_s, place):
    level_pct, next_s = light.night.plan(now_s, light.settings, light.programme)
    return level_pct, "schedule", _sooner(next_s, light.night.span(now_s, light.settings)[1])


def _is_gloomy(light: Light, now_s: int) -> bool:
    return light.gloomy and now_s < light.lux_until_s


# The first rung that answers wins.
PRIORITY = (
    _safe_mode,
    _trial,
    _derating,
    _override,
    _group_cap,
    _clock_unknown,
    _day,
    _curfew,
    _presence,
    _neighbour,
    _dark_weather,
    _schedule,
)

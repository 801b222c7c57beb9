"""The city's programme: a level for each hour of each night, with nobody near. Lines of `days: steps`:

    daily: sunset 100, 22:30 60, 00:30 0, 05:00 60
    fri sat: sunset 100, 23:30 70, 02:00 30
    12-24: sunset 100
    2026-07-14: sunset 100, 03:00 60, sunrise-45 30

Days are those of the evening: a night is from noon to noon. The most specific line wins: a date of one year,
one of every year, a weekday, daily. A night that has no line has no programme.

A step is a moment and a level of 0 to 100 %; 0 is off. The level is that of the last step in the line whose
moment has come. So a step that is overtaken by one behind it, as sunset may be by a clock time in June, is
skipped that night. Before the first step its level holds already.
"""

from corolle.control.calendar import at_local, civil, days_of, weekday
from corolle.wire.compat import const

_WEEKDAYS = const("mon tue wed thu fri sat sun")
_DIGITS = const("0123456789")
_MOST_STEPS = const(10)
_FURTHEST_MIN = const(720)  # from sunset or sunrise
_NOON_MIN = const(720)
_DAY_MIN = const(1440)

# What a moment counts from: the evening's midnight, sunset or sunrise.
_CLOCK = const(0)
_SUNSET = const(1)
_SUNRISE = const(2)


class Schedule:
    """A programme. It stays the text it was: a night reads its line, and keeps what it needs.

    ValueError names the line, what is wrong in it and what is legal.
    """

    def __init__(self, text: str = ""):
        self._text = text
        days = []
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                _check(number, line, days)

    def steps(self, days: int, sunset_s: int, sunrise_s: int, zone_min: int, summer_time: int) -> list:
        """(moment in unix seconds, level in %) of a day's night, in order; [] where it has no programme."""
        steps = []
        for step in reversed(self._line(days).split(",")):
            if step:
                origin, minute, level_pct = _step(0, step)
                if origin == _CLOCK:
                    at_s = at_local(days, minute, zone_min, summer_time)
                else:
                    at_s = (sunset_s if origin == _SUNSET else sunrise_s) + minute * 60
                if not steps or at_s < steps[0][0]:
                    steps.insert(0, (at_s, level_pct))
        return steps

    def _line(self, days: int) -> str:
        """The steps' part of the most specific line, "" where there is none."""
        year, month, day = civil(days)
        date = f"{year:04d}-{month:02d}-{day:02d}"
        for wanted in (date, date[5:], _WEEKDAYS.split()[weekday(days)], "daily"):
            for line in self._text.split("\n"):
                head, _, steps = line.partition(":")
                if wanted in head.split():
                    return steps
        return ""


def _check(number: int, line: str, known: list) -> None:
    """Refuse a line that is not legal; `known` has the days of those above it."""
    for character in line:
        if character > "~":
            raise _wrong(number, character, "ASCII")
    head, colon, steps = line.partition(":")
    if not colon or not head.strip():
        raise _wrong(number, line.strip(), "'days: steps', as in 'fri sat: sunset 100, 23:30 70'")
    for word in head.split():
        if word != "daily" and word not in _WEEKDAYS.split() and not _is_date(word):
            raise _wrong(number, word, f"a day: daily, {_WEEKDAYS}, MM-DD or YYYY-MM-DD")
        if word in known:
            raise _wrong(number, word, "a new day: a line has its programme already")
        known.append(word)
    _check_steps(number, steps.split(","))


def _check_steps(number: int, steps: list) -> None:
    if len(steps) > _MOST_STEPS:
        raise _wrong(number, f"{len(steps)} steps", f"within 1..{_MOST_STEPS}")
    # Sunset and sunrise move against clock times; only moments of one origin have an order for ever.
    latest = [-_DAY_MIN, -_DAY_MIN, -_DAY_MIN]
    for step in steps:
        origin, minute, _ = _step(number, step)
        if minute <= latest[origin]:
            raise _wrong(number, step.strip(), "after the steps before it, in a night from noon to noon")
        latest[origin] = minute


def _step(number: int, step: str) -> tuple:
    """(origin, minutes from it, level in %)."""
    words = step.split()
    if len(words) != 2:
        raise _wrong(number, step.strip(), "a moment and a level, as in '22:30 60'")
    level_pct = _whole(words[1])
    if not 0 <= level_pct <= 100:
        raise _wrong(number, words[1], "a level of 0 to 100 %")
    moment = _sun_moment(words[0]) or _clock_moment(words[0])
    if moment is None:
        raise _wrong(
            number, words[0], "a moment: 00:00 to 23:59, sunset or sunrise, + or - up to 720 minutes"
        )
    return moment[0], moment[1], level_pct


def _sun_moment(word: str) -> tuple | None:
    for origin, name in ((_SUNSET, "sunset"), (_SUNRISE, "sunrise")):
        if word == name:
            return origin, 0
        minutes = _whole(word[len(name) + 1 :])
        if 0 <= minutes <= _FURTHEST_MIN:
            if word.startswith(name + "+"):
                return origin, minutes
            if word.startswith(name + "-"):
                return origin, -minutes
    return None


def _clock_moment(word: str) -> tuple | None:
    hours, _, minutes = word.partition(":")
    if len(minutes) != 2 or not 0 <= _whole(hours) < 24 or not 0 <= _whole(minutes) < 60:
        return None
    # Up to noon it is the morning after.
    return _CLOCK, (_whole(hours) * 60 + _whole(minutes) - _NOON_MIN) % _DAY_MIN + _NOON_MIN


def _is_date(word: str) -> bool:
    parts = word.split("-")
    lengths = [len(part) for part in parts]
    if lengths == [2, 2]:
        parts.insert(0, "2000")  # a leap year: each day of any year is one of its
    elif lengths != [4, 2, 2]:
        return False
    date = tuple([_whole(part) for part in parts])
    return min(date) >= 0 and civil(days_of(*date)) == date


def _whole(word: str) -> int:
    """What decimal digits say, -1 for anything else."""
    return int(word) if word and not word.strip(_DIGITS) else -1


def _wrong(number: int, token: str, legal: str) -> ValueError:
    return ValueError(f"line {number}: {token!r} is not {legal}")

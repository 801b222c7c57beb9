"""How many people pass in an hour: a steady flow, the bundled week, or what a real counter has counted."""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from corolle_hil.world.local_time import local, to_unix

Rate = Callable[[float], float]
"""Passages an hour by Unix time; constant within a clock hour."""

# A street of a city's middle on a working day, a Saturday and a Sunday, by local hour: relative figures of
# our own with the shape that pedestrian counters publish (commute, noon, evening, a valley from 02 to 05 h).
# fmt: off
_WORKDAY = (8, 4, 3, 3, 5, 14, 38, 95, 150, 110, 105, 125,
            170, 150, 130, 130, 160, 205, 210, 155, 95, 62, 38, 19)
_SATURDAY = (22, 15, 10, 7, 6, 9, 18, 35, 65, 110, 165, 190,
             185, 190, 220, 240, 245, 235, 215, 175, 130, 100, 75, 48)
_SUNDAY = (28, 21, 14, 9, 6, 6, 10, 18, 35, 65, 100, 120,
           110, 105, 130, 150, 155, 140, 110, 85, 60, 42, 26, 14)
# fmt: on
_WEEK = (_WORKDAY,) * 5 + (_SATURDAY, _SUNDAY)
_NIGHT_HOURS = range(5)

# As columns are called in what counters' makers and cities publish, in small letters.
_TIMES = ("time", "date", "datetime", "timestamp", "date et heure de comptage")
_COUNTS = ("count", "total", "comptage horaire")
_US_TIME = "%m/%d/%Y %I:%M:%S %p"


class CountsFileError(ValueError):
    """The file cannot serve as counts; the message names file, line and column."""


@dataclass(frozen=True)
class Steady:
    """The same flow at all hours. Raises ValueError below 0."""

    passages_per_h: float

    def __post_init__(self) -> None:
        if self.passages_per_h < 0:
            raise ValueError(f"flow = {self.passages_per_h} passages/h must not be below 0")

    def __call__(self, unix_s: float) -> float:
        """Passages an hour at a moment."""
        return self.passages_per_h


def bundled(night_per_h: float = 7.6) -> Rate:
    """The bundled week, scaled so that `night_per_h` pass on average between 0 and 5 h."""
    mean = sum(day[hour] for day in _WEEK for hour in _NIGHT_HOURS) / (7 * len(_NIGHT_HOURS))

    def rate(unix_s: float) -> float:
        moment = local(unix_s)
        return _WEEK[moment.weekday()][moment.hour] * night_per_h / mean

    return rate


class CountsFile:
    """A counter's CSV file as a rate.

    The first line names the columns, separated by commas or semicolons, in any order. One is the time
    (`time`, `date`, `datetime`, `timestamp`, `Date et heure de comptage`), the beginning of the interval:
    ISO 8601, or as in 10/03/2012 05:00:00 PM; in French local time unless it carries an offset. One is the
    count (`count`, `total`, `Comptage horaire`, or a name that ends in "total"); without such a one every
    other column is a direction, and they add up. A line without a count is a counter out of order.
    Intervals shorter than an hour, several directions and several counters add up to their hour. An hour that
    the file has gives its own flow, any other the mean of its weekday and hour, or of its hour.

    Raises:
        CountsFileError: no such columns, a value that is none, or hours of the day without any count.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path):
        self._path = path
        self._hours: dict[int, float] = defaultdict(float)
        with path.open(newline="", encoding="utf-8-sig") as file:
            self._read(file.read().splitlines())
        self._means = self._mean_by(lambda moment: (moment.weekday(), moment.hour))
        self._day = self._mean_by(lambda moment: moment.hour)
        missing = [hour for hour in range(24) if hour not in self._day]
        if missing:
            raise CountsFileError(f"{path}: no count for the hours {missing} of any day")

    def __call__(self, unix_s: float) -> float:
        """Passages an hour at a moment."""
        if int(unix_s // 3600) in self._hours:
            return self._hours[int(unix_s // 3600)]
        moment = local(unix_s)
        return self._means.get((moment.weekday(), moment.hour), self._day[moment.hour])

    def _read(self, lines: list[str]) -> None:
        if not lines:
            raise CountsFileError(f"{self._path}: empty")
        delimiter = ";" if lines[0].count(";") > lines[0].count(",") else ","
        rows = csv.DictReader(lines, delimiter=delimiter, restval="")
        names = [name.strip().lower() for name in rows.fieldnames or ()]
        rows.fieldnames = names
        time, counts = self._columns(names)
        for row in rows:
            if not all(row[name].strip() for name in counts):
                continue  # the counter was out of order
            hour = int(self._time_s(rows.line_num, time, row[time]) // 3600)
            self._hours[hour] += sum(self._count(rows.line_num, name, row[name]) for name in counts)

    def _columns(self, names: list[str]) -> tuple[str, list[str]]:
        time = next((name for name in names if name in _TIMES), None)
        if time is None:
            raise CountsFileError(
                f"{self._path}:1: none of the columns {', '.join(names)} is a time: {', '.join(_TIMES)}"
            )
        counts = [name for name in names if name in _COUNTS or name.endswith(" total")]
        others = [name for name in names if name != time]
        if not others:
            raise CountsFileError(f"{self._path}:1: no column for the count beside {time!r}")
        return time, counts[:1] or others

    def _time_s(self, line: int, column: str, text: str) -> float:
        moment = _moment(text.strip())
        if moment is None:
            raise CountsFileError(
                f"{self._path}:{line}: column {column!r}: {text!r} is neither ISO 8601 (2026-07-13T08:00) "
                "nor like 10/03/2012 05:00:00 PM"
            )
        return moment.timestamp() if moment.tzinfo else to_unix(moment)

    def _count(self, line: int, column: str, text: str) -> float:
        where = f"{self._path}:{line}: column {column!r}"
        try:
            value = float(text)
        except ValueError as error:
            raise CountsFileError(f"{where}: {text!r} is not a number") from error
        if not 0 <= value <= 100_000:
            raise CountsFileError(f"{where}: {text} is outside 0 to 100000")
        return value

    def _mean_by(self, key: Callable[[datetime], object]) -> dict:
        groups = defaultdict(list)
        for hour, count in self._hours.items():
            groups[key(local(hour * 3600))].append(count)
        return {name: sum(counts) / len(counts) for name, counts in groups.items()}


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, lambda given: datetime.strptime(given, _US_TIME)):
        try:
            return read(text)
        except ValueError:
            continue  # it is perhaps written the other way
    return None

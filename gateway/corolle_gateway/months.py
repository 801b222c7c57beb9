"""Months as people count them: in the time of their country, with its summer time."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Europe/Paris"
_QUARTER_S = 900  # no time zone begins a day at another moment


class Months:
    """A month is written YYYY-MM. zoneinfo.ZoneInfoNotFoundError for a zone that this machine has not."""

    def __init__(self, zone: str = DEFAULT_ZONE):
        self._zone = ZoneInfo(zone)
        self._of_quarter = lru_cache(maxsize=64)(self._read)

    def of(self, time_s: float) -> str:
        """The month of a moment (unix seconds)."""
        return self._of_quarter(int(time_s // _QUARTER_S))[0]

    def with_begin(self, time_s: float) -> tuple[str, float]:
        """The month of a moment, and its first moment (both in unix seconds)."""
        return self._of_quarter(int(time_s // _QUARTER_S))

    def begin_s(self, month: str) -> float:
        """Its first moment, in unix seconds. ValueError when it is not written YYYY-MM."""
        return self._first(month).timestamp()

    def end_s(self, month: str) -> float:
        """The first moment of the next one."""
        first = self._first(month)
        year, number = first.year + first.month // 12, first.month % 12 + 1
        return datetime(year, number, 1, tzinfo=self._zone).timestamp()

    def spread(self, from_s: float, to_s: float) -> list[tuple[str, float]]:
        """Which share of the time between two moments lies in which month; without any, all in the last."""
        last = self.of(to_s)
        if from_s >= to_s or self.of(from_s) == last:
            return [(last, 1.0)]
        shares = []
        at_s, month = from_s, self.of(from_s)
        while month != last:
            end_s = self.end_s(month)
            shares.append((month, (end_s - at_s) / (to_s - from_s)))
            at_s, month = end_s, self.of(end_s)
        return [*shares, (last, (to_s - at_s) / (to_s - from_s))]

    def _first(self, month: str) -> datetime:
        return datetime.strptime(month, "%Y-%m").replace(tzinfo=self._zone)

    def _read(self, quarter: int) -> tuple[str, float]:
        moment = datetime.fromtimestamp(quarter * _QUARTER_S, self._zone)
        month = f"{moment.year:04d}-{moment.month:02d}"
        return month, self.begin_s(month)

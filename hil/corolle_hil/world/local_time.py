"""Local time in France: the weekday and hour that people live by."""

from datetime import UTC, datetime, timedelta, timezone

_WINTER = timezone(timedelta(hours=1), "CET")
_SUMMER = timezone(timedelta(hours=2), "CEST")


def local(unix_s: float) -> datetime:
    """Central European time of a moment, with its offset (directive 2000/84/EC, articles 2 and 3)."""
    utc = datetime.fromtimestamp(unix_s, UTC)
    is_summer = _last_sunday(utc.year, 3) <= utc < _last_sunday(utc.year, 10)
    return utc.astimezone(_SUMMER if is_summer else _WINTER)


def to_unix(wall: datetime) -> float:
    """Unix time of a local time without an offset. In the hour that comes twice, its first time."""
    for zone in (_SUMMER, _WINTER):
        unix_s = wall.replace(tzinfo=zone).timestamp()
        if local(unix_s).replace(tzinfo=None) == wall:
            return unix_s
    return wall.replace(tzinfo=_WINTER).timestamp()


def _last_sunday(year: int, month: int) -> datetime:
    """01:00 UTC on the month's last Sunday (both months have 31 days)."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)

"""Local time from UTC by integers alone: civil dates and the European Union's summer time.

Summer time is between 01:00 UTC of the last Sundays of March and October (directive 2000/84/EC, articles 2
and 3).
"""

DAY_S = 86400


def civil(days: int) -> tuple:
    """(year, month, day) of the day that many days after 1970-01-01, in the Gregorian calendar."""
    # Years run from March: the leap day is then the last, and every five months have 153 days.
    days += 719468
    era = days // 146097
    of_era = days - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    fifth = (5 * of_year + 2) // 153
    month = fifth + 3 if fifth < 10 else fifth - 9
    return era * 400 + year + (month <= 2), month, of_year - (153 * fifth + 2) // 5 + 1


def days_of(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a date: the inverse of civil()."""
    year -= month <= 2
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * year + year // 4 - year // 100 + year // 400 + of_year - 719468


def weekday(days: int) -> int:
    """Day of the week, Monday is 0."""
    return (days + 3) % 7


def is_summer_time(unix_s: int) -> bool:
    """Whether the European Union's clocks are an hour ahead."""
    year = civil(unix_s // DAY_S)[0]
    return _change_s(year, 3) <= unix_s < _change_s(year, 10)


def offset_s(unix_s: int, zone_min: int, summer_time: int) -> int:
    """Seconds by which local time is ahead of UTC."""
    return zone_min * 60 + (3600 if summer_time and is_summer_time(unix_s) else 0)


def local_minute(unix_s: int, zone_min: int, summer_time: int) -> int:
    """Minutes since local midnight, 0 to 1439."""
    return (unix_s + offset_s(unix_s, zone_min, summer_time)) % DAY_S // 60


def at_local(days: int, minute: int, zone_min: int, summer_time: int) -> int:
    """The moment at which local clocks show `minute` since midnight of a day; 1440 and more is the next day.

    A time that clocks skip is an hour later, one that they show twice is taken the first time.
    """
    at_s = days * DAY_S + (minute - zone_min) * 60
    return at_s - 3600 if summer_time and is_summer_time(at_s - 3600) else at_s


def evening(unix_s: int, zone_min: int, summer_time: int) -> int:
    """The day to whose evening a moment belongs, in days since 1970-01-01: nights are from noon to noon."""
    return (unix_s + offset_s(unix_s, zone_min, summer_time) - DAY_S // 2) // DAY_S


def hours_minutes(unix_s: int, zone_min: int, summer_time: int) -> str:
    """Local time as people write it: 23:10."""
    minute = local_minute(unix_s, zone_min, summer_time)
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _change_s(year: int, month: int) -> int:
    """01:00 UTC of the last Sunday of a month of 31 days."""
    last = days_of(year, month, 31)
    return (last - (weekday(last) + 1) % 7) * DAY_S + 3600

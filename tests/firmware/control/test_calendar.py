"""Dates by integers, and the edges of summer time."""

from corolle.control.calendar import (
    at_local,
    civil,
    days_of,
    evening,
    hours_minutes,
    is_summer_time,
    local_minute,
    offset_s,
    weekday,
)

_FRANCE = (60, 1)

# Changes of clocks as France published them: (last second before, first second after), in UTC.
_SPRING_2026 = days_of(2026, 3, 29) * 86400 + 3600
_AUTUMN_2026 = days_of(2026, 10, 25) * 86400 + 3600


def _at(year, month, day, hour, minute):
    return days_of(year, month, day) * 86400 + hour * 3600 + minute * 60


def test_civil_dates_both_ways():
    known = (
        (0, (1970, 1, 1)),
        (10957, (2000, 1, 1)),
        (11016, (2000, 2, 29)),
        (11017, (2000, 3, 1)),
        (20454, (2026, 1, 1)),
        (47541, (2100, 3, 1)),
        (47540, (2100, 2, 28)),
    )
    for days, date in known:
        assert civil(days) == date, days
        assert days_of(*date) == days, date


def test_nine_years_of_days_follow_one_after_the_other():
    year, month, day = civil(18262)  # 2020-01-01
    for days in range(18263, 18263 + 9 * 366):
        next_year, next_month, next_day = civil(days)
        assert days_of(next_year, next_month, next_day) == days
        assert (next_year, next_month, next_day) > (year, month, day)
        assert next_day == day + 1 or next_day == 1
        year, month, day = next_year, next_month, next_day


def test_weekdays():
    assert weekday(0) == 3  # 1970-01-01 was a Thursday
    assert weekday(days_of(2026, 7, 14)) == 1  # a Tuesday
    assert weekday(days_of(2000, 2, 29)) == 1  # a Tuesday


def test_summer_time_begins_and_ends_on_the_published_sundays():
    for year, march, october in (
        (2024, 31, 27),
        (2025, 30, 26),
        (2026, 29, 25),
        (2027, 28, 31),
        (2028, 26, 29),
    ):
        begin, end = _at(year, 3, march, 1, 0), _at(year, 10, october, 1, 0)
        assert not is_summer_time(begin - 1) and is_summer_time(begin)
        assert is_summer_time(end - 1) and not is_summer_time(end)


def test_offsets():
    summer = _at(2026, 7, 14, 12, 0)
    assert offset_s(summer, 60, 1) == 7200
    assert offset_s(summer, 60, 0) == 3600
    assert offset_s(_at(2026, 1, 14, 12, 0), 60, 1) == 3600
    assert offset_s(summer, -240, 0) == -14400
    assert local_minute(_at(2026, 7, 14, 22, 30), *_FRANCE) == 30
    assert hours_minutes(_at(2026, 7, 14, 21, 10), *_FRANCE) == "23:10"


def test_a_days_local_times():
    july = days_of(2026, 7, 14)
    assert at_local(july, 23 * 60, *_FRANCE) == _at(2026, 7, 14, 21, 0)
    assert at_local(july, 26 * 60, *_FRANCE) == _at(2026, 7, 15, 0, 0)
    assert at_local(july, 23 * 60, 60, 0) == _at(2026, 7, 14, 22, 0)
    assert at_local(july, 60, -240, 0) == _at(2026, 7, 14, 5, 0)
    assert at_local(days_of(2026, 1, 14), 0, *_FRANCE) == _at(2026, 1, 13, 23, 0)


def test_local_times_of_the_days_on_which_clocks_change():
    spring, autumn = days_of(2026, 3, 29), days_of(2026, 10, 25)
    minutes = (119, 120, 150, 179, 180)  # 01:59 ... 03:00
    after_s = [at_local(spring, minute, *_FRANCE) - _SPRING_2026 for minute in minutes]
    assert after_s == [-60, 0, 1800, 3540, 0]  # 02:00 to 02:59 are not
    after_s = [at_local(autumn, minute, *_FRANCE) - _AUTUMN_2026 for minute in minutes]
    assert after_s == [-3660, -3600, -1800, -60, 3600]  # 02:00 to 02:59 are twice


def test_every_moment_is_what_its_local_time_says():
    for now_s in range(_at(2026, 1, 1, 0, 0), _at(2027, 1, 1, 0, 0), 60 * 977):
        minute = local_minute(now_s, *_FRANCE)
        days = (now_s + offset_s(now_s, *_FRANCE)) // 86400
        assert at_local(days, minute, *_FRANCE) == now_s


def test_a_night_belongs_to_the_day_of_its_evening():
    july = days_of(2026, 7, 14)
    noon_s = _at(2026, 7, 14, 10, 0)
    assert evening(noon_s - 1, *_FRANCE) == july - 1
    assert evening(noon_s, *_FRANCE) == july
    assert evening(noon_s + 86399, *_FRANCE) == july
    assert evening(_SPRING_2026, *_FRANCE) == days_of(2026, 3, 28)
    assert evening(_at(2026, 7, 14, 15, 59), -240, 0) == july - 1
    assert evening(_at(2026, 7, 14, 16, 0), -240, 0) == july

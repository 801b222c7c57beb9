"""The city's programme: what is legal in it, which line a night takes, and when its steps come."""

from corolle.control.calendar import at_local, days_of
from corolle.control.schedule import Schedule

_FRANCE = (60, 1)
_FRIDAY = days_of(2026, 7, 10)
_SUNSET_S = _FRIDAY * 86400 + 19 * 3600 + 35 * 60  # 21:35 in France
_SUNRISE_S = (_FRIDAY + 1) * 86400 + 4 * 3600 + 24 * 60  # 06:24

_CITY = """
daily: sunset 100, 22:30 60, 00:30 0, 05:00 60
fri sat: sunset 100, 23:30 70, 02:00 30
12-24: sunset 100
2026-07-14: sunset 100, 03:00 60
"""


def _steps(text, days=_FRIDAY):
    """The steps as ((hour, minute) in France, level); the sun is that of one day in July."""
    shift_s = (days - _FRIDAY) * 86400
    steps = Schedule(text).steps(days, _SUNSET_S + shift_s, _SUNRISE_S + shift_s, *_FRANCE)
    assert steps == sorted(steps)
    return [(_clock(at_s - shift_s), level_pct) for at_s, level_pct in steps]


def _clock(at_s):
    minute = (at_s - at_local(_FRIDAY, 0, *_FRANCE)) // 60
    return minute // 60, minute % 60


def _levels(days):
    return [level_pct for _, level_pct in _steps(_CITY, days)]


def _error(text):
    try:
        Schedule(text)
    except ValueError as error:
        return str(error)
    raise AssertionError(f"{text!r} is taken for legal")


def test_a_night_goes_on_after_midnight():
    text = "daily: sunset 100, 22:30 60, 00:30 0, 05:00 60"
    assert _steps(text) == [((21, 35), 100), ((22, 30), 60), ((24, 30), 0), ((29, 0), 60)]


def test_moments_before_and_after_the_suns():
    text = "daily: sunset-30 20, sunset+15 100, sunrise-45 40, sunrise 10, sunrise+5 0"
    wanted = [((21, 5), 20), ((21, 50), 100), ((29, 39), 40), ((30, 24), 10), ((30, 29), 0)]
    assert _steps(text) == wanted


def test_the_most_specific_line_wins_whatever_their_order():
    daily, weekend, eve, fete = [100, 60, 0, 60], [100, 70, 30], [100], [100, 60]
    assert _levels(days_of(2026, 7, 9)) == daily  # a Thursday
    assert _levels(_FRIDAY) == weekend
    assert _levels(_FRIDAY + 1) == weekend
    assert _levels(_FRIDAY + 2) == daily
    assert _levels(days_of(2026, 7, 14)) == fete
    assert _levels(days_of(2027, 7, 14)) == daily
    for year in (2026, 2027, 2099):
        assert _levels(days_of(year, 12, 24)) == eve
    backwards = "\n".join(reversed(_CITY.split("\n")))
    for days in range(days_of(2026, 7, 1), days_of(2026, 8, 1)):
        assert _steps(backwards, days) == _steps(_CITY, days)


def test_a_date_of_one_year_wins_over_that_of_every_year():
    schedule = Schedule("12-24: 20:00 1\n2026-12-24: 20:00 2\nthu: 20:00 3")
    for year, level_pct in ((2026, 2), (2027, 1)):
        days = days_of(year, 12, 24)
        assert schedule.steps(days, 0, 0, *_FRANCE)[0][1] == level_pct


def test_each_weekday_by_its_name():
    text = "\n".join([f"{day}: 20:00 {i}" for i, day in enumerate("mon tue wed thu fri sat sun".split())])
    monday = days_of(2026, 7, 13)
    for i in range(14):
        assert Schedule(text).steps(monday + i, 0, 0, *_FRANCE)[0][1] == i % 7


def test_a_night_without_a_line_has_no_steps():
    assert Schedule("").steps(_FRIDAY, _SUNSET_S, _SUNRISE_S, *_FRANCE) == []
    assert Schedule("\n \n").steps(_FRIDAY, _SUNSET_S, _SUNRISE_S, *_FRANCE) == []
    assert Schedule("sat: 20:00 5").steps(_FRIDAY, _SUNSET_S, _SUNRISE_S, *_FRANCE) == []


def test_a_step_that_is_overtaken_is_skipped():
    # Sunset after the clock's step, sunrise before it: the last in the line whose moment has come holds.
    assert _steps("daily: sunset 100, 21:00 60, 00:30 0") == [((21, 0), 60), ((24, 30), 0)]
    assert _steps("daily: 00:00 20, 06:10 60, sunrise-30 30") == [((24, 0), 20), ((29, 54), 30)]
    assert _steps("daily: 20:00 50, 22:00 80, sunset 100") == [((20, 0), 50), ((21, 35), 100)]


def test_of_two_steps_at_one_moment_the_later_in_the_line_holds():
    assert _steps("daily: sunset 100, 21:35 60") == [((21, 35), 60)]


def test_noon_begins_a_night_and_ends_it():
    assert _steps("daily: 12:00 10, 23:59 20, 00:00 30, 11:59 40") == [
        ((12, 0), 10),
        ((23, 59), 20),
        ((24, 0), 30),
        ((35, 59), 40),
    ]


def test_steps_in_the_nights_in_which_clocks_change():
    schedule = Schedule("daily: 01:30 10, 02:30 20, 03:30 30")
    for date, hours in (((2026, 3, 28), (0.5, 1.5)), ((2026, 10, 24), (-0.5, 0.5, 2.5))):
        days = days_of(*date)
        midnight_s = (days + 1) * 86400  # of UTC
        # In spring 02:30 is skipped, so 03:30 is at the same moment and holds.
        steps = schedule.steps(days, 0, 0, *_FRANCE)
        assert [(at_s - midnight_s) / 3600 for at_s, _ in steps] == list(hours)
        assert steps[-1][1] == 30


def test_windows_line_ends_and_spaces_are_no_matter():
    assert _steps("daily : sunset  100 ,22:30\t60\r\n\r\n") == [((21, 35), 100), ((22, 30), 60)]


def test_ten_steps_are_legal_and_eleven_are_not():
    steps = [f"{hour}:00 {hour}" for hour in range(12, 23)]
    assert len(_steps("daily: " + ", ".join(steps[:10]))) == 10
    error = _error("mon: 20:00 1\ndaily: " + ", ".join(steps))
    assert error == "line 2: '11 steps' is not within 1..10"


# What is legal, as errors say it; and (a line that is not, what is wrong in it, what is legal).
_DAY = "a day: daily, mon tue wed thu fri sat sun, MM-DD or YYYY-MM-DD"
_LINE = "'days: steps', as in 'fri sat: sunset 100, 23:30 70'"
_PAIR = "a moment and a level, as in '22:30 60'"
_LEVEL = "a level of 0 to 100 %"
_MOMENT = "a moment: 00:00 to 23:59, sunset or sunrise, + or - up to 720 minutes"
_ORDER = "after the steps before it, in a night from noon to noon"
_AGAIN = "a new day: a line has its programme already"
_WRONG = (
    ("someday: 22:30 60", "someday", _DAY),
    ("mon, tue: 22:30 60", "mon,", _DAY),
    ("Mon: 22:30 60", "Mon", _DAY),
    ("02-30: 22:30 60", "02-30", _DAY),
    ("13-01: 22:30 60", "13-01", _DAY),
    ("12-00: 22:30 60", "12-00", _DAY),
    ("2-3: 22:30 60", "2-3", _DAY),
    ("2026-02-29: 22:30 60", "2026-02-29", _DAY),
    ("26-02-28: 22:30 60", "26-02-28", _DAY),
    ("2026-1x-01: 22:30 60", "2026-1x-01", _DAY),
    ("sunset 100, 22:30 60", "sunset", _DAY),
    ("daily sunset 100", "daily sunset 100", _LINE),
    (": sunset 100", ": sunset 100", _LINE),
    ("daily:", "", _PAIR),
    ("daily: 22:30 60,", "", _PAIR),
    ("daily: 22:30", "22:30", _PAIR),
    ("daily: 22:30 60 %", "22:30 60 %", _PAIR),
    ("daily: 22:30 101", "101", _LEVEL),
    ("daily: 22:30 -1", "-1", _LEVEL),
    ("daily: 22:30 60%", "60%", _LEVEL),
    ("daily: 22:30 6.5", "6.5", _LEVEL),
    ("daily: 25:00 60", "25:00", _MOMENT),
    ("daily: 24:00 60", "24:00", _MOMENT),
    ("daily: 22:60 60", "22:60", _MOMENT),
    ("daily: 22:5 60", "22:5", _MOMENT),
    ("daily: 2230 60", "2230", _MOMENT),
    ("daily: :30 60", ":30", _MOMENT),
    ("daily: dusk 60", "dusk", _MOMENT),
    ("daily: sunset-721 60", "sunset-721", _MOMENT),
    ("daily: sunset- 60", "sunset-", _MOMENT),
    ("daily: sunset*30 60", "sunset*30", _MOMENT),
    ("daily: sunsets 60", "sunsets", _MOMENT),
    ("daily: sunset30 60", "sunset30", _MOMENT),
    ("daily: 22:30 60, 22:30 50", "22:30 50", _ORDER),
    ("daily: 00:30 60, 22:30 50", "22:30 50", _ORDER),
    ("daily: sunset 60, 22:30 50, sunset-10 20", "sunset-10 20", _ORDER),
    ("daily: sunrise 60, sunrise-1 20", "sunrise-1 20", _ORDER),
    ("fri: 22:30 60\nmon fri: 22:30 60", "fri", _AGAIN),
    ("mon mon: 22:30 60", "mon", _AGAIN),
    ("daily: 22:30 60\ndaily: 22:30 60", "daily", _AGAIN),
    ("daily: 22:30\u00a060", "\u00a0", "ASCII"),
    ("d\u00e9c: 22:30 60", "\u00e9", "ASCII"),
)


def test_what_is_wrong_is_named_with_its_line_and_what_is_legal():
    for text, token, legal in _WRONG:
        number = text.count("\n") + 3
        assert _error("sun: sunset 100\n\n" + text) == f"line {number}: {token!r} is not {legal}"


def test_the_leap_day_of_every_year_and_of_one_that_has_it():
    schedule = Schedule("02-29: 20:00 1\n2028-02-29: 20:00 2")
    assert schedule.steps(days_of(2028, 2, 29), 0, 0, *_FRANCE)[0][1] == 2
    assert schedule.steps(days_of(2032, 2, 29), 0, 0, *_FRANCE)[0][1] == 1

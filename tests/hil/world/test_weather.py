"""Weather files, good and bad, and weather made from normals."""

import itertools
from datetime import UTC, datetime
from random import Random

import pytest
from corolle_hil.scheduler import Scheduler
from corolle_hil.world import epw
from corolle_hil.world.climate import Weather, dew_point_c, saturation_kpa
from corolle_hil.world.epw import EpwClimate, WeatherFileError
from corolle_hil.world.scenario import WEEKS, ScenarioClimate, hours

DAY_S = 86_400


def line(month, day, hour, temperature="20.0", humidity="50", radiation="300", wind="3.0", rain="0.0"):
    fields = ["2019", str(month), str(day), str(hour), "0", "?9"] + ["0"] * 29
    fields[6], fields[8], fields[13], fields[21], fields[33] = temperature, humidity, radiation, wind, rain
    return ",".join(fields)


def day_of_lines(**changes):
    return [line(7, 14, hour, temperature=f"{hour}.0", **changes) for hour in range(1, 25)]


@pytest.fixture
def file(tmp_path):
    """Write an EPW file: Toulouse's header and the given lines."""

    def write(lines, first="LOCATION,Toulouse,-,FRA,TMY,076300,43.62,1.38,1.0,151.0"):
        path = tmp_path / "weather.epw"
        path.write_text("\n".join([first] + ["HEADER"] * 7 + lines))
        return path

    return write


def at(*fields):
    return datetime(*fields, tzinfo=UTC).timestamp()


def test_hour_one_is_the_one_that_ends_at_one_o_clock_local_standard_time(file):
    """Hour 13 covers 12:00 to 13:00 at UTC+1, so its mean belongs to 11:30 UTC."""
    climate = EpwClimate(file(day_of_lines()))
    assert climate(at(2026, 7, 14, 11, 30)).temperature_c == pytest.approx(13.0)
    assert climate(at(2026, 7, 14, 12, 0)).temperature_c == pytest.approx(13.5)


def test_any_year_asks_for_the_typical_year(file):
    climate = EpwClimate(file(day_of_lines()))
    assert climate(at(2031, 7, 14, 11, 30)) == climate(at(2026, 7, 14, 11, 30))


def test_rain_falls_in_its_own_hour(file):
    lines = day_of_lines()
    lines[12] = line(7, 14, 13, rain="4.2")
    climate = EpwClimate(file(lines))
    assert climate.has_rain
    assert climate(at(2026, 7, 14, 11, 1)).rain_mm_h == climate(at(2026, 7, 14, 11, 59)).rain_mm_h == 4.2
    assert climate(at(2026, 7, 14, 12, 1)).rain_mm_h == 0.0


def test_a_file_without_rain_says_so(file):
    climate = EpwClimate(file(day_of_lines(rain="999")))
    assert not climate.has_rain
    assert climate(at(2026, 7, 14, 12)).rain_mm_h == 0.0


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (line(7, 14, 3, temperature="warm"), "11: column 7 (dry bulb temperature): 'warm' is not a number"),
        (line(7, 14, 3, temperature="99.9"), "11: column 7 (dry bulb temperature): 99.9 means missing"),
        (line(7, 14, 3, humidity="-5"), "11: column 9 (relative humidity): -5 is outside 0 to 110"),
        (line(7, 14, 3, wind="nan"), "11: column 22 (wind speed): 'nan' is not a number"),
        (line(7, 14, 25), "11: column 4 (hour): 25 is outside 1 to 24"),
        (line(7, 14, 3, rain="-1"), "11: column 34 (liquid precipitation depth): -1 is outside 0 to 200"),
        ("2019,7,14,3,0", "11: column 7 (dry bulb temperature): the line has 5 columns"),
    ],
)
def test_a_bad_line_is_named_and_bridged(file, bad, problem):
    lines = day_of_lines()
    lines[2] = bad
    climate = EpwClimate(file(lines))
    assert len(climate.problems) == 1
    assert climate.problems[0].endswith(problem)
    assert climate(at(2026, 7, 14, 1, 30)).temperature_c in (2.0, 4.0)


def test_too_many_bad_lines_are_refused(file):
    lines = day_of_lines()
    lines[3:6] = ["x,y"] * 3
    with pytest.raises(WeatherFileError, match=r"3 of 24 lines are bad; first: .*:12: column 2 \(month\)"):
        EpwClimate(file(lines))


# Rows as stations publish them: Miami's TMY3, whose rain is missing, and a leap day of Van Nuys.
_MIAMI = (
    "1978,6,6,{},0,?9?9?9?9E0?9?9?9?9?9?9?9?9?9?9?9?9?9?9?9*9*9*9*9*9,30.6,23.3,65,101800,1296,1326,424,978,"
    "749,244,104800,76600,29800,23420,130,7.2,2,2,19.3,77777,9,999999999,430,0.2010,0,88,999.000,{},99.0"
)
_LEAP = (
    "2016,2,29,{},0,?9?9?9?9E0?9?9?9?9*9?9?9?9?9?9?9?9?9?9*_*9*9*9?9?9,15.1,4.5,49,98500,749,1411,316,510,"
    "687,145,59612,46749,17038,779,120,2.5,0,0,16.1,77777,9,999999999,129,0.0000,0,88,999.000,0.0,1.0"
)


def test_rows_as_stations_publish_them(file):
    climate = EpwClimate(file([_MIAMI.format(hour, "999.0") for hour in range(1, 25)]))
    assert climate.problems == [] and not climate.has_rain
    assert climate(at(2026, 6, 6, 12)) == Weather(30.6, 65.0, 7.2, 0.0, 978.0)
    rain = [_MIAMI.format(hour, "4.2" if hour == 24 else "0.0") for hour in range(1, 25)]
    late = EpwClimate(file(rain))
    assert late(at(2026, 6, 6, 22, 15)).rain_mm_h == 4.2, (
        "hour 24 ends at midnight, an hour east of Greenwich"
    )
    assert late(at(2026, 6, 6, 21, 15)).rain_mm_h == 0.0


def test_a_leap_day_that_the_file_has_is_its_own(file):
    climate = EpwClimate(file([_LEAP.format(hour) for hour in range(1, 25)]))
    assert climate.problems == []
    assert climate(at(2028, 2, 29, 12)).temperature_c == 15.1


def test_what_is_no_weather_file_is_refused(file, tmp_path):
    with pytest.raises(WeatherFileError, match="the first line must begin with LOCATION"):
        EpwClimate(file([], first="date,temperature"))
    with pytest.raises(WeatherFileError, match=r":1: column 9 \(time zone\): 'east' is not a number"):
        EpwClimate(file([], first="LOCATION,Toulouse,-,FRA,TMY,1,43.6,1.4,east,151"))
    with pytest.raises(WeatherFileError, match="no usable line"):
        EpwClimate(file([]))
    with pytest.raises(FileNotFoundError):
        EpwClimate(tmp_path / "absent.epw")


def test_a_day_that_the_file_lacks_is_named(file):
    climate = EpwClimate(file(day_of_lines()))
    with pytest.raises(WeatherFileError, match="no weather near 01-0"):
        climate(at(2026, 1, 6, 12))


def test_garbage_never_escapes_as_another_error(tmp_path):
    rng = Random(5)
    good = "\n".join(["LOCATION,Toulouse,-,FRA,TMY,1,43.6,1.4,1.0,151"] + ["HEADER"] * 7 + day_of_lines())
    for _ in range(200):
        data = bytearray(good.encode())
        for _ in range(rng.randrange(1, 200)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path = tmp_path / "garbage.epw"
        path.write_bytes(bytes(data))
        try:
            EpwClimate(path)
        except WeatherFileError as error:
            assert str(path) in str(error)


def test_a_scenario_written_as_a_file_reads_back_the_same(tmp_path):
    scenario = ScenarioClimate(Scheduler(seed=4).rng)
    path = tmp_path / "week.epw"
    epw.write(path, hours(scenario, WEEKS["summer"], 7), "Toulouse", 43.604, 1.444)
    climate = EpwClimate(path)
    assert climate.problems == []
    for hour in range(2, 160):
        middle_s = WEEKS["summer"] + hour * 3600 + 1800
        assert climate(middle_s).temperature_c == pytest.approx(scenario(middle_s).temperature_c, abs=0.06)
        assert climate(middle_s).rain_mm_h == pytest.approx(scenario(middle_s).rain_mm_h, abs=0.06)


def means(seed, first_s, days):
    climate = ScenarioClimate(Scheduler(seed=seed).rng)
    table = [climate(first_s + 900 * step) for step in range(days * 96)]
    per_day = [[weather.temperature_c for weather in table[day * 96 :][:96]] for day in range(days)]
    low = sum(min(day) for day in per_day) / days
    high = sum(max(day) for day in per_day) / days
    rain_mm = sum(weather.rain_mm_h for weather in table) / 4
    return low, high, rain_mm, sum(weather.humidity_pct for weather in table) / len(table)


@pytest.mark.parametrize(
    ("month", "low", "high", "rain_mm", "humidity"), [(7, 17.0, 28.5, 40, 67), (1, 3.0, 10.0, 50, 87)]
)
def test_many_generated_months_have_the_climate_of_toulouse(month, low, high, rain_mm, humidity):
    """Normals 1991-2020 of Toulouse-Blagnac; the mean of 20 months."""
    months = [means(seed, datetime(2026, month, 1, tzinfo=UTC).timestamp(), 30) for seed in range(20)]
    mean = [sum(values) / len(values) for values in zip(*months, strict=True)]
    assert mean[0] == pytest.approx(low, abs=1.0)
    assert mean[1] == pytest.approx(high, abs=1.0)
    assert mean[2] == pytest.approx(rain_mm, rel=0.4)
    assert mean[3] == pytest.approx(humidity, abs=6)


def test_a_moments_weather_does_not_depend_on_what_was_asked_before():
    moment = WEEKS["summer"] + 5 * DAY_S + 40_000
    fresh, used = (ScenarioClimate(Scheduler(seed=9).rng) for _ in range(2))
    for day in range(10):
        used(WEEKS["summer"] + day * DAY_S)
    assert fresh(moment) == used(moment)
    assert fresh(moment) != ScenarioClimate(Scheduler(seed=10).rng)(moment)


def test_temperature_has_no_steps():
    climate = ScenarioClimate(Scheduler(seed=2).rng)
    series = [climate(WEEKS["winter"] + 600 * step).temperature_c for step in range(7 * 144)]
    assert max(abs(a - b) for a, b in itertools.pairwise(series)) < 0.6


def test_vapour_pressure_and_dew_point():
    """FAO-56, annex 2, table 2.3: 2.338 kPa at 20 C, 4.243 kPa at 30 C."""
    assert saturation_kpa(20.0) == pytest.approx(2.338, abs=0.001)
    assert saturation_kpa(30.0) == pytest.approx(4.243, abs=0.001)
    assert dew_point_c(25.0, 100.0) == pytest.approx(25.0)
    assert isinstance(ScenarioClimate(Scheduler().rng)(WEEKS["summer"]), Weather)


def _month():
    """July: 30 days, each hour more humid than the one before, and each tenth day more than the others."""
    days = range(1, 31)
    return [
        line(7, day, hour, humidity=str(40 + hour + 20 * (day % 10 == 9)), rain="0.0")
        for day in days
        for hour in range(1, 25)
    ]


def test_rain_that_a_file_lacks_falls_on_its_most_humid_days(file):
    climate = EpwClimate(file(_month()), 21.0)
    begin_s = at(2026, 6, 30, 23)
    fallen = [climate(begin_s + hour * 3600 + 1801).rain_mm_h for hour in range(30 * 24 - 1)]
    assert sum(fallen) == pytest.approx(21.0 * 30 / 30.4)
    assert {hour // 24 + 1 for hour, mm in enumerate(fallen) if mm} == {9, 19, 29}
    assert {hour % 24 for hour, mm in enumerate(fallen) if mm} == {20, 21, 22, 23}


def test_rain_that_is_told_takes_the_place_of_the_file_s_own_and_may_be_none(file):
    lines = [line(7, 14, hour, rain="3.0") for hour in range(1, 25)]
    assert EpwClimate(file(lines), 0.0)(at(2026, 7, 14, 12)).rain_mm_h == 0.0
    few = EpwClimate(file(lines), 30.4)
    fallen = [few(at(2026, 7, 13, 23, 31) + hour * 3600).rain_mm_h for hour in range(23)]
    assert sum(fallen) == pytest.approx(1.0)


def test_hours_that_say_nothing_of_rain_are_counted(file):
    lines = day_of_lines(rain="0.0")
    lines[3], lines[4] = line(7, 14, 4, rain="999"), line(7, 14, 5, rain="")
    some = EpwClimate(file(lines))
    assert some.dry_hours == 2 and some.knows_rain and not some.has_rain
    assert not EpwClimate(file(day_of_lines(rain="999"))).knows_rain

"""Passers-by: how many, when, and in which order the lamps see them."""

import itertools
from datetime import datetime

import pytest
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.counts import CountsFile, CountsFileError, Steady, bundled
from corolle_hil.world.local_time import to_unix
from corolle_hil.world.passers import Lookout, Passers, Stop
from corolle_hil.world.place import lay_out

HOUR_US = 3_600_000_000


class Sensor:
    def __init__(self, scheduler):
        self.scheduler = scheduler
        self.seen, self.gone, self.speeds = [], [], []

    def enter(self, speed_m_s):
        self.seen.append(self.scheduler.now_us)
        self.speeds.append(speed_m_s)

    def leave(self):
        self.gone.append(self.scheduler.now_us)


def row(scheduler, count=3):
    """Sensors 28 m apart, and the stops that hold them."""
    sensors = [Sensor(scheduler) for _ in range(count)]
    return sensors, [Stop(28.0 * number, sensor) for number, sensor in enumerate(sensors)]


@pytest.mark.parametrize("flow", [0.4, 7.6, 65.0])
def test_a_steady_flow_is_a_poisson_process(flow):
    """The count's standard deviation is its square root; a share of e^-1 of the gaps is above the mean."""
    scheduler = Scheduler(seed=11)
    (sensor,), stops = row(scheduler, 1)
    passers = Passers(scheduler, "row", stops, Steady(flow))
    scheduler.run(2000 * HOUR_US)
    expected = 2000 * flow
    assert passers.passages == pytest.approx(expected, abs=4 * expected**0.5)
    seen = sensor.seen
    gaps = [(b - a) / HOUR_US * flow for a, b in itertools.pairwise(seen)]
    longer = sum(gap > 1 for gap in gaps) / len(gaps)
    assert longer == pytest.approx(0.368, abs=4 / expected**0.5)


def test_nobody_passes_without_a_flow(scheduler):
    passers = Passers(scheduler, "row", row(scheduler)[1], Steady(0.0))
    scheduler.run(100 * HOUR_US)
    assert passers.passages == 0
    with pytest.raises(ValueError, match="-1"):
        Steady(-1)


@pytest.mark.parametrize("forwards", [True, False])
def test_lamps_see_a_walker_one_after_the_other(scheduler, forwards):
    sensors, stops = row(scheduler)
    passers = Passers(scheduler, "row", stops, Steady(0.0), view_m=8.0)
    passers.walk(1.4, forwards)
    scheduler.run(HOUR_US)
    seen = [sensor.seen[0] for sensor in sensors]
    ordered = seen if forwards else seen[::-1]
    assert ordered == pytest.approx([0, 20_000_000, 40_000_000])
    assert sensors[1].gone[0] - sensors[1].seen[0] == pytest.approx(16 / 1.4 * 1e6, abs=2)


def test_kinds_come_by_their_shares_and_at_their_speeds():
    scheduler = Scheduler(seed=5)
    (sensor,), stops = row(scheduler, 1)
    shares = {"pedestrian": 0.5, "cyclist": 0.3, "vehicle": 0.2}
    Passers(scheduler, "row", stops, Steady(100.0), shares=shares)
    scheduler.run(20 * HOUR_US)
    speeds = sensor.speeds
    assert sum(speed >= 8 for speed in speeds) / len(speeds) == pytest.approx(0.2, abs=0.04)
    assert sum(speed < 2.5 for speed in speeds) / len(speeds) == pytest.approx(0.5, abs=0.05)
    assert 0.7 <= min(speeds) and max(speeds) <= 14


def test_the_street_as_it_is_has_no_vehicles():
    scheduler = Scheduler(seed=5)
    (sensor,), stops = row(scheduler, 1)
    Passers(scheduler, "row", stops, Steady(100.0))
    scheduler.run(20 * HOUR_US)
    assert max(sensor.speeds) <= 8


@pytest.mark.parametrize("shares", [{"pedestrian": 0.9}, {"horse": 1.0}, {"cyclist": 1.5, "vehicle": -0.5}])
def test_shares_that_make_no_traffic_are_refused(scheduler, shares):
    with pytest.raises(ValueError, match="must add up to 1"):
        Passers(scheduler, "row", [], Steady(1.0), shares=shares)


def test_a_lookout_is_all_sensors_of_a_post(scheduler):
    sensors = [Sensor(scheduler), Sensor(scheduler)]
    lookout = Lookout(sensors)
    lookout.enter(4.0)
    lookout.leave()
    assert [sensor.speeds for sensor in sensors] == [[4.0], [4.0]]
    assert all(len(sensor.gone) == 1 for sensor in sensors)


def test_the_bundled_week_has_its_night_flow_and_a_valley():
    rate = bundled(7.6)
    monday_s = 1_783_900_800 - 7200  # local midnight
    week = [rate(monday_s + 3600 * hour) for hour in range(168)]
    night = [week[24 * day + hour] for day in range(7) for hour in range(5)]
    assert sum(night) / len(night) == pytest.approx(7.6)
    tuesday = week[24:48]
    assert tuesday.index(min(tuesday)) in (2, 3)
    assert max(tuesday) > 20 * min(tuesday)


def test_rows_are_independent_and_the_same_for_the_same_seed():
    def arrivals(seed, name):
        scheduler = Scheduler(seed=seed)
        sensors, stops = row(scheduler)
        Passers(scheduler, name, stops, Steady(20.0))
        scheduler.run(10 * HOUR_US)
        return sensors[0].seen

    assert arrivals(1, "north") == arrivals(1, "north")
    assert arrivals(1, "north") != arrivals(1, "south") != arrivals(2, "south")


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "counts.csv"
        path.write_text(text)
        return path

    return write


def week_of_counts(start="2026-06-01"):
    """A Monday whose hours count 0 to 23."""
    return "".join(f"{start}T{hour:02d}:00,{hour}\n" for hour in range(24))


def unix(text):
    return to_unix(datetime.fromisoformat(text))


def test_an_hour_of_the_file_gives_its_own_flow_and_others_the_mean(file):
    second = week_of_counts("2026-06-08").replace("T17:00,17", "T17:00,37")
    counts = CountsFile(file("time,count\n" + week_of_counts() + second))
    assert counts(unix("2026-06-01T17:30")) == 17
    assert counts(unix("2026-06-08T17:30")) == 37
    assert counts(unix("2026-07-13T17:30")) == 27, "mean of the Mondays"
    assert counts(unix("2026-07-14T17:30")) == 27, "no Tuesday in the file: mean of the hour"


def test_short_intervals_semicolons_and_offsets(file):
    quarters = "2026-06-01T08:00:00+02:00;3;a\n2026-06-01T06:15:00Z;4;b\n2026-06-01 08:30;5;a\n"
    others = week_of_counts("2026-06-02").replace(",", ";").replace("\n", ";x\n")
    counts = CountsFile(file("\ufeffTime;Count;sensor\n" + quarters + others))
    assert counts(unix("2026-06-01T08:59")) == 12


def test_a_file_as_paris_publishes_it(file):
    head = "Identifiant du compteur;Comptage horaire;Date et heure de comptage;Coordonnées géographiques\n"
    rows = [f"1-2;{hour}.0;2026-06-01T{hour:02d}:00:00+02:00;48.8,2.3\n" for hour in reversed(range(24))]
    assert CountsFile(file(head + "".join(rows)))(unix("2026-06-01T17:30")) == 17


@pytest.mark.parametrize(("columns", "flow"), [("West,East", 3 * 17), ("Bridge Total,West,East", 17)])
def test_a_file_as_seattle_publishes_it(file, columns, flow):
    times = [datetime(2026, 6, 1, hour).strftime("%m/%d/%Y %I:%M:%S %p") for hour in range(24)]
    counts = [",".join([str(hour), str(2 * hour), "9"][: columns.count(",") + 1]) for hour in range(24)]
    rows = [f"{time},{count}\n" for time, count in zip(times, counts, strict=True)]
    hole = "06/02/2026 05:00:00 PM" + "," * (columns.count(",") + 1) + "\n"
    counted = CountsFile(file(f"Date,{columns}\n" + "".join(rows) + hole))
    assert counted(unix("2026-06-01T17:30")) == flow
    assert counted(unix("2026-06-02T17:30")) == flow, "a counter that was out of order counted nothing"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("day,count\n", r":1: none of the columns day, count is a time: time, date"),
        ("time\n", r":1: no column for the count beside 'time'"),
        ("time,count\nyesterday,5\n", r":2: column 'time': 'yesterday' is neither ISO 8601"),
        ("time,count\n2026-06-01T00:00,5\n2026-06-01T01:00,many\n", r":3: column 'count': 'many' is not"),
        ("time,count\n2026-06-01T00:00,-5\n", r":2: column 'count': -5 is outside 0 to 100000"),
        ("time,count\n2026-06-01T00:00,nan\n", r":2: column 'count': nan is outside"),
        ("time,count\n2026-06-01T00:00,5\n", r"no count for the hours \[1, 2, 3,"),
    ],
)
def test_bad_counts_name_line_and_column(file, text, message):
    with pytest.raises(CountsFileError, match=message):
        CountsFile(file(text))


def test_a_quarter_has_rows_of_lamps_25_to_30_m_apart(scheduler):
    place = lay_out(45, 3, 2, scheduler.rng("place"))
    assert [len(row) for row in place.rows] == [20, 20, 5]
    for lamps in place.rows:
        gaps = [b.position.x_m - a.position.x_m for a, b in itertools.pairwise(lamps)]
        assert all(25 <= gap <= 30 for gap in gaps)
    assert (place.lamps[0].name, place.canopies[2].name) == ("lamp-01", "canopy-03")
    assert len(place.concentrators) == 2
    assert place.lamps[0].lat_deg == pytest.approx(43.6, abs=0.1)
    assert lay_out(45, 3, 2, Scheduler(seed=1).rng("place")).rows == place.rows
    with pytest.raises(ValueError, match="canopies = -1"):
        lay_out(1, -1, 1, scheduler.rng("place"))

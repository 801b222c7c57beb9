"""What a replay counts with: baselines, the diary of decisions, the witness, the night kept for a picture."""

from datetime import UTC, datetime

import pytest
from corolle_hil.replay.album import Album
from corolle_hil.replay.baselines import ALWAYS_FULL, HALF_NIGHT, OFF_NIGHT
from corolle_hil.replay.diary import Diary
from corolle_hil.replay.lamp import Nights
from corolle_hil.replay.tally import Tally
from corolle_hil.replay.witness import Witness
from corolle_hil.scheduler import Scheduler
from corolle_hil.world import sun
from corolle_hil.world.counts import Steady
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.mains import Mains
from corolle_hil.world.place import ORIGIN_DEG

HOUR_US = 3_600_000_000


def unix(*fields):
    return datetime(*fields, tzinfo=UTC).timestamp()


def proportional_w(level):
    return 40.0 * level


@pytest.mark.parametrize(
    ("baseline", "hour", "level"),
    [
        (HALF_NIGHT, 22, 1.0),
        (HALF_NIGHT, 23, 0.5),
        (HALF_NIGHT, 5, 0.5),
        (HALF_NIGHT, 6, 1.0),
        (OFF_NIGHT, 0, 1.0),
        (OFF_NIGHT, 1, 0.0),
        (OFF_NIGHT, 4, 0.0),
        (OFF_NIGHT, 5, 1.0),
    ],
)
def test_clocks_dim_by_local_hours(baseline, hour, level):
    """In January local time is an hour ahead of UTC."""
    assert baseline.level_at(unix(2026, 1, 12, (hour - 1) % 24, 30)) == level


def test_a_baseline_adds_up_the_parts_of_a_span():
    """22:15 to 01:30 UTC in July is 00:15 to 03:30 in France: 45 minutes full, 2.5 h off."""
    span = (unix(2026, 7, 13, 22, 15), unix(2026, 7, 14, 1, 30))
    assert OFF_NIGHT.energy_wh([span], proportional_w) == pytest.approx(0.75 * 40)
    assert ALWAYS_FULL.energy_wh([span], proportional_w) == pytest.approx(3.25 * 40)


def burning_minutes(year):
    """Minutes of a year between sunset + 15 min and sunrise - 15 min: night a quarter before and after."""
    begin = int(unix(year, 1, 1))
    horizon = [sun.elevation_deg(begin + 60 * m, *ORIGIN_DEG) < -0.833 for m in range(-15, 365 * 1440 + 15)]
    return [begin + 60 * m for m in range(365 * 1440) if horizon[m] and horizon[m + 15] and horizon[m + 30]]


def test_over_a_year_the_baselines_save_what_they_are_known_for():
    """Toulouse: 4,123 h a year; half power 23-06 h saves 31 %, off 01-05 h saves 35 %."""
    minutes = burning_minutes(2026)
    assert len(minutes) / 60 == pytest.approx(4123, rel=0.002)
    dark = [(minute, minute + 60) for minute in minutes]
    full_wh = ALWAYS_FULL.energy_wh(dark, proportional_w)
    assert 1 - HALF_NIGHT.energy_wh(dark, proportional_w) / full_wh == pytest.approx(0.31, abs=0.005)
    assert 1 - OFF_NIGHT.energy_wh(dark, proportional_w) / full_wh == pytest.approx(0.35, abs=0.005)


class Bench:
    """A luminaire, its diary and a witness, from the noon of a summer's day on."""

    def __init__(self):
        self.scheduler = Scheduler(int(unix(2026, 7, 13, 12)) * 1_000_000)
        self.luminaire = Luminaire(self.scheduler, Mains(self.scheduler))
        self.diary = Diary(self.scheduler, self.luminaire)
        self.sensor = Counter()
        self.witness = Witness(self.scheduler, self.sensor, self.luminaire, ORIGIN_DEG, self.diary)

    def wait(self, hours):
        self.scheduler.run(self.scheduler.now_us + round(hours * HOUR_US))

    def decide(self, value, reason, output="light"):
        self.diary.take({"type": "decision", "output": output, "value": value, "reason": reason})
        if output == "light":
            self.luminaire.command(value / 100)


class Counter:
    def __init__(self):
        self.inside = 0

    def enter(self, speed_m_s):
        self.inside += 1

    def leave(self):
        self.inside -= 1


def test_a_diary_counts_the_dark_alone():
    bench = Bench()
    bench.decide(0, "day")
    bench.wait(4)
    bench.decide(100, "learning")
    bench.luminaire.command(0.0)
    bench.wait(4)
    bench.decide(10, "schedule")
    bench.wait(1)
    bench.decide(100, "presence")
    bench.decide(1, "schedule", output="relay")
    bench.wait(1)
    bench.decide(0, "curfew")
    bench.wait(1)
    bench.decide(0, "day")
    bench.wait(5)
    bench.diary.settle()
    diary = bench.diary
    assert diary.switches == 3, "day to curfew is no change of level, nor is a relay's decision one"
    assert diary.on_us == 2 * HOUR_US
    assert diary.dark == [(unix(2026, 7, 13, 20), unix(2026, 7, 13, 23))]
    assert diary.dark_wh == pytest.approx(5.44 + 40 + 0.4), (
        "standby is drawn in the dark, and by day counts not"
    )


def test_tallies_add_up_and_tell_their_figures():
    parts = []
    for hours in (1, 3):
        bench = Bench()
        bench.decide(100, "schedule")
        bench.wait(hours)
        bench.decide(10, "schedule")
        bench.wait(hours)
        parts.append(Tally.of(bench.diary, bench.witness, bench.luminaire))
    figures = (parts[0] + parts[1]).figures()
    assert (figures["hours_on"], figures["switches"]) == (8, 4)
    assert figures["energy_wh"] == pytest.approx(4 * 40 + 4 * 5.44, abs=0.1)
    assert figures["saving"] == pytest.approx(1 - figures["energy_wh"] / 320, abs=2e-4)
    assert Tally().figures()["saving"] is None and Tally().figures()["passages_per_h"] is None


def test_a_replays_weeks_are_all_of_its_nights_with_people_of_their_own():
    weeks = Nights(16, Steady(3), seed=5).weeks()
    assert [week.nights for week in weeks] == [7, 7, 2]
    assert [week.begin_s - weeks[0].begin_s for week in weeks] == [0, 7 * 86400, 14 * 86400]
    assert (
        len({week.seed for week in weeks} | {week.seed for week in Nights(7, Steady(3), seed=6).weeks()}) == 4
    )


def test_a_witness_counts_at_night_and_looks_after_a_second():
    bench = Bench()
    bench.decide(0, "day")
    bench.wait(1)
    bench.witness.enter(1.4)
    bench.wait(7)
    assert (bench.witness.passages, bench.sensor.inside) == (0, 1), "by day nobody needs light"
    bench.decide(10, "schedule")
    bench.wait(1)
    for level in (100, 50):
        bench.decide(level, "presence")
        bench.witness.enter(1.4)
        bench.wait(0.01)
    assert (bench.witness.passages, bench.witness.lit_in_time) == (2, 1)


def test_a_lamp_that_takes_the_night_for_day_is_found_out():
    bench = Bench()
    bench.decide(0, "day")
    bench.wait(10)
    bench.witness.enter(1.4)
    bench.wait(0.01)
    assert (bench.witness.passages, bench.witness.lit_in_time) == (1, 0)


@pytest.mark.parametrize(("wanted", "kept"), [(0, 2), (1, 1), (3, 3)])
def test_an_album_keeps_the_busiest_night_or_the_one_asked_for(wanted, kept):
    bench = Bench()
    album = Album(bench.scheduler, bench.luminaire, bench.diary, bench.witness, wanted)
    for passages in (1, 3, 3):
        bench.decide(10, "schedule")
        bench.wait(9)
        for _ in range(passages):
            bench.witness.enter(1.4)
        bench.wait(1)
        bench.decide(0, "day")
        bench.wait(14)
        album.turn()
    page = album.kept
    assert page.number == kept
    assert len(page.passages) == (1, 3, 3)[kept - 1]
    assert page.moments == sorted(page.moments)
    assert page.moments[-1] - page.moments[0] <= 86_400
    assert {10, 0} <= {value for _, value, _ in page.decisions}
    assert 0.1 in page.levels and 0.0 in page.levels

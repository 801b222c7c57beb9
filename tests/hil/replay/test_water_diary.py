"""What a canopy's decisions are counted as."""

import pytest
from corolle.wire.words import REASONS, words
from corolle_hil.replay.water_diary import REFUSING, WaterDiary
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.climate import Weather
from corolle_hil.world.wet_bulb import wet_bulb_c

HOT = Weather(34.0, 30.0, 2.0, 0.0, 800.0)


class Bench:
    """A diary, and decisions for it."""

    def __init__(self):
        self.scheduler = Scheduler(1_783_900_800_000_000)
        self.diary = WaterDiary(self.scheduler, lambda _: HOT)

    def decide(self, output, value, reason):
        self.diary.take({"type": "decision", "output": output, "value": value, "reason": reason})

    def wait(self, seconds):
        self.scheduler.run(self.scheduler.now_us + seconds * 1_000_000)


def test_every_refusing_reason_is_a_word_on_the_air():
    assert set(words(REASONS)) >= REFUSING


def test_doses_are_openings_and_a_refusal_counts_each_time_it_begins():
    bench = Bench()
    for value, reason in (
        (0, "closed at boot"),
        (1, "dry soil"),
        (0, "dose given"),
        (1, "dry soil"),
        (0, "minimum interval"),
        (0, "frost guard"),
        (0, "minimum interval"),
        (1, "dry soil"),
        (1, "override until 12:00 by ops"),
        (0, "moist soil"),
    ):
        bench.decide("valve", value, reason)
    assert bench.diary.doses == 3
    assert bench.diary.refusals["valve"] == {"minimum interval": 2, "frost guard": 1}
    assert not bench.diary.refusals["mist"]


def test_mist_hours_have_their_pauses_and_cooling_has_not():
    """Two bursts of 20 s with their pauses of 40 s; purging is no mist."""
    bench = Bench()
    for _ in range(2):
        bench.decide("mist", 1, "hot air")
        bench.wait(20)
        bench.decide("mist", 0, "burst pause")
        bench.wait(40)
    bench.decide("mist", 1, "purging")
    bench.wait(60)
    bench.decide("mist", 0, "nobody there")
    bench.wait(3600)
    bench.diary.settle()
    assert (bench.diary.mist_s, bench.diary.nozzle_s) == (120, 40)
    depression_k = 34.0 - wet_bulb_c(34.0, 30.0)
    assert bench.diary.cooling_kh == pytest.approx(40 / 3600 * 0.67 * depression_k)
    assert 8 < 0.67 * depression_k < 10, "close to the nozzles it is 8 to 10 K cooler"


def test_mist_that_still_runs_at_the_end_is_counted_once():
    bench = Bench()
    bench.decide("mist", 1, "hot air")
    bench.wait(1800)
    bench.diary.settle()
    bench.diary.settle()
    assert bench.diary.mist_s == bench.diary.nozzle_s == 1800
    assert bench.diary.cooling_kh == pytest.approx(0.5 * 0.67 * (34.0 - wet_bulb_c(34.0, 30.0)))


def test_what_other_outputs_decide_is_not_its_business():
    bench = Bench()
    bench.decide("light", 100, "presence")
    bench.diary.take({"type": "event", "event": "boot"})
    assert bench.diary.doses == 0 and not bench.diary.decisions["valve"]

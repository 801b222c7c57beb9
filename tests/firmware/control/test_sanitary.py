"""The duties of public misting, step by step: what is refused, what is purged, and what is recorded."""

import random

from corolle.control.sanitary import MIST, PURGE, SHUT
from corolle.wire.sanitary_record import SANITARY
from corolle.wire.words import code_of
from sanitary_bench import DAY_S, HOUR_S, NOW, Line


def test_a_line_purged_an_hour_ago_is_misted_and_purged_at_the_stop():
    line = Line()
    assert line.step() == (SHUT, "")
    assert line.duties.state == "ready"
    assert line.step(wished=True, present=True) == (MIST, "")
    line.pass_by(600)
    assert line.step(dl=7030) == (MIST, "")
    assert line.duties.state == "misting"
    assert line.step(wished=False) == (SHUT, "somebody there")
    assert line.step(present=False) == (PURGE, "purging")
    assert line.wait(49) == (PURGE, "purging")
    assert line.wait(1) == (SHUT, "")
    assert line.words() == [("misting begun", 0), ("misting ended", 30), ("purged", 50)]


def test_a_purge_is_done_by_volume_and_not_by_time():
    line = Line()
    line.step(wished=True, present=True)
    line.flow_dl_min = 6
    line.step(wished=False, present=False)
    assert line.wait(499) == (PURGE, "purging")
    assert line.wait(2) == (SHUT, "")


def test_water_that_stood_for_a_day_is_purged_when_misting_is_likely_and_not_before():
    line = Line()
    line.pass_by(23 * HOUR_S + 1)
    assert line.step() == (SHUT, ""), "it is the weather that there is no mist for"
    assert line.step(present=True) == (SHUT, "")
    line.readings.present = False
    assert line.duties.state == "purge due"
    assert line.step(wished=True, present=True) == (SHUT, "somebody there")
    assert line.step(wished=False, likely=True, present=False) == (PURGE, "purging")
    assert line.wait(50) == (SHUT, "")
    assert line.step(wished=True, present=True) == (MIST, "")
    assert line.words() == [("purged", 50), ("misting begun", 0)]


def test_water_that_stood_for_less_than_a_day_is_not_purged_again():
    line = Line()
    line.pass_by(23 * HOUR_S)
    assert line.step(likely=True) == (SHUT, "")
    assert Line(idle_h=168).step(likely=True) == (SHUT, "")


def test_a_clock_that_was_set_back_proves_no_purge():
    line = Line()
    line.duties.memory.renewed_s = NOW + 2 * HOUR_S
    assert line.step(wished=True) == (PURGE, "purging")


def test_one_who_comes_soon_finds_the_line_in_use_and_a_quarter_of_an_hour_alone_is_a_stop():
    line = Line()
    line.step(wished=True, likely=True, present=True)
    assert line.step(wished=False, present=False) == (MIST, "")
    assert line.wait(14 * 60) == (MIST, "")
    assert line.step(wished=True, present=True) == (MIST, "")
    assert line.words() == [("misting begun", 0)]
    line.step(wished=False, present=False)
    assert line.wait(15 * 60)[0] == PURGE
    assert line.words() == [("misting ended", 0)]


def test_who_comes_during_a_purge_stops_it_at_once_and_it_begins_anew():
    line = Line()
    line.step(wished=True, present=True)
    line.step(wished=False, present=False)
    line.wait(40)
    assert line.step(present=True) == (SHUT, "somebody there")
    assert line.step(present=False) == (PURGE, "purging")
    assert line.wait(49) == (PURGE, "purging")
    assert line.wait(1) == (SHUT, "")


def test_who_stays_puts_the_purge_off_and_that_is_told_once():
    line = Line()
    line.step(wished=True, present=True)
    line.step(wished=False)
    line.words()
    line.wait(29 * 60)
    assert line.words() == []
    assert line.wait(600) == (SHUT, "somebody there")
    assert line.step(wished=True) == (SHUT, "somebody there")
    assert line.words() == [("purge put off", 30)]
    assert line.step(present=False)[0] == PURGE
    line.wait(10)
    line.step(present=True)
    line.wait(31 * 60)
    assert line.words() == [("purge put off", 30)]


def test_nobody_waits_for_a_purge_that_nobody_needs():
    line = Line()
    line.pass_by(25 * HOUR_S)
    line.step(present=True)
    line.wait(2 * HOUR_S)
    assert line.words() == []


def test_no_flow_during_a_purge_is_a_fault_and_tried_again():
    line = Line()
    line.step(wished=True, present=True)
    line.step(wished=False, present=False)
    line.wait(10)
    line.flow_dl_min = 0
    assert line.wait(59) == (PURGE, "purging")
    assert line.wait(2) == (SHUT, "no flow")
    assert line.duties.no_flow
    assert line.step(wished=True, present=True)[0] == SHUT
    line.step(wished=False, present=False)
    assert line.wait(14 * 60) == (SHUT, "no flow")
    line.flow_dl_min = 60
    line.wait(120)
    assert not line.duties.no_flow
    assert line.words()[-1] == ("purged", 50)


def test_without_a_clock_nothing_opens():
    line = Line()
    line.clock_known = False
    assert line.step(wished=True, present=False) == (SHUT, "clock unknown")
    assert line.words() == []


def test_nothing_opens_while_a_record_cannot_be_written():
    line = Line()
    line.readings.wished = True
    assert line.duties.step(line.uptime_s, line.now_s, line.readings)[0] == MIST
    assert line.duties.step(line.uptime_s, line.now_s, line.readings)[:2] == (SHUT, "sanitary lock")
    assert line.duties.records == [("misting begun", 0, "")]
    line.duties.records.clear()
    assert line.step()[0] == PURGE
    assert line.words() == [("misting ended", 0)]


def test_power_lost_while_people_are_misted():
    line = Line()
    line.step(wished=True, present=True)
    line.words()
    line.reboot()
    line.pass_by(60)
    assert line.step(dl=7044) == (SHUT, "somebody there")
    assert line.words() == [("misting ended", 44)]
    assert line.step(present=False)[0] == PURGE
    line.wait(30)
    line.reboot()
    line.step()
    assert line.wait(49) == (PURGE, "purging")


def test_an_outage_of_seven_weeks_in_the_midst_of_misting_is_a_long_stop():
    line = Line()
    line.step(wished=True, present=True)
    line.reboot()
    line.pass_by(49 * DAY_S)
    assert line.step() == (SHUT, "sanitary lock")
    assert line.words() == [("misting begun", 0), ("misting ended", 0), ("disinfection due", 49)]


def test_a_stop_of_more_than_six_weeks_is_found_and_told_once():
    line = Line()
    line.pass_by(42 * DAY_S - HOUR_S)
    assert line.step() == (SHUT, "")
    line.pass_by(HOUR_S)
    assert line.step(wished=True) == (SHUT, "sanitary lock")
    line.pass_by(DAY_S)
    line.step()
    assert line.words() == [("drain due", 42), ("disinfection due", 42)]
    line.order("cleaned")
    assert line.step(wished=False) == (PURGE, "purging")


def test_misting_without_an_end_is_no_stop():
    line = Line()
    line.step(wished=True, present=True)
    line.pass_by(43 * DAY_S)
    assert line.step() == (MIST, "")
    assert line.words() == [("misting begun", 0)]


def test_warm_water_is_told_once_with_hysteresis():
    line = Line()
    for water_c in (24.9, 25.0, 25.6, 24.4, 24.1, 23.9, None, 24.9):
        line.step(water_c=water_c)
    assert line.words() == [("water warm", 250), ("water cool", 239)]
    assert line.step(water_c=26.0, wished=True) == (MIST, "")


def test_warm_water_stops_the_misting_where_that_is_set():
    line = Line(warm_stop=1)
    assert line.step(wished=True, present=True, water_c=20.0)[0] == MIST
    assert line.step(water_c=25.0) == (SHUT, "sanitary lock")
    assert line.duties.state == "locked"
    # Its own purge may go on: what runs after may well be cooler.
    assert line.step(present=False) == (PURGE, "purging")
    line.wait(50)
    assert line.step() == (SHUT, "sanitary lock")
    assert line.step(water_c=23.5)[0] == MIST


def _live(line):
    """What may happen to a canopy in the next minutes."""
    dice = random.randint
    if dice(0, 99) == 0:
        line.reboot()
    if dice(0, 49) == 0:
        verbs = ("ban", "lift", "lab", "cleaned", "sampled", "drain")
        line.order(verbs[dice(0, 5)], (0, 9, 10, 1000)[dice(0, 3)], ("", "ars")[dice(0, 1)])
    line.flow_dl_min = (0, 60, 180)[dice(0, 2)]
    likely = dice(0, 3) > 0
    line.step(present=dice(0, 2) == 0, likely=likely, wished=likely and dice(0, 1) == 1, water_c=dice(15, 27))
    if dice(0, 19) == 0 and line.output == SHUT:
        line.pass_by(dice(1, 50) * HOUR_S)
    if dice(0, 299) == 0 and line.output == SHUT:
        line.pass_by(dice(1, 60) * DAY_S)


def test_whatever_happens_the_law_is_kept():
    misted = 0
    for seed in range(12):
        random.seed(seed)
        line = Line(warm_stop=seed & 1)
        purged_s, before = NOW - HOUR_S, line.duties.memory.pack()
        for _ in range(400):
            was = line.output
            _live(line)
            line.step()
            memory, words = line.duties.memory, line.words()
            for word, _ in words:
                code_of(SANITARY, word)
                if word == "purged":
                    purged_s = line.now_s
                elif word in ("misting ended", "cleaned", "drained", "disinfection due"):
                    purged_s = 0
            assert line.output != PURGE or not line.readings.present, seed
            if line.output == MIST:
                assert not line.duties.locked, seed
                if was != MIST:
                    misted += 1
                    assert line.now_s - purged_s <= 25 * HOUR_S, seed
            packed = memory.pack()
            assert words or packed == before, (seed, "a change without a record")
            before = packed
            line.wait(random.randint(1, 90))
    assert misted > 20, misted

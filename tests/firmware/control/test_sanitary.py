"""The duties of public misting, step by step: what is refused, what is purged, and what is recorded."""

import random

from corolle.control import sanitary_memory as memories
from corolle.control.sanitary import MIST, PURGE, SHUT, SanitaryDuties, SanitaryReadings
from corolle.control.sanitary_memory import SanitaryMemory
from corolle.control.sanitary_orders import carry_out
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.settings import rows
from corolle.wire.sanitary_record import SANITARY
from corolle.wire.words import REASONS, code_of

_NOW = 1_784_000_000  # 2026-07-14
_DAY_S = 86400
_HOUR_S = 3600


class _Line:
    """A mist line in service: cleaned in spring, sampled since, purged an hour ago, and nobody there."""

    def __init__(self, **changes):
        self.settings = {row[0]: row[1] for row in rows(CANOPY_SETTINGS)}
        self.settings.update(changes)
        memory = SanitaryMemory()
        memory.flags = memories.BEGUN
        memory.cleaned_s, memory.sampled_s = _NOW - 60 * _DAY_S, _NOW - 40 * _DAY_S
        memory.used_s = memory.renewed_s = _NOW - _HOUR_S
        self.duties = SanitaryDuties(self.settings, memory)
        self.readings = SanitaryReadings()
        self.readings.present = False
        self.readings.dl = 7000
        self.now_s = _NOW
        self.clock_known = True
        self.uptime_s = 100
        self.flow_dl_min = 60  # of an open purge valve
        self._drops = 0  # that the meter has not counted yet, 60 in a dL
        self.output = SHUT
        self.said: list = []

    def step(self, **changes):
        """One look; what was recorded goes to `said`."""
        for name in changes:
            setattr(self.readings, name, changes[name])
        now_s = self.now_s if self.clock_known else None
        self.output, reason, next_s = self.duties.step(self.uptime_s, now_s, self.readings)
        assert next_s > self.uptime_s
        if reason:
            code_of(REASONS, reason)
        self.said.extend(self.duties.records)
        self.duties.records.clear()
        return self.output, reason

    def wait(self, seconds):
        """Time goes by, a step each second while water is to run out, a step a minute otherwise."""
        answer = None
        while seconds > 0:
            s = min(seconds, 1 if self.output == PURGE else 60)
            self._run_out(s if self.output == PURGE else 0)
            self.pass_by(s)
            seconds -= s
            answer = self.step()
        return answer

    def _run_out(self, seconds):
        self._drops += seconds * self.flow_dl_min
        self.readings.dl += self._drops // 60
        self._drops %= 60

    def pass_by(self, seconds):
        """Time goes by and nobody looks."""
        self.uptime_s += seconds
        self.now_s += seconds

    def order(self, verb, value=0, author="ars"):
        """An order as the unit gives it."""
        duties = self.duties
        verdict = carry_out(duties.memory, duties.records, self.now_s, verb, value, author)
        self.said.extend(duties.records)
        duties.records.clear()
        return verdict

    def reboot(self):
        """The power was gone."""
        self.duties = SanitaryDuties(self.settings, SanitaryMemory(self.duties.memory.pack()))
        self.output, self.uptime_s = SHUT, 5

    def words(self):
        """What was recorded since the last call, as (word, value)."""
        said, self.said = self.said, []
        return [record[:2] for record in said]


def test_a_line_purged_an_hour_ago_is_misted_and_purged_at_the_stop():
    line = _Line()
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
    line = _Line()
    line.step(wished=True, present=True)
    line.flow_dl_min = 6
    line.step(wished=False, present=False)
    assert line.wait(499) == (PURGE, "purging")
    assert line.wait(2) == (SHUT, "")


def test_water_that_stood_for_a_day_is_purged_when_misting_is_likely_and_not_before():
    line = _Line()
    line.pass_by(23 * _HOUR_S + 1)
    assert line.step() == (SHUT, "purge due")
    assert line.duties.state == "purge due"
    assert line.step(wished=True, present=True) == (SHUT, "somebody there")
    assert line.step(wished=False, likely=True, present=False) == (PURGE, "purging")
    assert line.wait(50) == (SHUT, "")
    assert line.step(wished=True, present=True) == (MIST, "")
    assert line.words() == [("purged", 50), ("misting begun", 0)]


def test_water_that_stood_for_less_than_a_day_is_not_purged_again():
    line = _Line()
    line.pass_by(23 * _HOUR_S)
    assert line.step(likely=True) == (SHUT, "")
    assert _Line(idle_h=168).step(likely=True) == (SHUT, "")


def test_a_clock_that_was_set_back_proves_no_purge():
    line = _Line()
    line.duties.memory.renewed_s = _NOW + 2 * _HOUR_S
    assert line.step(wished=True) == (PURGE, "purging")


def test_who_comes_during_a_purge_stops_it_at_once_and_it_begins_anew():
    line = _Line()
    line.step(wished=True, present=True)
    line.step(wished=False, present=False)
    line.wait(40)
    assert line.step(present=True) == (SHUT, "somebody there")
    assert line.step(present=False) == (PURGE, "purging")
    assert line.wait(49) == (PURGE, "purging")
    assert line.wait(1) == (SHUT, "")


def test_who_stays_puts_the_purge_off_and_that_is_told_once():
    line = _Line()
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
    line = _Line()
    line.pass_by(25 * _HOUR_S)
    line.step(present=True)
    line.wait(2 * _HOUR_S)
    assert line.words() == []


def test_no_flow_during_a_purge_is_a_fault_and_tried_again():
    line = _Line()
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
    line = _Line()
    line.clock_known = False
    assert line.step(wished=True, present=False) == (SHUT, "clock unknown")
    assert line.words() == []


def test_nothing_opens_while_a_record_cannot_be_written():
    line = _Line()
    line.readings.wished = True
    assert line.duties.step(line.uptime_s, line.now_s, line.readings)[0] == MIST
    assert line.duties.step(line.uptime_s, line.now_s, line.readings)[:2] == (SHUT, "sanitary lock")
    assert line.duties.records == [("misting begun", 0, "")]
    line.duties.records.clear()
    assert line.step()[0] == PURGE
    assert line.words() == [("misting ended", 0)]


def test_power_lost_while_people_are_misted():
    line = _Line()
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
    line = _Line()
    line.step(wished=True, present=True)
    line.reboot()
    line.pass_by(49 * _DAY_S)
    assert line.step() == (SHUT, "sanitary lock")
    assert line.words() == [("misting begun", 0), ("misting ended", 0), ("disinfection due", 49)]


def test_a_new_unit_is_not_clean_until_somebody_says_so():
    line = _Line()
    line.duties = SanitaryDuties(line.settings, SanitaryMemory())
    assert line.step(wished=True) == (SHUT, "sanitary lock")
    assert line.duties.state == "disinfection due"
    assert line.words() == [("log begun", 0), ("disinfection due", 0)]
    assert line.order("cleaned", author="") == "refused"
    assert line.order("cleaned", author="plumber") == "accepted"
    assert line.said == [("cleaned", 0, "plumber")]
    assert line.step() == (PURGE, "purging")
    line.wait(50)
    assert line.step(present=True) == (MIST, "")


def test_a_stop_of_more_than_six_weeks_is_found_and_told_once():
    line = _Line()
    line.pass_by(42 * _DAY_S - _HOUR_S)
    assert line.step() == (SHUT, "purge due")
    line.pass_by(_HOUR_S)
    assert line.step(wished=True) == (SHUT, "sanitary lock")
    line.pass_by(_DAY_S)
    line.step()
    assert line.words() == [("disinfection due", 42)]
    line.order("cleaned")
    assert line.step(wished=False) == (PURGE, "purging")


def test_misting_without_an_end_is_no_stop():
    line = _Line()
    line.step(wished=True, present=True)
    line.pass_by(43 * _DAY_S)
    assert line.step() == (MIST, "")
    assert line.words() == [("misting begun", 0)]


def test_a_drained_line_stays_shut_until_it_was_cleaned():
    line = _Line()
    line.pass_by(3 * _DAY_S)
    assert line.order("drain", author="gardener") == "accepted"
    assert line.said == [("drained", 3, "gardener")]
    assert line.step(wished=True, likely=True) == (SHUT, "sanitary lock")
    assert line.duties.state == "drained"
    line.pass_by(40 * _DAY_S)
    line.step()
    assert line.words()[1:] == [("disinfection due", 43)]
    assert line.duties.state == "disinfection due"
    line.order("cleaned")
    assert line.duties.state == "purge due"


def test_warm_water_is_told_once_with_hysteresis():
    line = _Line()
    for water_c in (24.9, 25.0, 25.6, 24.4, 24.1, 23.9, None, 24.9):
        line.step(water_c=water_c)
    assert line.words() == [("water warm", 250), ("water cool", 239)]
    assert line.step(water_c=26.0, wished=True) == (MIST, "")


def test_warm_water_stops_the_misting_where_that_is_set():
    line = _Line(warm_stop=1)
    assert line.step(wished=True, present=True, water_c=20.0)[0] == MIST
    assert line.step(water_c=25.0) == (SHUT, "sanitary lock")
    assert line.duties.state == "locked"
    # Its own purge may go on: what runs after may well be cooler.
    assert line.step(present=False) == (PURGE, "purging")
    line.wait(50)
    assert line.step() == (SHUT, "sanitary lock")
    assert line.step(water_c=23.5)[0] == MIST


def test_a_ban_locks_until_it_is_lifted_over_a_reboot_too():
    line = _Line()
    line.step(wished=True, present=True)
    assert line.order("ban", author="") == "refused"
    assert line.order("ban", author="prefet 31") == "accepted"
    assert line.step() == (SHUT, "sanitary lock")
    line.reboot()
    assert line.duties.memory.author == "prefet 31"
    assert line.step() == (SHUT, "sanitary lock")
    assert line.order("lift", author="") == "refused"
    assert line.order("lift", author="prefet 31") == "accepted"
    assert line.order("lift", author="prefet 31") == "accepted"
    assert [record for record in line.said if record[2]] == [
        ("ban", 0, "prefet 31"),
        ("ban lifted", 0, "prefet 31"),
    ]
    assert line.step() == (SHUT, "somebody there")


def test_the_purge_at_the_stop_is_owed_under_a_ban_and_none_in_idle_times():
    line = _Line()
    line.step(wished=True, present=True)
    line.order("ban")
    assert line.step(present=False) == (PURGE, "purging")
    line.wait(50)
    line.pass_by(2 * _DAY_S)
    assert line.step(likely=True, wished=True) == (SHUT, "sanitary lock")


def test_laboratory_results_at_their_limits():
    for value, locked, preventive, words in (
        (0, False, False, ["lab result"]),
        (9, False, False, ["lab result"]),
        (10, False, True, ["lab result"]),
        (999, False, True, ["lab result"]),
        (1000, True, True, ["lab result", "lab stop"]),
        (65535, True, True, ["lab result", "lab stop"]),
    ):
        line = _Line()
        assert line.order("lab", value) == "accepted"
        assert line.said == [(word, value, "ars") for word in words]
        assert line.duties.locked == locked, value
        assert line.duties.memory.has(memories.PREVENTIVE) == preventive, value


def test_a_stop_by_the_laboratory_is_lifted_by_a_result_below_10_alone():
    line = _Line()
    line.order("lab", 4000)
    for verb, value in (("lift", 0), ("cleaned", 0), ("lab", 500), ("lab", 10)):
        line.order(verb, value)
        assert line.step(wished=True)[1] in ("sanitary lock", "purging"), verb
        assert line.duties.locked
    assert line.order("lab", 9, author="") == "refused"
    assert line.duties.locked
    line.words()
    line.order("lab", 9)
    assert line.words() == [("lab result", 9), ("lab lifted", 9)]
    assert not line.duties.locked


def test_samples_are_due_twice_a_year_and_14_days_after_a_cleaning_at_the_earliest():
    line = _Line()
    line.duties.memory.sampled_s = _NOW - 182 * _DAY_S
    line.step()
    assert line.words() == []
    line.order("cleaned")
    line.pass_by(_DAY_S)
    line.wait(120)
    assert ("sampling due", 0) not in line.words()
    line.pass_by(13 * _DAY_S - 181)
    line.step()
    assert line.order("sampled") == "refused"
    assert line.words() == []
    line.pass_by(61)
    line.step()
    line.step()
    assert line.words() == [("sampling due", 0)]
    assert line.order("sampled") == "accepted"
    line.step()
    assert line.words() == [("sampled", 0)]


def test_no_sample_is_asked_of_a_line_out_of_service():
    line = _Line()
    line.order("drain")
    line.pass_by(183 * _DAY_S)
    line.step()
    assert [word for word, _ in line.words()] == ["drained", "disinfection due"]


def test_an_order_of_another_kind_is_not_fitted():
    assert _Line().order("open", 60) == "not fitted"


def test_the_memory_comes_back_and_an_older_one_is_filled_up():
    memory = SanitaryMemory()
    memory.flags = memories.BANNED | memories.BEGUN
    memory.renewed_s, memory.used_s, memory.cleaned_s, memory.sampled_s = 4102444799, 3, 2, 1
    memory.begun_dl, memory.author = 1 << 31, "twelve bytes"
    record = memory.pack()
    assert SanitaryMemory(record).pack() == record
    assert SanitaryMemory(record + b"more").pack() == record
    assert SanitaryMemory(record[:6]).renewed_s == 4102444799
    assert SanitaryMemory(record[:6]).author == ""


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
        line.pass_by(dice(1, 50) * _HOUR_S)
    if dice(0, 299) == 0 and line.output == SHUT:
        line.pass_by(dice(1, 60) * _DAY_S)


def test_whatever_happens_the_law_is_kept():
    misted = 0
    for seed in range(12):
        random.seed(seed)
        line = _Line(warm_stop=seed & 1)
        purged_s, before = _NOW - _HOUR_S, line.duties.memory.pack()
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
                    assert line.now_s - purged_s <= 25 * _HOUR_S, seed
            packed = memory.pack()
            assert words or packed == before, (seed, "a change without a record")
            before = packed
            line.wait(random.randint(1, 90))
    assert misted > 20, misted

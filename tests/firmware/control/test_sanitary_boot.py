"""The memory is the sum of the log, whatever has happened to a line; and what feeds it is told once."""

import random

from corolle.control import sanitary_memory as memories
from corolle.control.sanitary_boot import fed, follow, lose
from corolle.control.sanitary_memory import SanitaryMemory
from corolle.wire.sanitary_record import Record
from sanitary_bench import DAY_S, NOW, Line


class _Logged(Line):
    """A line whose log is kept: (word, record)."""

    def __init__(self, **changes):
        super().__init__(**changes)
        self.duties.memory = SanitaryMemory()
        self.log: list = []

    def write(self):
        """Append what is new."""
        for word, value, author in self.said:
            self.log.append((word, Record(len(self.log) + 1, self.now_s, 0, 0, value, author, b"")))
        self.said.clear()


def _live(line):
    dice = random.randint
    line.step(
        present=dice(0, 1) == 1,
        wished=dice(0, 1) == 1,
        likely=dice(0, 1) == 1,
        water_c=(None, 20.0, 26.0)[dice(0, 2)],
    )
    line.write()
    if dice(0, 9) == 0:
        verbs = ("ban", "lift", "lab", "cleaned", "cleaned", "sampled", "drain")
        line.order(verbs[dice(0, 6)], (0, 9, 10, 1000)[dice(0, 3)])
        line.write()
    if line.output:
        line.wait(60)
        line.write()
    line.pass_by((60, 3600, DAY_S, 20 * DAY_S)[dice(0, 3)])


def test_a_memory_that_was_lost_is_the_sum_of_its_log():
    random.seed(7)
    seen = set()
    for _ in range(40):
        line = _Logged()
        for _ in range(60):
            _live(line)
        summed, kept = SanitaryMemory(), line.duties.memory
        for word, record in line.log:
            follow(summed, word, record, 1234)
            seen.add(word)
        assert summed.flags == kept.flags, (bin(summed.flags), bin(kept.flags), line.log[-5:])
        assert (summed.cleaned_s, summed.sampled_s) == (kept.cleaned_s, kept.sampled_s)
        assert summed.author == kept.author
        assert not summed.has(memories.MISTING) or summed.begun_dl == 1234
    assert len(seen) >= 15, sorted(seen)


def test_records_that_are_gone_may_have_told_of_any_lock():
    memory = SanitaryMemory()
    lose(memory)
    line = Line()
    line.duties.memory = memory
    for verb, value in (("cleaned", 0), ("lift", 0), ("lab", 10)):
        assert line.order(verb, value) == "accepted"
        assert line.duties.locked, verb
    assert line.order("lab", 9) == "accepted"
    assert not line.duties.locked
    assert [word for word, _ in line.words()] == [
        "cleaned",
        "ban lifted",
        "lab result",
        "lab result",
        "lab lifted",
    ]


def test_what_feeds_the_line_is_told_when_it_changes_and_the_line_is_cleaned_after():
    line = Line()
    memory, records = line.duties.memory, line.duties.records
    fed(memory, records, False)
    assert not records
    fed(memory, records, True)
    fed(memory, records, True)
    assert records == [("supply refused", 0, "")]
    records.clear()
    assert line.step(wished=True)[1] == "sanitary lock" and line.duties.state == "locked"
    for verb, value in (("lift", 0), ("cleaned", 0), ("lab", 0)):
        line.order(verb, value)
        assert line.duties.locked, "no order makes it a supply"
    fed(memory, records, False)
    assert records == [("disinfection due", 0, "")]
    records.clear()
    assert line.step(wished=True)[1] == "sanitary lock"
    line.order("cleaned")
    assert not line.duties.locked


def test_a_refused_supply_is_summed_up_too():
    memory = SanitaryMemory()
    follow(memory, "supply refused", Record(1, NOW, 0, 0, 0, "", b""), 0)
    assert memory.has(memories.REFUSED)
    follow(memory, "disinfection due", Record(2, NOW, 0, 0, 0, "", b""), 0)
    assert not memory.has(memories.REFUSED) and memory.has(memories.UNCLEAN)


def test_a_broken_log_waits_for_a_person_and_a_ban_goes_first():
    line = Line()
    memory = line.duties.memory
    memory.set(memories.BROKEN | memories.BANNED, True)
    memory.number = 40
    assert line.step(wished=True)[1] == "sanitary lock" and line.duties.locked
    assert line.order("lift", author="") == "refused"
    line.order("cleaned")
    line.order("lift", author="prefet 31")
    assert line.duties.locked and memory.trusted == 0
    line.order("lift", author="ops")
    assert not line.duties.locked and memory.trusted == 40
    assert line.said[1:] == [("ban lifted", 0, "prefet 31"), ("log accepted", 0, "ops")]
    summed = SanitaryMemory()
    follow(summed, "log broken", Record(40, NOW, 0, 0, 7, "", b""), 0)
    assert summed.has(memories.BROKEN)
    follow(summed, "log accepted", Record(41, NOW, 0, 0, 0, "ops", b""), 0)
    assert not summed.has(memories.BROKEN) and summed.trusted == 41

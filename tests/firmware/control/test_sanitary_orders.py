"""What people order, and what the node remembers of it: bans, results, cleanings, samples."""

from corolle.control import sanitary_memory as memories
from corolle.control.sanitary import MIST, PURGE, SHUT, SanitaryDuties
from corolle.control.sanitary_memory import SanitaryMemory
from sanitary_bench import DAY_S, NOW, Line


def test_a_new_unit_is_not_clean_until_somebody_says_so():
    line = Line()
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


def test_a_drained_line_stays_shut_until_it_was_cleaned():
    line = Line()
    line.pass_by(3 * DAY_S)
    assert line.order("drain", author="gardener") == "accepted"
    assert line.said == [("drained", 3, "gardener")]
    assert line.step(wished=True, likely=True) == (SHUT, "sanitary lock")
    assert line.duties.state == "drained"
    line.pass_by(40 * DAY_S)
    line.step()
    assert line.words()[1:] == [("disinfection due", 43)]
    assert line.duties.state == "disinfection due"
    line.order("cleaned")
    assert line.duties.state == "purge due"


def test_a_ban_locks_until_it_is_lifted_over_a_reboot_too():
    line = Line()
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
    line = Line()
    line.step(wished=True, present=True)
    line.order("ban")
    assert line.step(present=False) == (PURGE, "purging")
    line.wait(50)
    line.pass_by(2 * DAY_S)
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
        line = Line()
        assert line.order("lab", value) == "accepted"
        assert line.said == [(word, value, "ars") for word in words]
        assert line.duties.locked == locked, value
        assert line.duties.memory.has(memories.PREVENTIVE) == preventive, value


def test_a_stop_by_the_laboratory_is_lifted_by_a_result_below_10_alone():
    line = Line()
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
    line = Line()
    line.duties.memory.sampled_s = NOW - 182 * DAY_S
    line.step()
    assert line.words() == []
    line.order("cleaned")
    line.pass_by(DAY_S)
    line.wait(120)
    assert ("sampling due", 0) not in line.words()
    line.pass_by(13 * DAY_S - 181)
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
    line = Line()
    line.order("drain")
    line.pass_by(183 * DAY_S)
    line.step()
    assert [word for word, _ in line.words()] == ["drained", "disinfection due"]


def test_an_order_of_another_kind_is_not_fitted():
    assert Line().order("open", 60) == "not fitted"


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

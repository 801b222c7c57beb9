"""What a technician reads at the end."""

from corolle_tools.flash.errors import Refused
from corolle_tools.flash.flashing import Outcome
from corolle_tools.flash.listening import Verdict
from corolle_tools.flash.told import Bars, as_record, print_table, sentence, tray_record
from corolle_tools.flash.tray import Place
from corolle_tools.identity import Identity

_BOOT = {"event": "boot", "cause": "hard reset", "failed_boots": 0, "safe_mode": 0}
_TESTED = {"good": 11, "bad": 1, "untested": 2}
_UNIT = Identity.make("lamp-01", "lamp", "test", 43.6, 1.44)


def _outcome(verdict: Verdict) -> Outcome:
    return Outcome("/dev/ttyACM0", "lamp-01", "240ac480335f", ["a note"], 3, 2048, 84, verdict)


def test_a_unit_that_runs_is_good():
    assert sentence(_outcome(Verdict(_BOOT))) == (
        "good: lamp-01 on chip 240ac480335f at /dev/ttyACM0: 3 files written (2 KB), 84 unchanged; "
        "boots after hard reset\n  note: a note"
    )


def test_one_that_says_nothing_is_in_safe_mode_or_failed_its_test_is_bad():
    safe = _BOOT | {"failed_boots": 3, "safe_mode": 1}
    for verdict, why in (
        (Verdict(), "no boot line within 30 s"),
        (Verdict(safe), "in safe mode, 3 failed boots"),
        (Verdict(_BOOT, self_test=_TESTED), "self-test: 11 good, 1 bad, 2 untested"),
        (Verdict(_BOOT, is_untested=True), "no self-test within 150 s"),
        (Verdict(_BOOT, ["event=file path=/keys.json"]), "event=file path=/keys.json"),
    ):
        said = sentence(_outcome(verdict))
        assert said.startswith("bad: ")
        assert why in said
        assert not as_record(_outcome(verdict))["good"]


def test_a_tray_is_a_table_of_its_boards(capsys):
    ends = [
        (Place("/dev/ttyACM0", "240ac480335f", _UNIT), _outcome(Verdict(_BOOT))),
        (Place("/dev/ttyACM1", "240ac4803360", None), Refused("no unit for it")),
    ]
    print_table(ends)
    rows = capsys.readouterr().out
    assert "good" in rows
    assert "no unit for it" in rows
    assert tray_record(*ends[1]) == {
        "port": "/dev/ttyACM1",
        "unit": None,
        "chip": "240ac4803360",
        "good": False,
        "errors": ["no unit for it"],
    }


def test_bars_leave_nothing_where_there_is_nothing_to_show(capsys):
    with Bars():
        pass
    assert capsys.readouterr() == ("", "")
    with Bars() as bars:
        bars("files", 0.5)
    assert "files" in capsys.readouterr().err

"""The table of alarms is complete: all that can be raised has a severity, what to bring, where to look."""

import re
from pathlib import Path

import pytest
from corolle.wire import words
from corolle_gateway.alarm import kinds
from corolle_gateway.alarm.kinds import BRING, SEVERITIES, Kind

_GATEWAY = Path(__file__).parents[3] / "gateway"
_FAULTS = {*words.words(words.LAMP_FAULTS), *words.words(words.CANOPY_FAULTS)}
_RAISED = re.compile(
    r'(?:Sign|Probe|happened|_happened)\(\s*"(\w+)"|cls\(far, "(\w+)"|^CODE = "(\w+)"', re.MULTILINE
)
_ALL = kinds.kinds()


def _in_code() -> set[str]:
    texts = [path.read_text() for path in (_GATEWAY / "corolle_gateway/hub/alarming").glob("*.py")]
    return {"".join(found) for text in texts for found in _RAISED.findall(text)}


def test_every_fault_of_a_unit_has_its_kind():
    assert len(_FAULTS) > 30
    assert not _FAULTS - _ALL.keys()


def test_every_other_alarm_has_its_kind_and_no_kind_is_left_over():
    raised = _in_code()
    assert {"silent", "settingsDrift", "brokerAway", "impact", "sanitaryDoubt"} <= raised
    assert _ALL.keys() == _FAULTS | raised


@pytest.mark.parametrize("kind", _ALL.values(), ids=lambda kind: kind.code)
def test_an_entry_says_all_that_a_crew_needs(kind: Kind):
    assert kind.severity in SEVERITIES
    assert all(thing in BRING for thing in kind.bring)
    assert kind.bring or kind.severity == "info"
    for sentence in (kind.english, kind.french):
        assert sentence.endswith(".") and sentence[0].isupper()
    assert not re.search(r" [:;!?%]", kind.french), (
        "a French mark stands apart by a space that does not break"
    )
    assert kind.french != kind.english


def test_all_that_is_brought_is_brought_for_something():
    assert {thing for kind in _ALL.values() for thing in kind.bring} == set(BRING)


def test_what_concerns_water_electricity_or_sanitary_duties_cannot_wait():
    urgent = {"leak", "unexplainedFlow", "guardTripped", "supplyLoss", "doorOpen", "tilt", "impact"}
    sanitary = {"waterWarm", "mistLocked", "sanitaryLogBroken", "sanitaryDoubt"}
    assert {kind.code for kind in _ALL.values() if kind.severity == "urgent"} == urgent | sanitary


def test_what_this_version_does_not_know_waits_for_the_round():
    kind = kinds.kind_of("code 29")
    assert (kind.severity, kind.bring, kind.is_moment) == ("round", (), False)

"""A unit tests its own parts, and finds them sound."""

import pytest
from corolle_hil.bench.rig import NIGHT_S, Load
from corolle_hil.bench.waiting import ask, await_said

_SETTLED_S = 90  # a lamp that is new to its luminaire learns first
_LONGEST_S = 300
_NOON_S = NIGHT_S + 12 * 3600


def _judge(dut, measured):
    dut.wait(_SETTLED_S)
    ask(dut, "self-test")
    begun_s = dut.now_s
    ends = await_said(dut, _LONGEST_S, event="self_test", state="ends")
    verdict = dict(line.split("=", 1) for line in ask(dut, "verdict"))
    for part, found in verdict.items():
        measured.note(part, found)
    bad = [part for part, found in verdict.items() if found.startswith("bad")]
    good = [part for part, found in verdict.items() if found.startswith("good")]
    measured("parts found good", len(good), "", at_least=5)
    measured("parts found bad", len(bad), "", at_most=0)
    measured("the test takes", ends.at_s - begun_s, "s", at_most=_LONGEST_S)
    return verdict


@pytest.mark.needs("files")
def test_self_test_of_a_lamp(lamp, measured):
    lamp.start(NIGHT_S, Load())
    verdict = _judge(lamp, measured)
    assert verdict["dimmer"].startswith("good")


@pytest.mark.needs("files")
def test_self_test_of_a_canopy(canopy, measured):
    canopy.start(_NOON_S, Load())
    verdict = _judge(canopy, measured)
    assert verdict["valve"].startswith("good")

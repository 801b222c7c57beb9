"""A lamp joins its gateway over the air, reports, and does as it is told."""

import pytest
from corolle_hil.bench.rig import NIGHT_S, Load
from corolle_hil.bench.waiting import await_said, said, until

_LEVEL_PCT = 45
_LEARNING_S = 120  # a lamp that is new to its luminaire first learns how much each level draws


@pytest.mark.needs("files", "air", "light")
def test_join_and_command_over_the_air(lamp, measured):
    lamp.start(NIGHT_S, Load({"base_pct": 10}, joins=True))
    on_s = lamp.now_s
    joined = await_said(lamp, 300, event="joined")
    measured("from power to the session", joined.at_s - on_s, "s", at_most=120)
    ordered_s, before = lamp.now_s, len(lamp.heard)
    order = lamp.order("level", _LEVEL_PCT, 600)

    def acknowledged():
        return [each for each in lamp.answers(order) if each.record["status"] == "acknowledged"]

    answer = until(lamp, f"acknowledgement of order {order}", acknowledged, 120)[0]
    measured("order to acknowledgement", answer.at_s - ordered_s, "s", at_most=60)

    def obeys():
        decisions = said(lamp, before, type="decision", output="light")
        overridden = decisions and decisions[-1].record["reason"].startswith("override")
        return overridden and abs(100 * lamp.light() - _LEVEL_PCT) < 3

    until(lamp, f"light at {_LEVEL_PCT} % by override", obeys, _LEARNING_S)
    measured("order to light", lamp.now_s - ordered_s, "s", at_most=_LEARNING_S)
    measured("light", 100 * lamp.light(), "%", at_least=_LEVEL_PCT - 3, at_most=_LEVEL_PCT + 3)

"""A node's own console: what is typed is answered, checked like any order, and stops nothing."""

import re
from collections.abc import Iterator

import pytest
from console_node import ConsoleNode

_NIGHT_H = 23


@pytest.fixture
def lamp() -> Iterator[ConsoleNode]:
    node = ConsoleNode("lamp-s3", _NIGHT_H)
    node.run(60)  # it has learned its luminaire
    yield node
    node.close()


def test_the_crew_s_verbs_are_answered_at_the_port(lamp: ConsoleNode):
    shown = lamp.facts("show")
    assert shown["unit"].startswith("lamp 02c0ffee00000001 firmware=")
    assert shown["output"] == "10 schedule" and float(shown["power_w"]) > 3
    assert lamp.ask("command level 40 for 5m") == ["accepted, output=40 override"]
    assert any("by serial" in line for line in lamp.ask("log"))
    lamp.run(5)
    assert lamp.unit.snapshot()["level_pct"] == 40
    assert lamp.ask("command level 101") == ["! out of range"]
    assert lamp.ask("command dance")[0].startswith("! 'dance' is not one of")
    assert lamp.ask("command level much")[0].startswith("! ")
    assert lamp.ask("command level 9 for ever")[0].startswith("! for ever")
    assert lamp.ask("settings hold_s") == ["hold_s=60"]
    assert lamp.ask("settings hold_s=30 base_pct=20") == ["hold_s=30", "base_pct=20"]
    assert "from 5 to 900 s" in lamp.ask("settings hold_s=4")[0]
    assert len(lamp.ask("settings")) > 20
    assert re.fullmatch(r"2026-\d\d-\d\dT2[13]:0\d:\d\dZ", lamp.ask("time")[0])
    assert lamp.ask("time 5") == ["! a clock shows 2026 to 2099"]
    assert lamp.ask("time 99999999999999")[0].startswith("! ")
    assert lamp.ask("sesame")[0].startswith("! 'sesame' is no verb here")
    assert lamp.said(event="settings", by="serial")
    assert not lamp.said(event="restart")


def test_what_nobody_types_in_earnest_stops_nothing(lamp: ConsoleNode):
    for noise in ("x" * 5000, "", "\x00\x01\x04", "command", "time x", "settings =", "settings nil=1"):
        lamp.unit.board.type(noise)  # type: ignore[attr-defined]
        lamp.run(1)
    assert lamp.facts("show")["output"] == "10 schedule"
    assert not lamp.said(event="restart")
    assert lamp.unit.board.resets == {1: 1}


def test_a_restart_is_asked_for_and_orders_outlive_it(lamp: ConsoleNode):
    lamp.ask("command level 70 for 1h")
    assert lamp.ask("restart") == []
    lamp.run(30)
    assert lamp.said(event="restart", by="serial")
    assert sum(lamp.unit.board.resets.values()) == 2
    assert lamp.facts("show")["output"].startswith("70 override until")

"""What a unit will not run keeps nothing else from it, and is shown: against a node's own side of it."""

from types import SimpleNamespace
from typing import Any

import pytest
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import Settings
from corolle.units import wanted
from corolle_gateway.hub.standing import Standing

_ROOM = 51
_DAY_S = 86_400.0


class _Node:
    """A unit whose table may be another version's; it hears and answers at each of its reports."""

    def __init__(self, table: str):
        self.settings = Settings(table)
        self._common = SimpleNamespace(settings=self.settings, refused={}, log=lambda *_, **__: None)
        self._unit: Any = SimpleNamespace(look_again=lambda _: None)
        self.heard = 0

    def live(self, standing: Standing, days: int) -> None:
        for day in range(1, days + 1):
            if standing.is_due(day * _DAY_S):
                payload = standing.payload(_ROOM)
                assert payload
                standing.sends(day * _DAY_S)
                self.heard += 1
                standing.answered(wanted.take(self._common, self._unit, payload))


@pytest.mark.parametrize("known", [True, False])
def test_what_is_not_fitted_is_not_sent_again_and_keeps_nothing_back(known: bool):
    node = _Node(CANOPY_SETTINGS)
    standing = Standing("canopy", {"mist_on_s": 30, "start_vwc_pct": 20}, {} if known else None)
    if known:
        standing.runs({})  # as an earlier run of the gateway has kept it
    node.live(standing, 8)
    assert node.settings["start_vwc_pct"] == 20
    assert (standing.agreed, standing.refused) == (False, {"mist_on_s": "not fitted"})
    assert standing.reported and standing.reported["start_vwc_pct"] == 20
    assert node.heard == 2


def test_what_alone_is_wanted_and_not_fitted_is_not_taken_for_done():
    node = _Node(CANOPY_SETTINGS)
    standing = Standing("canopy", {"mist_on_s": 30}, None)
    standing.runs({})
    node.live(standing, 8)
    assert (standing.agreed, standing.refused) == (False, {"mist_on_s": "not fitted"})
    assert node.heard == 1


def _line(name: str) -> str:
    (found,) = (line for line in LAMP_SETTINGS.splitlines() if line.split()[:1] == [name])
    return found


def test_one_that_a_unit_refuses_does_not_keep_the_others_back():
    words = _line("hold_s").split(None, 4)
    narrower = " ".join([*words[:3], "60", words[4]])  # an older version's range
    node = _Node(LAMP_SETTINGS.replace(_line("hold_s"), narrower))
    standing = Standing("lamp", {"hold_s": 90, "base_pct": 25, "rise_ms": 100, "fall_ms": 300}, None)
    node.live(standing, 12)
    assert [node.settings[name] for name in ("base_pct", "rise_ms", "fall_ms")] == [25, 100, 300]
    assert list(standing.drift) == ["hold_s"] and standing.refused == {"hold_s": "refused"}
    standing.want({"hold_s": 45, "base_pct": 25})
    assert standing.refused == {}
    node.live(standing, 12)
    assert standing.agreed and node.settings["hold_s"] == 45


def test_one_that_a_unit_s_version_does_not_know_does_not_keep_the_others_back():
    node = _Node(LAMP_SETTINGS.replace(_line("hold_s") + "\n", ""))
    node.settings.set("zone_min", 120)
    standing = Standing("lamp", {"hold_s": 90, "base_pct": 25, "rise_ms": 100}, None)
    node.live(standing, 20)
    assert [node.settings[name] for name in ("base_pct", "rise_ms")] == [25, 100]
    assert standing.refused in ({}, {"hold_s": "refused"})  # unknown while it is asked once more

"""A backlog leaves room on a slow line, and only there."""

import pytest
from corolle_gateway.northbound.mqtt import IN_FLIGHT
from corolle_gateway.northbound.pace import Pace


def _settled(per_s: float, there_and_back_s: float) -> int:
    """What may be under way in the end on a line that is always given as much."""
    pace = Pace()
    pace.took(1, 1 / per_s + there_and_back_s)
    for _ in range(20):
        pace.took(pace.most, pace.most / per_s + there_and_back_s)
    return pace.most


@pytest.mark.parametrize(("per_s", "drained_s"), [(5, 0.8), (20, 0.65), (50, 0.6)])
def test_what_is_under_way_is_drained_in_about_half_a_second(per_s: float, drained_s: float):
    assert 0.5 <= _settled(per_s, 0.001) / per_s <= drained_s


@pytest.mark.parametrize(("per_s", "there_and_back_s"), [(100, 0.0), (100, 0.2), (20_000, 0.0), (1000, 2.0)])
def test_a_line_that_is_only_long_carries_what_it_can(per_s: float, there_and_back_s: float):
    assert _settled(per_s, there_and_back_s) == IN_FLIGHT


def test_one_answer_that_was_late_is_soon_forgotten():
    pace = Pace()
    pace.took(1, 0.02)
    pace.took(1, 30.0)
    assert pace.most == 1
    pace.took(1, 0.02)
    assert pace.most > IN_FLIGHT // 2


@pytest.mark.parametrize("there_and_back_s", [0.6, 0.8, 2.0])
def test_a_line_that_is_longer_than_it_was_carries_what_it_can(there_and_back_s: float):
    """As when a satellite takes over from a fibre: what was quick once is no measure any more."""
    pace = Pace()
    pace.took(1, 0.02)
    for _ in range(100):
        pace.took(pace.most, pace.most / 10_000 + there_and_back_s)
    assert pace.most == IN_FLIGHT

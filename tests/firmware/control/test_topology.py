"""How far neighbours are taken to stand: by what was set, by strength, and by the walks that posts see."""

from corolle.control.topology import Topology

_STEP_S = 20


def _row(placed=None, strengths=(-90, -86, -76, -77, -84, -92)):
    """Post 10, between 7, 8, 9 and 11, 12, 13, of which it has heard each so strongly."""
    topology = Topology(10, placed or {})
    for number, dbm in zip((7, 8, 9, 11, 12, 13), strengths):  # noqa: B905 - MicroPython's zip has no strict
        for _ in range(20):
            topology.heard(number, dbm)
    return topology


def _posts(topology):
    return [topology.posts(number) for number in (7, 8, 9, 11, 12, 13)]


def _walk(topology, now_s, numbers):
    for number in numbers:
        topology.passed(number, now_s)
        now_s += _STEP_S


def test_nobody_knows_whom_nobody_has_heard():
    assert Topology(10, {}).posts(9) == 0


def test_the_two_strongest_are_next_to_us_and_others_by_what_they_are_weaker():
    assert _posts(_row()) == [3, 2, 1, 1, 2, 4]


def test_one_that_a_wall_hides_is_found_by_those_who_walk():
    topology = _row(strengths=(-90, -74, -84, -77, -84, -92))
    assert topology.posts(9) > 1 and topology.posts(8) == 1
    for number in range(8):
        _walk(topology, number * 1000, range(7, 14) if number % 2 else range(13, 6, -1))
    assert _posts(topology) == [3, 2, 1, 1, 2, 3]


def test_people_who_cross_each_other_unsettle_nothing_for_long():
    topology = _row()
    for number in range(60):
        walk = list(range(7, 14))
        if number % 3 == 0:  # somebody else is at the far end meanwhile
            walk = [7, 13, 8, 12, 9, 10, 11]
        _walk(topology, number * 1000, walk)
    assert _posts(topology) == [3, 2, 1, 1, 2, 3]


def test_one_walk_is_enough_to_begin_with():
    topology = _row(strengths=(-84, -84, -84, -84, -84, -84))
    assert _posts(topology) == [1] * 6
    _walk(topology, 0, range(7, 14))
    assert _posts(topology) == [3, 2, 1, 1, 2, 3]


def test_what_was_set_holds_whatever_is_heard():
    topology = _row({9: 2, 11: 1})
    for number in range(8):
        _walk(topology, number * 1000, range(7, 14))
    assert (topology.posts(9), topology.posts(11)) == (2, 1)


def test_walks_an_hour_apart_are_not_one():
    topology = _row()
    for number in range(40):
        topology.passed(13, number * 3600)
        topology.passed(10, number * 3600 + 600)
    assert topology.posts(13) == 4


def test_strength_follows_slowly_and_memory_is_bounded():
    topology = _row()
    for number in range(1000):
        topology.heard(100 + number, -95)
    assert len(topology._near) == 12
    assert topology.posts(9) == topology.posts(11) == 1

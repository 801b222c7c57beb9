"""A walk along a street of posts, as the posts hear of it from each other."""

from corolle.control.neighbours import Neighbours, Passing
from corolle.control.walkers import CYCLIST, PEDESTRIAN, VEHICLE, hold_s, kind_of
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import rows

_SETTINGS = {row[0]: row[1] for row in rows(LAMP_SETTINGS)}


class _Row:
    """Posts 1, 2, 3 ... beside each other; what one tells reaches the next on both sides."""

    def __init__(self, posts):
        self.posts = [Neighbours(number) for number in range(1, posts + 1)]
        self.lit = {}
        self.frames = 0

    def saw(self, place, now_s, kind=PEDESTRIAN):
        """Somebody stands at a post; returns {place: level} of those who raise their light for it."""
        self.lit = {}
        self._spread(place, self.posts[place].saw(now_s, kind), now_s)
        return self.lit

    def _spread(self, place, passing, now_s):
        self.frames += 1
        for beside in (place - 1, place + 1):
            if 0 <= beside < len(self.posts):
                level_pct, until_s, onward = self.posts[beside].heard(passing, now_s, _SETTINGS)
                if level_pct:
                    assert until_s == now_s + hold_s(passing.kind, _SETTINGS)
                    self.lit[beside] = level_pct
                if onward:
                    self._spread(beside, onward, now_s)


def test_light_falls_off_with_the_distance():
    assert _Row(9).saw(4, 0) == {2: 55, 3: 100, 5: 100, 6: 55}
    assert _Row(3).saw(0, 0, VEHICLE) == {1: 100, 2: 82}


def test_each_kind_has_its_reach():
    for kind, reach in ((PEDESTRIAN, 2), (CYCLIST, 3), (VEHICLE, 5)):
        lit = _Row(21).saw(10, 0, kind)
        assert sorted(lit) == [place for place in range(10 - reach, 11 + reach) if place != 10]


def test_a_sighting_dies_out():
    row = _Row(100)
    row.saw(50, 0, VEHICLE)
    assert row.frames == 1 + 2 * 4


def test_behind_the_walker_nothing_is_lit_again():
    row = _Row(9)
    row.saw(2, 0)
    assert sorted(row.saw(3, 20)) == [4, 5]
    assert sorted(row.saw(4, 40)) == [5, 6]


def test_somebody_who_comes_the_other_way_is_lit_too():
    row = _Row(9)
    for place in (0, 1, 2):
        row.saw(place, place * 20)
    assert {5, 6} <= set(row.saw(7, 45))
    assert {4, 5} <= set(row.saw(6, 60))


def test_the_next_walk_is_a_new_one():
    row = _Row(9)
    for place in range(9):
        row.saw(place, place * 20)
    assert sorted(row.saw(0, 600)) == [1, 2]
    assert sorted(row.saw(1, 620)) == [2, 3]


def test_the_same_sighting_twice_and_ones_own_are_nothing():
    post = Neighbours(1)
    passing = Passing(2, 7, PEDESTRIAN)
    assert post.heard(passing, 0, _SETTINGS)[0] == 100
    assert post.heard(Passing(2, 7, PEDESTRIAN, 2, 3), 1, _SETTINGS) == (0, 0, None)
    assert post.heard(Passing(1, 9, PEDESTRIAN, 2, 2), 1, _SETTINGS) == (0, 0, None)


def test_what_is_passed_on_says_how_far_it_has_come_and_by_whom():
    onward = Neighbours(1).heard(Passing(2, 7, VEHICLE, 2, 3), 0, _SETTINGS)[2]
    assert (onward.origin, onward.sequence, onward.kind, onward.posts, onward.via) == (2, 7, VEHICLE, 3, 1)


def test_an_impossible_distance_is_nothing():
    for posts in (0, 3, 255):
        assert Neighbours(1).heard(Passing(2, 7, PEDESTRIAN, posts, 3), 0, _SETTINGS) == (0, 0, None)


def test_memory_stays_bounded_in_a_crowd():
    post = Neighbours(1)
    for number in range(2000):
        post.heard(Passing(2 + number % 40, number & 0xFF, PEDESTRIAN, 1, number % 40), number, _SETTINGS)
    assert len(post._known) <= 16 and len(post._sides) <= 4


def test_who_walks_at_this_speed():
    kinds = [kind_of(speed, _SETTINGS) for speed in (None, 0.0, 1.4, 2.49, 2.5, 7.4, 7.5, 14.0)]
    assert kinds == [PEDESTRIAN] * 4 + [CYCLIST] * 2 + [VEHICLE] * 2
    assert [hold_s(kind, _SETTINGS) for kind in (PEDESTRIAN, CYCLIST, VEHICLE)] == [60, 45, 30]

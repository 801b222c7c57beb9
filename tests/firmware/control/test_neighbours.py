"""A walk along a street of posts, as the posts hear of it from each other."""

from corolle.control.neighbours import Neighbours, Passing
from corolle.control.walkers import CYCLIST, PEDESTRIAN, VEHICLE, hold_s, kind_of
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import rows

_SETTINGS = {row[0]: row[1] for row in rows(LAMP_SETTINGS)}


def _placed(own):
    """Where the others of a row stand, as somebody has set it."""
    return {number: abs(number - own) for number in range(own - 9, own + 10) if number != own}


class _Row:
    """Posts 1, 2, 3 ... in a row; what one tells reaches `far` of them both ways; each hears it once."""

    def __init__(self, posts, far=1):
        self.posts = [Neighbours(number, _placed(number)) for number in range(1, posts + 1)]
        self.far = far
        self.lit = {}
        self.frames = 0
        self.sequence = 0
        self.known = set()

    def saw(self, place, now_s, kind=PEDESTRIAN):
        """Somebody stands at a post; returns {place: level} of those who raise their light for it."""
        self.lit = {}
        self.sequence += 1
        passing = self.posts[place].saw(now_s, kind)
        passing.sequence = self.sequence
        self._spread(place, passing, now_s)
        return self.lit

    def _spread(self, place, passing, now_s):
        self.frames += 1
        for beside in range(max(place - self.far, 0), min(place + self.far + 1, len(self.posts))):
            mark = beside, passing.sequence
            if beside != place and mark not in self.known:
                self.known.add(mark)
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


def test_an_advert_that_reaches_several_posts_at_once_makes_light_run_no_farther():
    for far in (2, 4, 7):
        row = _Row(21, far)
        assert row.saw(10, 0, VEHICLE) == _Row(21).saw(10, 0, VEHICLE)
        assert row.frames <= 1 + 2 * 4


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


def test_ones_own_sighting_is_nothing():
    post = Neighbours(1, {})
    assert post.heard(Passing(1, 9, PEDESTRIAN, 2, 2), 1, _SETTINGS) == (0, 0, None)


def test_what_is_passed_on_says_how_far_it_has_come_and_by_whom():
    onward = Neighbours(1, {}).heard(Passing(2, 7, VEHICLE, 2, 3), 0, _SETTINGS)[2]
    assert (onward.origin, onward.sequence, onward.kind, onward.posts, onward.via) == (2, 7, VEHICLE, 3, 1)


def test_an_impossible_distance_is_nothing():
    for posts in (0, 3, 255):
        assert Neighbours(1, {}).heard(Passing(2, 7, PEDESTRIAN, posts, 3), 0, _SETTINGS) == (0, 0, None)


def test_memory_stays_bounded_in_a_crowd():
    post = Neighbours(1, {})
    for number in range(2000):
        post.heard(Passing(2 + number % 40, number, PEDESTRIAN, 1, number % 40, -70), number, _SETTINGS)
    assert len(post.topology._near) <= 12 and len(post.topology._walk) <= 9


def test_who_walks_at_this_speed():
    kinds = [kind_of(speed, _SETTINGS) for speed in (None, 0.0, 1.4, 2.49, 2.5, 7.4, 7.5, 14.0)]
    assert kinds == [PEDESTRIAN] * 4 + [CYCLIST] * 2 + [VEHICLE] * 2
    assert [hold_s(kind, _SETTINGS) for kind in (PEDESTRIAN, CYCLIST, VEHICLE)] == [60, 45, 30]

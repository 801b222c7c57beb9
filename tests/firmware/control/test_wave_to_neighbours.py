"""A wave along a street, advert by advert: what one lamp builds is what the next one's light answers."""

from corolle.control.neighbours import Neighbours, Passing
from corolle.control.walkers import PEDESTRIAN, VEHICLE
from corolle.radio.key import Key
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import rows
from corolle.wire.errors import FrameError
from corolle.wire.wave import Wave

_SETTINGS = {row[0]: row[1] for row in rows(LAMP_SETTINGS)}
_NOW_S = 1_900_000_000


class _Post:
    def __init__(self, number):
        self.number = number
        self.level_pct = 0
        placed = {other: abs(other - number) for other in range(number - 9, number + 10) if other != number}
        self.neighbours = Neighbours(number, placed)
        self.wave = Wave(Key(b"the street's key"))

    def advert(self, passing):
        words = passing.origin, passing.sequence, passing.kind, passing.posts, passing.via
        return self.wave.build(*words, _NOW_S)

    def hear(self, data):
        """The advert that goes on from here, or None."""
        try:
            passing = Passing(*self.wave.read(data, _NOW_S))
        except FrameError:
            return None
        level_pct, _, onward = self.neighbours.heard(passing, _NOW_S, _SETTINGS)
        self.level_pct = max(self.level_pct, level_pct)
        return self.advert(onward) if onward else None


def _spread(posts, place, data):
    """Everybody within two places hears an advert; returns how many went on the air."""
    count, air = 0, [(place, data)]
    while air:
        place, data = air.pop(0)
        count += 1
        for ear in range(max(place - 2, 0), min(place + 3, len(posts))):
            onward = posts[ear].hear(data) if ear != place else None
            if onward:
                air.append((ear, onward))
    return count


def test_light_runs_ahead_and_the_wave_dies_out():
    posts = [_Post(0x80000000 + number) for number in range(30)]
    count = _spread(posts, 15, posts[15].advert(posts[15].neighbours.saw(_NOW_S, VEHICLE)))
    assert [post.level_pct for post in posts[10:21]] == [28, 46, 64, 82, 100, 0, 100, 82, 64, 46, 28]
    assert [post.level_pct > 0 for post in posts].count(True) == 10
    assert count <= 1 + 2 * 4


def test_a_thousand_adverts_of_strangers_light_nobody():
    posts = [_Post(0x80000000 + number) for number in range(3)]
    stranger = Wave(Key(bytes(16)))
    recorded = posts[1].wave.build(posts[1].number, 1, PEDESTRIAN, 1, posts[1].number, _NOW_S - 3600)
    for number in range(1000):
        forged = stranger.build(number, number, number % 3, 1, number, _NOW_S)
        changed = bytearray(recorded)
        changed[4 + number % 26] ^= 1 << number % 8
        for post in posts:
            for data in (forged, recorded, bytes(changed), recorded[: number % 30]):
                assert post.hear(data) is None
    assert [post.level_pct for post in posts] == [0] * 3

"""Light that runs ahead of a walker: what a lamp makes of what its neighbours see.

A lamp that sees somebody tells it; who hears it lights up by its distance in posts and passes it on, as far
as the walker's kind asks for. Where the walker goes to is told by the order in which sightings arrive.
"""

from corolle.control.walkers import hold_s
from corolle.wire.compat import const

_SAME_WALK_S = const(60)  # sightings closer together than this are steps of one walk
_KNOWN = const(16)  # so many sightings are known again
_SIDES = const(4)  # a post has at most so many next neighbours
_POSTS = ("pedestrian_posts", "cyclist_posts", "vehicle_posts")


class Passing:
    """A sighting: post `origin` saw its `sequence`-th passer-by, of a kind.

    `posts` is how far the origin is from whoever gets this (1: next to it), `via` who passed it on.
    """

    def __init__(self, origin: int, sequence: int, kind: int, posts: int = 1, via: int = 0):
        self.origin = origin
        self.sequence = sequence
        self.kind = kind
        self.posts = posts
        self.via = via or origin


class Neighbours:
    """One lamp's view of its street; `own` is its number in it."""

    def __init__(self, own: int):
        self._own = own
        self._sequence = 0
        self._known: list = []
        self._sides: dict = {}  # neighbour -> (posts, second) of the last sighting that came through it
        self._saw_s = -_SAME_WALK_S

    def saw(self, now_s: int, kind: int) -> Passing:
        """Somebody is here: what to tell the neighbours."""
        self._saw_s = now_s
        self._sequence = (self._sequence + 1) & 0xFF
        return Passing(self._own, self._sequence, kind)

    def heard(self, passing: Passing, now_s: int, settings) -> tuple:
        """(level in % or 0, second at which it ends, what to pass on or None)."""
        if passing.origin == self._own or self._knows(passing) or not passing.posts:
            return 0, 0, None
        reach = settings[_POSTS[passing.kind]]
        if passing.posts > reach or self._goes_away(passing, now_s):
            return 0, 0, None
        share = (reach - passing.posts + 1) / reach
        base_pct = settings["base_pct"]
        level_pct = base_pct + round((settings["presence_pct"] - base_pct) * share)
        onward = None
        if passing.posts < reach:
            onward = Passing(passing.origin, passing.sequence, passing.kind, passing.posts + 1, self._own)
        return level_pct, now_s + hold_s(passing.kind, settings), onward

    def _knows(self, passing: Passing) -> bool:
        mark = passing.origin << 8 | passing.sequence
        if mark in self._known:
            return True
        self._known.append(mark)
        del self._known[:-_KNOWN]
        return False

    def _goes_away(self, passing: Passing, now_s: int) -> bool:
        """Whether the walker was nearer before: on this side, or here."""
        before = self._sides.get(passing.via)
        if before is None and len(self._sides) >= _SIDES:
            self._sides.clear()
        self._sides[passing.via] = passing.posts, now_s
        if before and now_s - before[1] < _SAME_WALK_S:
            return passing.posts > before[0]
        return passing.posts == 1 and now_s - self._saw_s < _SAME_WALK_S

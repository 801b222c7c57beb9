"""Light that runs ahead of a walker: what a lamp makes of what its neighbours see.

A lamp that sees somebody tells it; who hears it lights up by its distance in posts and passes it on, as far
as the walker's kind asks for. An advert reaches several posts at once, so how far each of them stands is not
a matter of how often it was passed on: topology.py knows it. Where the walker goes to is told by the order in
which sightings arrive.
"""

from corolle.control.topology import Topology
from corolle.control.walkers import hold_s
from corolle.wire.compat import const

_SAME_WALK_S = const(60)  # sightings closer together than this are steps of one walk
_POSTS = ("pedestrian_posts", "cyclist_posts", "vehicle_posts")
_NOTHING = (0, 0, None)


class Passing:
    """A sighting: post `origin` saw its `sequence`-th passer-by, of a kind.

    `posts` is how far the origin is from whoever gets this (1: next to it), `via` who passed it on, `dbm` how
    strongly that one was received (0: not known).
    """

    def __init__(self, origin: int, sequence: int, kind: int, posts: int = 1, via: int = 0, dbm: int = 0):
        self.origin = origin
        self.sequence = sequence
        self.kind = kind
        self.posts = posts
        self.via = via or origin
        self.dbm = dbm


class Neighbours:
    """One lamp's view of its street; `own` is its number in it, `placed` what Topology is told.

    Sightings are each heard once: whoever receives them knows those that come again.
    """

    def __init__(self, own: int, placed: dict):
        self._own = own
        self.topology = Topology(own, placed)
        self._last = -1, 0  # (posts, second) of the last sighting within reach; 0: it was here

    def saw(self, now_s: int, kind: int) -> Passing:
        """Somebody is here: what to tell the neighbours. Its number is given where it is sent."""
        self._last = 0, now_s
        self.topology.passed(self._own, now_s)
        return Passing(self._own, 0, kind)

    def heard(self, passing: Passing, now_s: int, settings) -> tuple:
        """(level in % or 0, second at which it ends, what to pass on or None)."""
        topology = self.topology
        if passing.dbm:
            topology.heard(passing.via, passing.dbm)
        if passing.origin == self._own or not passing.posts:
            return _NOTHING
        posts = topology.posts(passing.origin) or passing.posts - 1 + (topology.posts(passing.via) or 1)
        topology.passed(passing.origin, now_s)
        reach = settings[_POSTS[passing.kind]]
        if posts > reach or self._goes_away(posts, now_s):
            return _NOTHING
        share = (reach - posts + 1) / reach
        base_pct = settings["base_pct"]
        level_pct = base_pct + round((settings["presence_pct"] - base_pct) * share)
        onward = None
        if posts < reach:
            onward = Passing(passing.origin, passing.sequence, passing.kind, posts + 1, self._own)
        return level_pct, now_s + hold_s(passing.kind, settings), onward

    def _goes_away(self, posts: int, now_s: int) -> bool:
        """Whether the walker was nearer before, or here."""
        before, moment_s = self._last
        self._last = posts, now_s
        return 0 <= before < posts and now_s - moment_s < _SAME_WALK_S

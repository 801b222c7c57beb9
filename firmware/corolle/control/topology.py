"""How many posts away a neighbour stands: as it was set, else as walkers teach it, else by its strength.

On a walk posts see somebody one after the other: who does so as the k-th before or after us is k posts away.
People cross each other's ways, so the median of many walks holds. Before anybody has walked by, strength has
to do: a street goes two ways, so the two strongest are next to us, and others are farther by what they are
weaker. Where it is not certain, a neighbour is taken for nearer: too much light harms less than too little.
"""

from corolle.wire.compat import const

_SAME_WALK_S = const(60)  # sightings closer together than this are steps of one walk
_STEPS = const(9)  # of a walk, that are remembered
_MOST = const(12)  # neighbours that are remembered: five posts both ways, and two round the corner
# Halfway from 1 post to 2, 2 to 3 ... in dB at a path loss exponent of 2.7, in eighths: 27 lg 1.5 and so on.
_FAINTER = b"\x26\x56\x76\x8d"


class Topology:
    """One post's view; `own` is its number. `placed`: number -> posts, as far as somebody has set it."""

    def __init__(self, own: int, placed: dict):
        self._own = own
        self._placed = placed
        self._near: dict = {}  # number -> [strength in 1/8 dBm, posts in quarters or 0]
        self._walk: list = []  # (number, second)

    def posts(self, number: int) -> int:
        """How many posts away that one stands, 0 when it is not known."""
        if number in self._placed:
            return self._placed[number]
        near = self._near.get(number)
        if near is None:
            return 0
        return (near[1] + 1) // 4 if near[1] else self._by_strength(near[0])

    def heard(self, number: int, dbm: int) -> None:
        """Its radio was received so strongly."""
        near = self._near
        if number in near:
            near[number][0] += dbm - near[number][0] // 8
            return
        if len(near) >= _MOST:
            near.pop(min(near, key=lambda each: near[each][0]))
        near[number] = [8 * dbm, 0]

    def passed(self, number: int, now_s: int) -> None:
        """That post, which may be ours, has seen somebody."""
        walk = self._walk
        if walk and now_s - walk[-1][1] >= _SAME_WALK_S:
            walk.clear()
        walk = [step for step in walk if step[0] != number]  # it sees him again: he has not gone on yet
        walk.append((number, now_s))
        self._walk = walk = walk[-_STEPS:]
        steps = [step[0] for step in walk]
        if number == self._own:
            for i in range(len(steps) - 1):
                self._learn(steps[i], len(steps) - 1 - i)
        elif self._own in steps:
            self._learn(number, len(steps) - 1 - steps.index(self._own))

    def _learn(self, number: int, posts: int) -> None:
        """Half a post towards what this walk says: such steps lead to the median."""
        near = self._near.get(number)
        if near is None:
            return
        quarters = near[1] or 4 * posts
        near[1] = quarters + 2 * ((4 * posts > quarters) - (4 * posts < quarters))

    def _by_strength(self, eighths_dbm: int) -> int:
        strongest = sorted([each[0] for each in self._near.values()])[-2:]
        fainter = max(strongest[0] - eighths_dbm, 0)
        return 1 + sum([fainter > limit for limit in _FAINTER])

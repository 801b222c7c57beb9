"""Who passes a lamp post, at what speed, and what the neighbours are to know of it."""

from corolle.control.walkers import PEDESTRIAN, hold_s, kind_of


class People:
    """`presences` are lamp_parts' Presences, of which `radar` is the one that tells speeds, or None.

    There is no way to the neighbours until attach().
    """

    def __init__(self, common, light, presences: list, radar):
        self._common = common
        self._light = light
        self.presences = presences
        self._radar = radar
        self._neighbours: tuple | None = None  # what they make of each other's sightings, and the way to them
        self._there = False
        self._kind = PEDESTRIAN
        self.unclassed = False  # somebody has come whose speed is not known yet

    def __bool__(self) -> bool:
        """Whether there are sensors at all."""
        return bool(self.presences)

    @property
    def present(self) -> bool:
        """Whether somebody is there, as far as sensors that work can tell."""
        return any(presence.present for presence in self.presences)

    def look(self, now_s: int) -> None:
        """Look who is there; light follows."""
        there, stuck = False, False
        for presence in self.presences:
            there = presence.look() or there
            stuck = presence.stuck or stuck
        self._common.faults.set("presenceStuck", stuck)
        if there and not self._there:
            self._came(now_s)
        self._there = there
        if there:
            self._light.seen(now_s, hold_s(self._kind, self._common.settings))

    def class_them(self, now_s: int) -> None:
        """Moments later the radar knows how fast they are, and so how long they need light, and how far."""
        self.unclassed = False
        kind = kind_of(self._radar.sensor.speed_m_s(), self._common.settings)
        if kind == self._kind:
            return
        self._kind = kind
        self._light.near_until_s = now_s + hold_s(kind, self._common.settings)
        self._tell_them(now_s, kind)

    def attach(self, tell, placed: dict) -> None:
        """There is a way to the neighbours: `tell` is called with each Passing that they should hear of.

        `placed`: how many posts away some of them are (number -> posts), as far as somebody has set it.
        """
        from corolle.control.neighbours import Neighbours

        self._neighbours = Neighbours(self._common.number, placed), tell

    def heard(self, words: tuple, now_s: int) -> None:
        """A neighbour tells of somebody, in the words of Passing."""
        from corolle.control.neighbours import Passing

        if not self._neighbours:
            return
        neighbours, tell = self._neighbours
        level_pct, until_s, onward = neighbours.heard(Passing(*words), now_s, self._common.settings)
        if onward:
            tell(onward)
        if level_pct:
            self._light.told(now_s, level_pct, until_s)

    def _came(self, now_s: int) -> None:
        self._kind = PEDESTRIAN
        self._tell_them(now_s, PEDESTRIAN)
        if self._radar and not self._radar.stuck:
            self._radar.sensor.fresh()
            self.unclassed = True

    def _tell_them(self, now_s: int, kind: int) -> None:
        if self._neighbours:
            neighbours, tell = self._neighbours
            tell(neighbours.saw(now_s, kind))

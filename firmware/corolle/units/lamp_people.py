"""Who passes a lamp post, at what speed, and what the neighbours are to know of it."""

from corolle.control.neighbours import PEDESTRIAN, Neighbours, hold_s, kind_of


class People:
    """`presences` are lamp_parts' Presences, of which `radar` is the one that tells speeds, or None.

    `tell` is called with each Passing that the neighbours should hear of; there may be no way to them yet.
    """

    def __init__(self, common, light, presences: list, radar):
        self._common = common
        self._light = light
        self._presences = presences
        self._radar = radar
        self._neighbours = Neighbours(common.number)
        self._there = False
        self._kind = PEDESTRIAN
        self.unclassed = False  # somebody has come whose speed is not known yet
        self.tell = _nobody_hears

    def __bool__(self) -> bool:
        """Whether there are sensors at all."""
        return bool(self._presences)

    @property
    def present(self) -> bool:
        """Whether somebody is there, as far as sensors that work can tell."""
        return any(presence.present for presence in self._presences)

    def look(self, now_s: int) -> None:
        """Look who is there; light follows."""
        there, stuck = False, False
        for presence in self._presences:
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
        self.tell(self._neighbours.saw(now_s, kind))

    def heard(self, passing, now_s: int) -> None:
        """A neighbour tells of somebody."""
        level_pct, until_s, onward = self._neighbours.heard(passing, now_s, self._common.settings)
        if onward:
            self.tell(onward)
        if level_pct:
            self._light.told(now_s, level_pct, until_s)

    def _came(self, now_s: int) -> None:
        self._kind = PEDESTRIAN
        self.tell(self._neighbours.saw(now_s, PEDESTRIAN))
        if self._radar and not self._radar.stuck:
            self._radar.sensor.fresh()
            self.unclassed = True


def _nobody_hears(passing) -> None:
    """There is no way to the neighbours."""

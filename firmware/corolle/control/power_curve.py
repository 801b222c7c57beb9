"""The power that a luminaire draws at each level: learned at commissioning, and what faults are judged by."""

import struct

from corolle.wire.compat import const

STEP_PCT = 10
POINTS = 11  # at 0, 10 ... 100 %

_LAYOUT = const("<11H")  # in 0.1 W
_LAYOUT_BYTES = const(22)
_LEAST_LIGHT_DW = const(20)  # a luminaire that draws less for its light than 2 W is none
_SLACK_DW = const(5)  # noise in which a curve may fall while the level rises


class PowerCurve:
    """`points` are eleven powers in 0.1 W, at 0, 10 ... 100 % of what the driver is asked for."""

    def __init__(self, points):
        self._points = tuple(points)

    @property
    def idle_w(self) -> float:
        """Power without light."""
        return self._points[0] / 10

    @property
    def dark_w(self) -> float:
        """Power of a driver whose light is gone: where the line through its least levels meets no light."""
        return max(self._points[0], 2 * self._points[1] - self._points[2]) / 10

    @property
    def full_w(self) -> float:
        """Power at full light."""
        return self._points[-1] / 10

    def power_w(self, level_pct: float) -> float:
        """Power to expect at a level, between the learned ones along a line."""
        if level_pct <= 0:
            return self.idle_w
        # Below 10 % a 0-10 V driver is at its least level, and draws what it draws there.
        place = max(1, min(int(level_pct) // STEP_PCT, POINTS - 2))
        below, above = self._points[place], self._points[place + 1]
        return (below + (above - below) * max(0, level_pct - place * STEP_PCT) / STEP_PCT) / 10

    def problem(self) -> str:
        """Why this can be no luminaire's curve, "" when it can."""
        points = self._points
        if points[-1] - points[0] < _LEAST_LIGHT_DW:
            return "no light is drawn for"
        if any(points[place] > points[place + 1] + _SLACK_DW for place in range(POINTS - 1)):
            return "power falls while the level rises"
        return ""

    def pack(self) -> bytes:
        """As the store keeps it."""
        return struct.pack(_LAYOUT, *self._points)


def unpack_curve(record: bytes | None) -> PowerCurve | None:
    """The curve that was kept, None when there is none."""
    if record is None or len(record) != _LAYOUT_BYTES:
        return None
    return PowerCurve(struct.unpack(_LAYOUT, record))


def rated_curve(rated_w: int) -> PowerCurve | None:
    """The straight line to a rated power, None where none is known."""
    return PowerCurve(rated_w * place for place in range(POINTS)) if rated_w else None

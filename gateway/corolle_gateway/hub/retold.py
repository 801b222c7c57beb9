"""One event in two frames is one event: a unit tells it anew until it hears that it was heard."""

from typing import NamedTuple

from corolle_gateway.hub.bodies import Body
from corolle_gateway.model import unix_s

# At most so many events of all units are remembered: 9 MB, where there are so many.
_REMEMBERED = 20_000
# So many events wait in a unit for an acknowledgement. After more than that were heard of it, what is alike is
# another event that has come to the same number.
_WAITING = 16
# Without a clock all boots of a unit are alike but for their number. It pauses for an hour and a half at most,
# for six at its slowest data rate once it has been unheard for half a day.
_NO_CLOCK_S = 12 * 3600.0


class _Told(NamedTuple):
    event: str
    value: int
    at: str | None  # when it happened; None: the unit did not know
    received_s: float
    place: int  # among the unit's events


class Retold:
    """Remembers the events that are stored, by their unit and number. They are told apart by all they say."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, int], _Told] = {}  # the oldest first
        self._counts: dict[str, int] = {}

    def put(self, unit: str, body: Body) -> None:
        """An event is stored."""
        count = self._counts[unit] = self._counts.get(unit, 0) + 1
        key = unit, body["seq"]
        self._told.pop(key, None)
        self._told[key] = _told(body, count)
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]

    def forget(self, unit: str) -> None:
        """The unit has another controller, which counts for itself."""
        for key in [key for key in self._told if key[0] == unit]:
            del self._told[key]

    def is_known(self, unit: str, body: Body) -> bool:
        """Whether an event is stored already."""
        before = self._told.get((unit, body["seq"]))
        if before is None:
            return False
        now = _told(body, self._counts[unit])
        if now[:3] != before[:3] or now.place - before.place >= _WAITING:
            return False
        return now.at is not None or abs(now.received_s - before.received_s) < _NO_CLOCK_S


def _told(body: Body, place: int) -> _Told:
    at = None if body["time"] == body["received"] else body["time"]
    return _Told(body["event"], body["value"], at, unix_s(body["received"]), place)

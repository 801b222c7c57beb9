"""One event in two frames is one event: a unit tells it anew until it hears that it was heard."""

from typing import NamedTuple

from corolle_gateway.hub.bodies import Body
from corolle_gateway.model import Guard, Uplink, unix_s
from corolle_gateway.pending import Pending
from corolle_gateway.store import messages

# At most so many events of all units are remembered: 9 MB, where there are so many.
_REMEMBERED = 20_000
# So many events wait in a unit for an acknowledgement. After more than that were heard of it, what is alike
# is another event that has come to the same number.
_WAITING = 16
# Without a clock all boots of a unit are alike but for their number. It pauses for an hour and a half at
# most, for six at its slowest data rate once it has been unheard for half a day.
_NO_CLOCK_S = 12 * 3600.0

_Name = tuple[str, int]  # the unit's, and the event's number


class _Told(NamedTuple):
    event: str
    value: int
    at: str | None  # when it happened; None: the unit did not know
    received_s: float
    place: int  # among the unit's events


class Retold:
    """Remembers events by their unit and number. They are told apart by all they say."""

    def __init__(self) -> None:
        self._told: dict[_Name, _Told] = {}  # the oldest first
        self._under_way: dict[_Name, str] = {}  # into the store: the key of the message
        self._places: dict[str, int] = {}

    def put(self, unit: str, body: Body) -> None:
        """An event is known."""
        place = self._places[unit] = self._places.get(unit, 0) + 1
        name = unit, body["seq"]
        self._told.pop(name, None)
        self._told[name] = _told(body, place)
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]

    def forget(self, unit: str) -> None:
        """The unit has another controller, which counts for itself."""
        for name in [name for name in self._told if name[0] == unit]:
            del self._told[name]

    def taken(self, uplink: Uplink, body: Body, stored: Pending[bool]) -> None:
        """An event is on its way into the store; if it does not get there, it is welcome again."""
        name = uplink.unit.name, body["seq"]
        self.put(uplink.unit.name, body)
        self._under_way[name] = uplink.key

        def ended(done: Pending[bool]) -> None:
            self._under_way.pop(name, None)
            if not done.came_true:
                self._told.pop(name, None)

        stored.then(ended)

    def is_known(self, unit: str, body: Body) -> bool:
        """Whether an event was told before."""
        before = self._told.get((unit, body["seq"]))
        if before is None:
            return False
        now = _told(body, self._places[unit])
        if now[:3] != before[:3] or now.place - before.place >= _WAITING:
            return False
        return now.at is not None or abs(now.received_s - before.received_s) < _NO_CLOCK_S

    def once_stored(self, unit: str, body: Body, guard: Guard) -> Guard:
        """`guard` for a frame that tells a known event: it is acknowledged when the event is stored."""
        key = self._under_way.get((unit, body["seq"]))
        return guard if key is None else lambda db: messages.is_kept(db, unit, key) and guard(db)


def _told(body: Body, place: int) -> _Told:
    at = None if body["time"] == body["received"] else body["time"]
    return _Told(body["event"], body["value"], at, unix_s(body["received"]), place)

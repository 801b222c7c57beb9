"""Readings that take turns in a unit's adverts, told to the city together."""

from corolle_gateway.links.ble.neighbours import Neighbour
from corolle_gateway.links.ble.outside import Memory, Receiver
from corolle_gateway.model import BleRadio, Sensed
from corolle_gateway.pending import Pending

_EVERY_S = 300.0
# Told, and not committed yet: while the disk is slow readings wait as what they are, not as messages of some
# 8 kB each, of which Python gives back little.
_MOST_UNSTORED = 64
_FIRST_S = 45.0  # a turn lasts ten seconds, and a canopy has four


class Gathering:
    """What is told uses up the advert's counter in the same commit; so what was told never comes twice."""

    def __init__(self, memory: Memory, receiver: Receiver):
        self._memory = memory
        self._receiver = receiver
        self._unstored = 0

    def add(self, neighbour: Neighbour, readings: list[tuple[int, float]]) -> None:
        """A turn of a unit that was heard just now; newer readings take the place of older ones."""
        now_s = neighbour.heard_s
        if not neighbour.gathering_s or now_s < neighbour.gathering_s:  # or the clock was set back
            neighbour.gathering_s = now_s - _EVERY_S + _FIRST_S
        turn: dict[int, list[float]] = {}
        for object_id, value in readings:
            turn.setdefault(object_id, []).append(value)
        neighbour.readings |= turn
        is_due = neighbour.readings and now_s - neighbour.gathering_s >= _EVERY_S
        if is_due and self._unstored < _MOST_UNSTORED:
            self._tell(neighbour, now_s)

    def _tell(self, neighbour: Neighbour, now_s: float) -> None:
        counter, radio = neighbour.counter, BleRadio(neighbour.rssi_dbm)
        told = Sensed(neighbour.unit, neighbour.message_key, neighbour.readings, now_s, radio)
        neighbour.readings, neighbour.gathering_s = {}, now_s
        guard = self._memory.advance(neighbour.unit.name, neighbour.key_mark, counter)
        accepted = self._receiver.sense(told, guard)
        self._unstored += 1
        accepted.stored.then(self._decided)
        if accepted.message_id is not None:
            self._receiver.settle(accepted.message_id)

    def _decided(self, _: Pending[bool]) -> None:
        """It is stored, or will not be."""
        self._unstored -= 1

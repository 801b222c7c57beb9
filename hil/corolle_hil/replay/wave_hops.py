"""How long news of a passer-by takes from post to post, seen from the air."""

import struct
from collections.abc import Callable

from corolle_hil.ble.antenna import Antenna
from corolle_hil.ble.pdu import Broadcast
from corolle_hil.scheduler import Scheduler

_HEAD = b"\x1d\xff\xff\xff"  # of a wave's advert; wire/wave.py has the layout
_BODY = struct.Struct("<BIIIBI")

Sighting = tuple[int, int]  # who saw, and which of its passers-by


class Hops:
    """Hops of one row while `on`; `lasted_us` has each.

    A hop ends when a post within the sighting's reach receives it for the first time, and began when the one
    it has it from knew of it: when that one received it itself, or, at the post that saw somebody, when it
    began to tell. So the time that news waits in a post is in it.

    Args:
        place_of: a post's place in the row, by the name of its antenna.
        reach: how many posts on news of a kind is for.
    """

    def __init__(
        self, scheduler: Scheduler, place_of: Callable[[str], int | None], reach: Callable[[int], int]
    ):
        self.on = False
        self.lasted_us: list[int] = []
        self._scheduler = scheduler
        self._place_of = place_of
        self._reach = reach
        self._known: dict[Sighting, dict[int, int]] = {}  # place -> since when it knows
        self._origins: dict[int, int] = {}  # number of a post -> its place

    def watch(self, sender: Antenna, receiver: Antenna | None, broadcast: Broadcast) -> None:
        """A PDU, as BleAir tells of it."""
        place = self._place_of(sender.name)
        if place is None or broadcast.data[:4] != _HEAD:
            return
        _, origin, sequence, via, kind, _ = _BODY.unpack(broadcast.data[4:-8])
        known = self._known.setdefault((origin, sequence), {})
        if receiver is None:
            if via == origin:
                self._origins[origin] = place
                known.setdefault(place, self._scheduler.now_us)
        else:
            self._receive(known, place, self._place_of(receiver.name), origin, kind >> 4)

    def _receive(
        self, known: dict[int, int], sender: int, receiver: int | None, origin: int, kind: int
    ) -> None:
        now_us = self._scheduler.now_us
        if receiver is None or known.setdefault(receiver, now_us) != now_us:
            return
        if self.on and abs(receiver - self._origins[origin]) <= self._reach(kind):
            self.lasted_us.append(now_us - known[sender])

"""What waits to be sent: bounded, by priority, and what does not fit is counted.

An event is more than sent: it stays until the network has acknowledged it, and has its turn again and again.
"""

import time

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

ACK = const(0)
EVENT = const(1)
REPORT = const(2)

_PACE = ("corolle.radio.lorawan.retry_pace", "corolle.radio.lorawan.join_pace")
_RESERVED = const(4)  # one place in so many is not for events that wait for an acknowledgement
_GROUP_WITHIN_MS = const(60_000)  # what a whole street has heard is not answered by all at once


class SendQueue:
    """Items are (priority, port, payload); within a priority the oldest goes first. `rng`: of mac.py."""

    def __init__(self, limit: int, rng):
        self._limit = limit
        self._items = []
        self._unheard = []  # events that were sent, the one that was sent last at the end
        self._rng = rng
        self._retry = None  # of retry_pace.py, one for all of them: they wait for the same network
        self._due = time.ticks_ms()  # when one of them has its turn
        self._silent = False  # whether the network was, when an event was sent last
        self._is_retry = False  # of the event that was sent last
        self.dropped = self.retries = 0
        self.given_up = 0  # events among those dropped

    def __len__(self) -> int:
        """How many have not been sent yet."""
        return len(self._items)

    def push(self, priority: int, port: int, payload: bytes) -> bool:
        """Queue a payload; False when the queue is full of what matters more.

        A full queue gives up its oldest item of the lowest priority: counters are cumulative, so the newest
        report says all that an older one did.
        """
        if len(self._items) + len(self._unheard) == self._limit and not self._make_room(priority):
            return False
        place = len(self._items)
        while place and self._items[place - 1][0] > priority:
            place -= 1
        self._items.insert(place, (priority, port, payload))
        return True

    def first(self):
        """The item whose turn it is, or None. One that has been sent goes behind new ones of its priority."""
        item = self._items[0] if self._items else None
        if self._unheard and (item is None or item[0] > EVENT) and not self.again_ms():
            return self._unheard[0]
        return item

    def again_ms(self) -> int | None:
        """Time until an event has its turn again, None when none waits for that."""
        return max(time.ticks_diff(self._due, time.ticks_ms()), 0) if self._unheard else None

    def done(self, item) -> None:
        """An item can never be sent, or an event was acknowledged."""
        for items in (self._items, self._unheard):
            if item in items:
                items.remove(item)

    def sent(self, item) -> None:
        """An item is on the air: done with, unless it is an event."""
        self._is_retry = item in self._unheard
        self.retries += self._is_retry
        self.done(item)
        if item and item[0] == EVENT:
            if len(self._unheard) >= self._limit - self._limit // _RESERVED:
                self._unheard.pop(0)
                self.dropped += 1
                self.given_up += 1
            self._unheard.append(item)

    def acknowledged(self, item) -> None:
        """The network has an event (None: it has let the node in), and the next one may try at once."""
        self.done(item)
        self._silent = False
        self._retry = None
        self._due = time.ticks_ms()

    def unheard(self, airtime_us: int, silent: bool) -> None:
        """Nobody acknowledged the event that was sent last, which took so much time on air.

        `silent`: nothing at all was heard. A new event that fails beside others puts off none of them.
        """
        self._silent = silent
        if self._is_retry or len(self._unheard) == 1:
            with borrowed(*_PACE) as pace:
                self._retry, pause_ms = pace.retry(self._retry, airtime_us, self._rng)
            self._due = time.ticks_add(time.ticks_ms(), pause_ms)

    def heard(self, by_all: bool) -> None:
        """The network was heard, `by_all` if others heard the same; after a silence it is tried again.

        The pause after that is no shorter, and who speaks but does not acknowledge is not tried more often.
        """
        again_ms = self.again_ms()
        if self._silent and again_ms:
            wait_ms = (
                int.from_bytes(self._rng(2), "little") % min(_GROUP_WITHIN_MS, again_ms) if by_all else 0
            )
            self._due = time.ticks_add(time.ticks_ms(), wait_ms)
        self._silent = False

    def _make_room(self, priority: int) -> bool:
        """Give something up; False when it is what is to be queued."""
        lowest = max(self._items[-1][0] if self._items else ACK, EVENT if self._unheard else ACK)
        self.dropped += 1
        self.given_up += max(lowest, priority) == EVENT
        if lowest < priority:
            return False
        if lowest == EVENT and self._unheard:
            self._unheard.pop(0)
        else:
            self._items.pop(next(i for i in range(self._limit) if self._items[i][0] == lowest))
        return True

"""What waits to be sent: bounded, by priority, and what does not fit is counted."""

from corolle.wire.compat import const

ACK = const(0)
EVENT = const(1)
REPORT = const(2)


class SendQueue:
    """Items are (priority, port, payload); within a priority the oldest goes first."""

    def __init__(self, limit: int):
        self._limit = limit
        self._items = []
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    def push(self, priority: int, port: int, payload: bytes) -> bool:
        """Queue a payload; False when the queue is full of what matters more.

        A full queue gives up its oldest item of the lowest priority: counters are cumulative, so the newest
        report says all that an older one did.
        """
        if len(self._items) == self._limit:
            self.dropped += 1
            lowest = self._items[-1][0]
            if lowest < priority:
                return False
            oldest = next(i for i in range(self._limit) if self._items[i][0] == lowest)
            self._items.pop(oldest)
        place = len(self._items)
        while place and self._items[place - 1][0] > priority:
            place -= 1
        self._items.insert(place, (priority, port, payload))
        return True

    def first(self):
        """The item whose turn it is, or None."""
        return self._items[0] if self._items else None

    def done(self, item) -> None:
        """An item was sent, or can never be."""
        if item in self._items:
            self._items.remove(item)

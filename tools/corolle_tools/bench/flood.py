"""Many datagrams as fast as the gateway acknowledges them, until each has been."""

import time
from collections.abc import Sequence

from corolle_tools.bench.forwarder import Forwarder

_AGAIN_S = 1.0


class Flood:
    """At most `window` datagrams from the oldest unacknowledged one on; the token of each is its place.

    UDP may lose a datagram, and an acknowledgement as well: a socket's buffer is full while its process waits
    for a core. Unanswered ones are sent again after a second. A unit's frames must not overtake each other,
    or the late one is a replay: among `window` datagrams there may be but one of each unit.
    """

    def __init__(self, forwarder: Forwarder, datagrams: Sequence[bytes], window: int):
        self._forwarder = forwarder
        self._datagrams = datagrams
        self._window = window
        self._next = self._oldest = 0
        self._waiting: dict[int, float] = {}  # token: when it was sent last, oldest first
        self.again = 0  # how many were sent once more

    @property
    def acknowledged(self) -> int:
        """How many the gateway has stored."""
        return self._next - len(self._waiting)

    @property
    def is_over(self) -> bool:
        """Whether it has stored all."""
        return self.acknowledged == len(self._datagrams)

    def push(self) -> None:
        """Take the acknowledgements that have come, and send what there is room for."""
        self._forwarder.receive()
        now_s = time.monotonic()
        for token in self._forwarder.acknowledged:
            self._waiting.pop(token, None)
        self._forwarder.acknowledged.clear()
        while self._oldest < self._next and self._oldest not in self._waiting:
            self._oldest += 1
        while self._next < min(len(self._datagrams), self._oldest + self._window):
            self._send(self._next, now_s)
            self._next += 1
        while self._waiting and now_s - next(iter(self._waiting.values())) > _AGAIN_S:
            token = next(iter(self._waiting))
            del self._waiting[token]
            self._send(token, now_s)
            self.again += 1

    def _send(self, token: int, now_s: float) -> None:
        self._waiting[token] = now_s
        self._forwarder.send(self._datagrams[token])

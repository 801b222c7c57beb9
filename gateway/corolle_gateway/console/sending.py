"""What waits to go out over the line: answers in full, of the live log the newest that there is room for."""

import asyncio
from collections import deque
from collections.abc import Callable

_MOST_BYTES = 8192  # of answers and echoes
_LOW_BYTES = 1024
_MOST_LINES = 64  # of the live log


class Sending:
    """Nothing here waits for a terminal but `room`, and that only who shows it something.

    Attributes:
        dropped: live lines that there was no room for, in all.
        tell_dropped: what to say in the place of so many lines.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._live: deque[bytes] = deque()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._gap = 0  # live lines dropped, and not yet told of
        self.dropped = 0
        self.tell_dropped: Callable[[int], str] = lambda count: f"[{count}]\r\n"

    def put(self, text: str) -> None:
        """Send at once what there is room for."""
        data = text.encode(errors="replace")
        if len(self._waiting) + len(data) > _MOST_BYTES:
            return
        self._waiting += data
        self._filled.set()

    def put_live(self, line: str) -> None:
        """Send a line of the live log; the oldest that waits goes when there are too many."""
        if len(self._live) >= _MOST_LINES:
            self._live.popleft()
            self._gap += 1
            self.dropped += 1
        self._live.append(line.encode(errors="replace"))
        self._filled.set()

    def drop_live(self) -> None:
        """Nobody wants to see it any more."""
        self._live.clear()
        self._gap = 0

    async def room(self) -> None:
        """Until most of what waits has gone."""
        while len(self._waiting) > _LOW_BYTES:
            self._emptied.clear()
            await self._emptied.wait()

    async def take(self, most: int) -> bytes:
        """The next bytes for the line, at most so many; live lines go when nothing else waits."""
        while not (self._waiting or self._live):
            self._filled.clear()
            await self._filled.wait()
        if not self._waiting:
            self._waiting += self._next_live()
        data = bytes(self._waiting[:most])
        del self._waiting[:most]
        self._emptied.set()
        return data

    def _next_live(self) -> bytes:
        gap, self._gap = self._gap, 0
        told = self.tell_dropped(gap).encode(errors="replace") if gap else b""
        return told + self._live.popleft()

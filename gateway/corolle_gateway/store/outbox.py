"""The way of committed messages to the broker: numbered here, published in order, forgotten at PUBACK."""

import asyncio
import sqlite3

from corolle_gateway.model import OutboxRow
from corolle_gateway.pending import Pending
from corolle_gateway.store import messages
from corolle_gateway.store.writer import Writer


class Outbox:
    """Numbers messages, holds some back for a moment, and hands out those that wait.

    `filled` is set when a message may have become ready for publication.
    """

    def __init__(self, writer: Writer):
        self._writer = writer
        self._last_id = 0
        self._held: dict[int, None] = {}  # in the order of their numbers
        self.filled = asyncio.Event()

    async def load(self) -> None:
        """Go on numbering where an earlier run stopped; what it left is ready."""
        self._last_id = await self._writer.submit(messages.last_id)
        self.filled.set()

    def next_id(self) -> int:
        """A number for a new message, greater than all before."""
        self._last_id += 1
        return self._last_id

    def hold(self, message_id: int) -> None:
        """Keep a message, and those numbered after it, from being published yet."""
        self._held[message_id] = None

    def release(self, message_id: int) -> None:
        """It may be published."""
        self._held.pop(message_id, None)
        self.filled.set()

    def take(self, after: dict[int, int], room: dict[int, int]) -> Pending[dict[int, list[OutboxRow]]]:
        """Of each lane, the next messages numbered above `after`, oldest first, at most `room`.

        sqlite3.Error if that fails.
        """
        below = next(iter(self._held), None)
        return self._writer.submit(
            lambda db: {
                lane: messages.queued(db, lane, after[lane], below, limit) for lane, limit in room.items()
            }
        )

    def published(self, rows: list[tuple[int, int]]) -> Pending[None]:
        """The broker has acknowledged these (lane, number)."""

        def operation(db: sqlite3.Connection) -> None:
            messages.published(db, rows)

        return self._writer.submit(operation)

"""What the northbound side asks of the rest of the gateway."""

from asyncio import Event
from typing import Any, Protocol

from corolle_gateway.model import OutboxRow, Unit
from corolle_gateway.pending import Pending

LIVE, BACKLOG = 0, 1  # lanes of the outbox: events and acks go before reports


class Outbox(Protocol):
    """Committed messages that wait for the broker. `filled` is set when there may be more."""

    filled: Event

    def take(self, after: dict[int, int], room: dict[int, int]) -> Pending[dict[int, list[OutboxRow]]]:
        """Of each lane, the next messages numbered above `after`, oldest first, at most `room`.

        sqlite3.Error if that fails.
        """
        ...

    def published(self, rows: list[tuple[int, int]]) -> Pending[None]:
        """The broker has acknowledged these (lane, number)."""
        ...


class Street(Protocol):
    """What is known of the units now."""

    units: dict[str, Unit]
    latest: dict[str, dict[str, Any]]  # the last report of each unit that has sent one


class Orders(Protocol):
    """Where commands go."""

    async def order(self, name: str, payload: bytes) -> None:
        """Take what the city wrote on a command topic. sqlite3.Error when it could not be stored."""
        ...

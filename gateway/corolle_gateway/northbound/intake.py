"""Orders in: the broker may forget one as soon as it is stored, and brings again what could not be."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable

from corolle_gateway.config_keys import NAME_PATTERN
from corolle_gateway.counts import Counts
from corolle_gateway.northbound.outside import Orders
from corolle_gateway.northbound.packets import Incoming
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.tasks import Tasks

_STORE_RETRY_S = 1.0


class Intake:
    """Hands each order to who carries it out, in a task of its own.

    Args:
        acknowledge: the broker may forget a message.
        begin_again: has all that was not acknowledged brought again, in its order, by another connection.
        save: writes something to the store; whether that could be.
    """

    def __init__(
        self,
        counts: Counts,
        tasks: Tasks,
        topics: Topics,
        orders: Orders,
        acknowledge: Callable[[Incoming], None],
        begin_again: Callable[[str], None],
        save: Callable[[], Awaitable[bool]],
    ):
        self._counts = counts
        self._tasks = tasks
        self._topics = topics
        self._orders = orders
        self._acknowledge = acknowledge
        self._begin_again = begin_again
        self._save = save
        self._failed = asyncio.Event()  # one could not be stored: those after it must not overtake it

    def take(self, message: Incoming) -> None:
        """An order has come."""
        if not self._failed.is_set():
            self._tasks.start(self._taken(message))

    async def run(self) -> None:
        """Have the broker bring again what could not be stored, once the store takes it; until cancelled."""
        while True:
            await self._failed.wait()
            await asyncio.sleep(_STORE_RETRY_S)
            if await self._save():
                self._failed.clear()
                self._begin_again("an order could not be stored")

    async def _taken(self, message: Incoming) -> None:
        try:
            await self._order(message)
        except sqlite3.Error:
            self._failed.set()
            return
        except Exception:
            self._acknowledge(message)  # a fault of ours: it would be the same one whenever it came again
            raise
        self._acknowledge(message)

    async def _order(self, message: Incoming) -> None:
        unit = self._topics.unit(message.topic)
        if not message.payload:
            return  # somebody has taken away what was retained there
        if message.retained:
            # It would come again at every connection, long after whoever left it there has forgotten it.
            self._counts.reject("command_retained", unit=unit)
        elif not NAME_PATTERN.fullmatch(unit):
            self._counts.reject("command_bad_unit", unit=unit[:64])
        else:
            await self._orders.order(unit, message.payload)

"""Orders in: the broker may forget one as soon as it is stored."""

import sqlite3
from collections.abc import Callable

from corolle_gateway.config_keys import NAME_PATTERN
from corolle_gateway.counts import Counts
from corolle_gateway.northbound.outside import Orders
from corolle_gateway.northbound.packets import Incoming
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.tasks import Tasks


class Intake:
    """Hands each order to who carries it out, in a task of its own.

    Args:
        acknowledge: the broker may forget a message.
    """

    def __init__(
        self,
        counts: Counts,
        tasks: Tasks,
        topics: Topics,
        orders: Orders,
        acknowledge: Callable[[Incoming], None],
    ):
        self._counts = counts
        self._tasks = tasks
        self._topics = topics
        self._orders = orders
        self._acknowledge = acknowledge

    def take(self, message: Incoming) -> None:
        """An order has come."""
        self._tasks.start(self._taken(message))

    async def _taken(self, message: Incoming) -> None:
        """Acknowledged only when it is stored, else the broker brings it again."""
        try:
            await self._order(message)
        except sqlite3.Error:
            return
        except Exception:
            self._acknowledge(message)  # a fault of ours: it would be the same one whenever it came again
            raise
        self._acknowledge(message)

    async def _order(self, message: Incoming) -> None:
        unit = self._topics.unit(message.topic)
        if message.retained:
            # It would come again at every connection, long after whoever left it there has forgotten it.
            self._counts.reject("command_retained", unit=unit)
        elif not NAME_PATTERN.fullmatch(unit):
            self._counts.reject("command_bad_unit", unit=unit[:64])
        else:
            await self._orders.order(unit, message.payload)

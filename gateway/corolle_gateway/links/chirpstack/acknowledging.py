"""PUBACKs: in the order in which the messages came (MQTT 3.1.1, 4.6), each after its message is stored."""

from asyncio import Future
from collections import deque
from collections.abc import Callable

from corolle_gateway.links.chirpstack.outside import Message


class Acknowledging:
    """Holds messages back until they are stored.

    Args:
        acknowledge: the broker may forget a message.
        failed: one could not be stored; it is not acknowledged, and comes again by another connection.
    """

    def __init__(self, acknowledge: Callable[[Message], None], failed: Callable[[], None]):
        self._acknowledge = acknowledge
        self._failed = failed
        self._waiting: deque[tuple[Message, Future[bool] | None]] = deque()

    def follow(self, message: Message, stored: Future[bool] | None) -> None:
        """Acknowledge a message as soon as it is stored, and those before it are. None: it need not be."""
        self._waiting.append((message, stored))
        if stored is None:
            self._go_on()
        else:
            stored.add_done_callback(lambda _: self._go_on())

    def _go_on(self) -> None:
        while self._waiting and _is_done(self._waiting[0][1]):
            message, stored = self._waiting.popleft()
            if stored is None or is_stored(stored):
                self._acknowledge(message)
            else:
                self._failed()


def is_stored(done: Future[bool]) -> bool:
    """Whether a future that is done says so."""
    return not done.cancelled() and done.exception() is None and done.result()


def _is_done(stored: Future[bool] | None) -> bool:
    return stored is None or stored.done()

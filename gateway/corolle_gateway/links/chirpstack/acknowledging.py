"""PUBACKs: in the order in which the messages came (MQTT 3.1.1, 4.6), each after its message is stored."""

from collections import deque
from collections.abc import Callable

from corolle_gateway.links.chirpstack.outside import Message
from corolle_gateway.pending import Pending


class Acknowledging:
    """Holds messages back until they are stored.

    Args:
        acknowledge: the broker may forget a message.
        failed: one could not be stored; it is not acknowledged, and comes again by another connection.
    """

    def __init__(self, acknowledge: Callable[[Message], None], failed: Callable[[], None]):
        self._acknowledge = acknowledge
        self._failed = failed
        self._waiting: deque[tuple[Message, Pending[bool] | None]] = deque()

    def follow(self, message: Message, stored: Pending[bool] | None) -> None:
        """Acknowledge a message as soon as it is stored, and those before it are. None: it need not be."""
        self._waiting.append((message, stored))
        if stored is None:
            self._go_on()
        else:
            stored.then(lambda _: self._go_on())

    def _go_on(self) -> None:
        while self._waiting and ((stored := self._waiting[0][1]) is None or stored.is_done):
            message, _ = self._waiting.popleft()
            if stored is None or stored.came_true:
                self._acknowledge(message)
            else:
                self._failed()

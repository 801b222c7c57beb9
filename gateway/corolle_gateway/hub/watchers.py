"""Who has something to do with each message that is stored, in the transaction that stores it."""

from typing import Any, Protocol

from corolle_gateway.model import Unit
from corolle_gateway.pending import Pending
from corolle_gateway.store.connection import Connection


class Aside(Protocol):
    """What is stored beside a message."""

    def apply(self, db: Connection) -> None:
        """Runs in the transaction, once the message is in it; perhaps once more in another one."""
        ...

    def finished(self, done: Pending[bool]) -> None:
        """The transaction has ended: whether the message was stored, or why not."""
        ...


class Watcher(Protocol):
    """Looks at messages on their way into the store."""

    def stored(
        self, unit: Unit, kind: str, body: dict[str, Any], raw: dict[str, Any], time_s: float
    ) -> Aside | None:
        """What to store beside a message, if anything.

        `kind`: report, service, event or reading; `body` is what is published of it, `raw` its values as they
        came, counters still wrapping.
        """
        ...
